"""The verifier keeps to the texts that it stands on: their own examples, and other people's programs as a measure."""

import base64
import hashlib
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from lotse_verifier import merkle, tiles, verdict
from lotse_verifier.canonical import NotCanonical, canonical, parsed
from lotse_verifier.notes import NotAKey, parse_vkey, verified
from tests.verifier.browser_core import BrowserCore
from tests.verifier.bundles import Recursion

ORDER = 2**252 + 27742317777372353535851937790883648493
FIELD = 2**255 - 19
RFC_8032 = (
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
)  # fmt: skip
"""Section 7.1, tests 1 to 3."""
SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
)
"""All eight points of small order, and with them every key that fits any text."""
OTHER_SPELLINGS = tuple((FIELD + y).to_bytes(32, "little").hex() for y in (0, 1, 3, 18))
"""A Y beyond the field is another spelling of a smaller one."""
NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = b"This is an example message.\n"
NOTE_LINE = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="


def test_the_example_of_signed_note_is_verified(core: BrowserCore) -> None:
    key, raw = parse_vkey(NOTE_KEY), base64.b64decode(NOTE_LINE)
    assert raw[:4] == key.key_id
    assert verified(key.public, raw[4:], NOTE)
    assert not verified(key.public, raw[4:], NOTE + b"\n")
    assert core.ask("ed25519", cases=[[key.public.hex(), raw[4:].hex(), NOTE.hex()]]) == [True]


def test_the_vectors_of_rfc_8032_are_verified(core: BrowserCore) -> None:
    assert all(verified(*map(bytes.fromhex, (key, signature, message))) for key, message, signature in RFC_8032)
    assert core.ask("ed25519", cases=[[key, signature, message] for key, message, signature in RFC_8032]) == [True] * 3


def test_every_damaged_signature_is_refused_here_and_there(core: BrowserCore) -> None:
    rng, cases = random.Random(1), []  # noqa: S311
    for _ in range(12):
        private = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        message = rng.randbytes(rng.randint(0, 300))
        signature = private.sign(message)
        r, s = signature[:32], int.from_bytes(signature[32:], "little")
        cases += [
            (public, signature, message),
            (public, r + (s + ORDER).to_bytes(32, "little"), message),
            (public, r + ((s + 1) % ORDER).to_bytes(32, "little"), message),
            (public, bytes(32) + signature[32:], message),
            (public, signature[:63], message),
            (public, signature + b"\0", message),
            (public, _flipped(signature, rng), message),
            (_flipped(public, rng), signature, message),
            (public, signature, message + b"\0"),
        ]
    expected = [at % 9 == 0 for at in range(len(cases))]
    assert [verified(*case) for case in cases] == expected
    assert core.ask("ed25519", cases=[[part.hex() for part in case] for case in cases]) == expected


def _flipped(raw: bytes, rng: random.Random) -> bytes:
    changed = bytearray(raw)
    changed[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def test_a_key_that_fits_every_text_is_none(core: BrowserCore) -> None:
    for key in (*SMALL_ORDER, *OTHER_SPELLINGS):
        raw = bytes([1]) + bytes.fromhex(key)
        key_id = hashlib.sha256(b"a\n" + raw).hexdigest()[:8]
        with pytest.raises(NotAKey):
            parse_vkey(f"a+{key_id}+{base64.b64encode(raw).decode()}")
    good = parse_vkey(NOTE_KEY).public.hex()
    assert core.ask("points", keys=[*SMALL_ORDER, *OTHER_SPELLINGS, good]) == [False] * 12 + [True]


def test_hashes_of_the_page_are_those_of_everybody(core: BrowserCore) -> None:
    lengths = (0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 1000, 70_000)
    messages = [random.Random(length).randbytes(length) for length in lengths]  # noqa: S311
    expected = [[hashlib.sha256(one).hexdigest(), hashlib.sha512(one).hexdigest()] for one in messages]
    assert core.ask("hashes", messages=[one.hex() for one in messages]) == expected


def test_trees_and_proofs_are_those_of_rfc_6962() -> None:
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(70)]
    for size in range(len(leaves) + 1):
        tree, plain = merkle.Tree(leaves[:size]), Recursion(leaves[:size])
        assert tree.root() == plain.root()
        assert merkle.Tree(leaves).root(size) == plain.root()
        for index in range(size):
            path = plain.path(index)
            reached = merkle.included(leaves[index], index, size, path)
            assert reached is not None
            assert reached[0] == plain.root()
            assert all(
                tree.node(height, place) in (hashed, None)
                for (height, place), hashed in zip(reached[1], path, strict=True)
            )
            for wrong in ([*path, leaves[0]], *([path[:-1]] if path else [])):
                found = merkle.included(leaves[index], index, size, wrong)
                assert found is None or found[0] != plain.root()
    assert merkle.included(leaves[0], 3, 3, []) is None
    assert merkle.included(leaves[0], 1, 1, []) is None


def test_tiles_lie_where_the_specification_says() -> None:
    assert tiles.path(0, 1_234_067, 256) == "log/tile/0/x001/x234/067"
    assert tiles.path("entries", 5, 12) == "log/tile/entries/005.p/12"
    layout = tiles.layout(70_000)
    assert [(level, width) for level, _, width in layout if width < 256] == [(0, 112), (1, 17), (2, 1)]
    assert sum(level == 0 and width == 256 for level, _, width in layout) == 273
    assert sum(level == 1 and width == 256 for level, _, width in layout) == 1
    assert tiles.layout(256) == [(0, 0, 256), (1, 0, 1)]
    assert tiles.layout(0) == []


texts = st.text(st.characters(codec="utf-8"))
integers = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | texts, lambda one: st.lists(one) | st.dictionaries(texts, one), max_leaves=20
)


@settings(max_examples=200)
@given(values)
def test_canonical_json_is_that_of_another_program(value: object) -> None:
    raw = rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical(value) == raw
    assert parsed(raw) == value


def test_another_spelling_is_refused_here_and_there(core: BrowserCore) -> None:
    wrong = (
        b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a": 1}', b"[1.0]", b"[1e2]", b"[-0]", b"[01]", b'["\\u0041"]',
        b'["\\/"]',
        b'["\\ud800"]', b'["\xed\xa0\x80"]', b"\xef\xbb\xbf{}", b"{} ", b"[9007199254740992]", b"[NaN]", b"[Infinity]",
        b'["\\u000A"]', b'["\\u001F"]', b'["\x01"]', b"", b"\xff", b"[" * 33 + b"]" * 33, b"[" * 10_000, b"'a'",
        b"{a:1}",
        '{"\U0001f600":1,"\ue000":1}'.encode()[:-1], '{"\ue000":1,"\U0001f600":1}'.encode(),
    )  # fmt: skip
    right = (
        b"{}", b"[]", b'"\\u001f\\n\\b\\f\\r\\t\\"\\\\"', b"[" * 32 + b"]" * 32,
        b"[9007199254740991,-9007199254740991]",
        '{"":1,"\x7f":2,"ä":[true,false,null]}'.encode(), '{"\U0001f600":1,"\ue000":1}'.encode(), b'"[[[{{{"',
        b'{"__proto__":1,"constructor":2}',
    )  # fmt: skip
    assert [_is_canonical(one) for one in (*wrong, *right)] == [False] * len(wrong) + [True] * len(right)
    asked = [base64.b64encode(one).decode() for one in (*wrong, *right)]
    assert core.ask("canonical", texts=asked) == [False] * len(wrong) + [True] * len(right)


def _is_canonical(raw: bytes) -> bool:
    try:
        parsed(raw)
    except NotCanonical:
        return False
    return True


def test_german_time_needs_no_table() -> None:
    berlin, start = ZoneInfo("Europe/Berlin"), int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    for seconds in range(start, start + 5 * 366 * 86_400, 40_007):
        assert verdict.moment(seconds) == f"{datetime.fromtimestamp(seconds, berlin):%d.%m.%Y %H:%M}"
