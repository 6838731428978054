"""Canonical JSON (RFC 8785): one value has one spelling, so that its hash says what it is."""

import hashlib
import json
from typing import Any

import rfc8785

INTEGER_MAX = 2**53 - 1  # beyond, two readers of JSON may see two numbers. Source: RFC 8785, appendix D

# In C, and the same bytes for what `_is_plain` lets through; a property test holds it to that.
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode

_ATOMS = frozenset({str, bool, type(None)})


class FloatFound(ValueError):
    """A number that is not exact has no place in a log."""


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON. Raises rfc8785.CanonicalizationError for what has none."""
    return _quick(value) or rfc8785.dumps(value)


def exact(value: Any) -> bytes:
    """RFC 8785 JSON of what holds no float. Raises FloatFound, and what `canonical` raises."""
    found = _quick(value)
    if found is None and _has_float(value):
        raise FloatFound("a float")
    return found or rfc8785.dumps(value)


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _quick(value: Any) -> bytes | None:
    try:
        return _encode(value).encode() if _is_plain(value) else None
    except UnicodeEncodeError:
        return None  # half a surrogate pair: the reference refuses it in its own words


def _is_plain(value: Any) -> bool:
    """Nothing on which the two encoders differ: no float, no huge integer, no key that sorts otherwise in UTF-16."""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if kind is int:
        return bool(-INTEGER_MAX <= value <= INTEGER_MAX)
    if kind is dict:
        for name in value:
            if type(name) is not str or not name.isascii():
                return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return False
    return all(type(one) in _ATOMS or _is_plain(one) for one in value)


def _has_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_float(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_has_float(one) for one in value)
    return isinstance(value, float)
