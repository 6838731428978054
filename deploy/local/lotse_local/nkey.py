"""Keys of broker users: a seed that its owner keeps, a public key that the broker knows."""

import os

import nkeys


def new_seed() -> str:
    """A fresh user seed."""
    return str(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode())


def public_of(seed: str) -> str:
    """The public key of a seed."""
    return str(nkeys.from_seed(seed.encode()).public_key.decode())
