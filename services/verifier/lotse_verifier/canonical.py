"""RFC 8785 JSON, as far as the log uses it: no number but an integer that every program reads alike."""

import json
import re
from json.encoder import encode_basestring
from typing import Any

from lotse_verifier import limits

TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
ASTRAL = re.compile(rb"[\xf0-\xf7]")
"""Characters beyond U+FFFF; an escape in their place is another spelling anyway."""
BRACKETS = (b"[", b"{")


class NotCanonical(ValueError):
    """These bytes are not the canonical JSON of anything."""


def canonical(value: Any) -> bytes:
    """Raises NotCanonical for a float, a big integer or half a character."""
    try:
        return _written(value, limits.JSON_DEPTH_MAX).encode()
    except UnicodeEncodeError:
        raise NotCanonical("half a character") from None


def _written(value: Any, depth: int) -> str:
    if depth < 0:
        raise NotCanonical("too deep")
    if isinstance(value, str):
        return str(encode_basestring(value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) <= limits.SAFE_INTEGER:
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(_written(one, depth - 1) for one in value)}]"
    if isinstance(value, dict):
        names = sorted(value, key=_sorted_by)
        return f"{{{','.join(f'{encode_basestring(one)}:{_written(value[one], depth - 1)}' for one in names)}}}"
    raise NotCanonical("no value of the log")


def _sorted_by(name: str) -> bytes:
    """UTF-16 code units, as RFC 8785 wants it; half a character is found when it is written."""
    return name.encode("utf-16-be", errors="surrogatepass")


def parsed(raw: bytes) -> Any:
    """What these bytes say. Raises NotCanonical unless they are exactly its canonical form."""
    if _depth(raw) > limits.JSON_DEPTH_MAX:
        raise NotCanonical("too deep")
    try:
        value = _DECODER.decode(raw.decode())
    except (ValueError, RecursionError):
        raise NotCanonical("not JSON") from None
    if _spelled(value, raw) != raw:
        raise NotCanonical("another spelling")
    return value


def _spelled(value: Any, raw: bytes) -> bytes:
    """In C wherever the order of names by character is that by UTF-16, which RFC 8785 wants."""
    if not raw.isascii() and ASTRAL.search(raw):
        return canonical(value)
    return _ENCODER.encode(value).encode(errors="surrogatepass")


def _depth(raw: bytes) -> int:
    if raw.count(b"[") + raw.count(b"{") <= limits.JSON_DEPTH_MAX:
        return 0  # cannot be deeper; nearly every entry ends here
    deepest = depth = 0
    for token in TOKENS.findall(raw):
        if token in BRACKETS:
            depth += 1
            deepest = max(deepest, depth)
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest


def _integer(text: str) -> int:
    if len(text) > len("-9007199254740991") or abs(int(text)) > limits.SAFE_INTEGER:
        raise NotCanonical("too large a number")
    return int(text)


def _no_float(_: str) -> float:
    raise NotCanonical("a number that is not an integer")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_no_float, parse_constant=_no_float)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, sort_keys=True)
