"""Who a member of staff or an auditor is: short-lived signed tokens, never logged and never stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lotse_chassis.faults import Refused
from lotse_contracts.sealed import CannotOpen, decode, encode
from lotse_contracts.values import StaffRole

ALGORITHM = "EdDSA"
STAFF_AUDIENCE = "lotse"
AUDITOR_AUDIENCE = "lotse-auditor"
STAFF_LIFETIME = timedelta(hours=8)  # one working day
STAFF_LIFETIME_MAX = timedelta(hours=12)
AUDITOR_LIFETIME_MAX = timedelta(days=366)
CLOCK_SKEW = timedelta(seconds=60)  # a frontend's clock may be this far behind the one that issued its token
TOKEN_CHARACTERS_MAX = 2_048
SUBJECT_CHARACTERS_MAX = 80  # the envelope's `actor` holds no more
SCOPES_MAX = 20
SEAL_KEY_BYTES = 32  # X25519, raw
ROLES = frozenset(get_args(StaffRole))

_REQUIRED = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]
_OPTIONS: Any = {"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False}


@dataclass(frozen=True)
class Staff:
    """A member of staff: `actor` is a pseudonym."""

    actor: str
    role: str


@dataclass(frozen=True)
class Auditor:
    """Who may read what, and until when; `token_id` names the token where its use is shown.

    `seal_key` is the auditor's own raw X25519 key, to which is sealed what she asks; empty where she gave none.
    """

    name: str
    scopes: frozenset[str]
    expires_at: datetime
    token_id: str = ""
    seal_key: bytes = b""


def issue_token(
    staff: Staff,
    private_key: Ed25519PrivateKey,
    *,
    association: str,
    at: datetime,
    lifetime: timedelta = STAFF_LIFETIME,
) -> str:
    """A token for one member of staff. Raises ValueError if the role is unknown or the lifetime too long."""
    if staff.role not in ROLES:
        raise ValueError("unknown role")
    if not timedelta(0) < lifetime <= STAFF_LIFETIME_MAX:
        raise ValueError("a staff token lives for at most twelve hours")
    claims = _claims(staff.actor, association, at, at + lifetime)
    return jwt.encode({**claims, "aud": STAFF_AUDIENCE, "role": staff.role}, private_key, algorithm=ALGORITHM)


def verify_token(token: str, *, public_key: bytes, association: str, at: datetime) -> Staff:
    """Whose token this is; it must have been valid at `at`, the envelope's time. Raises Refused."""
    claims = _verified(token, public_key, association, STAFF_AUDIENCE)
    _require_valid_at(claims, at, STAFF_LIFETIME_MAX)
    role = claims.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise Refused("token_invalid")
    return Staff(actor=claims["sub"], role=role)


def issue_auditor_token(auditor: Auditor, private_key: Ed25519PrivateKey, *, association: str, at: datetime) -> str:
    """A token for reading. Raises ValueError if it would live for more than a year or open nothing.

    Its id is the auditor's `token_id`, or a new one where that is empty.
    """
    if not at < auditor.expires_at <= at + AUDITOR_LIFETIME_MAX:
        raise ValueError("an auditor's token lives for at most a year")
    if not 0 < len(auditor.scopes) <= SCOPES_MAX:
        raise ValueError("an auditor's token has one to twenty scopes")
    if len(auditor.seal_key) not in (0, SEAL_KEY_BYTES):
        raise ValueError("an auditor's key has 32 bytes")
    claims = _claims(auditor.name, association, at, auditor.expires_at)
    claims |= {"aud": AUDITOR_AUDIENCE, "scope": sorted(auditor.scopes)}
    if auditor.token_id:
        claims["jti"] = auditor.token_id
    if auditor.seal_key:
        claims["seal"] = encode(auditor.seal_key)
    return jwt.encode(claims, private_key, algorithm=ALGORITHM)


def verify_auditor_token(token: str, *, public_key: bytes, association: str, at: datetime) -> Auditor:
    """Which auditor this is and what she may read. Raises Refused."""
    claims = _verified(token, public_key, association, AUDITOR_AUDIENCE)
    _require_valid_at(claims, at, AUDITOR_LIFETIME_MAX)
    scopes = claims.get("scope")
    if not isinstance(scopes, list) or not scopes or not all(isinstance(scope, str) for scope in scopes):
        raise Refused("token_invalid")
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    return Auditor(
        claims["sub"], frozenset(scopes), expires_at, token_id=claims["jti"], seal_key=_seal_key(claims.get("seal"))
    )


def _seal_key(claim: object) -> bytes:
    """The auditor's own key, if the token carries one. Raises Refused if it is none."""
    if claim is None:
        return b""
    try:
        found = decode(claim) if isinstance(claim, str) else b""
    except CannotOpen:
        found = b""
    if len(found) != SEAL_KEY_BYTES:
        raise Refused("token_invalid")
    return found


def _claims(subject: str, association: str, at: datetime, until: datetime) -> dict[str, Any]:
    if not _is_name(subject):
        raise ValueError("a subject has 1 to 80 characters that can be seen")
    moments = {"iat": int(at.timestamp()), "nbf": int(at.timestamp()), "exp": int(until.timestamp())}
    return {"iss": association, "sub": subject, "jti": uuid4().hex, **moments}


def _verified(token: str, public_key: bytes, association: str, audience: str) -> dict[str, Any]:
    """The claims of a token that this key signed for this association and audience; times are still to be judged.

    The one algorithm is named here and never taken from the token. PyJWT's own text may quote claims: it is dropped.
    """
    if not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise Refused("token_invalid")
    key = Ed25519PublicKey.from_public_bytes(public_key)
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=audience, issuer=association, options=_OPTIONS
        )
    except (jwt.PyJWTError, ValueError):
        raise Refused("token_invalid") from None
    texts = (claims["sub"], claims["jti"])
    if not all(isinstance(text, str) and _is_name(text) for text in texts):
        raise Refused("token_invalid")
    return claims


def _is_name(text: str) -> bool:
    """Short, and visible to everybody: a NUL fits no database, and a bidi mark makes one name look like another."""
    return 0 < len(text) <= SUBJECT_CHARACTERS_MAX and text.isprintable()


def _require_valid_at(claims: dict[str, Any], at: datetime, lifetime_max: timedelta) -> None:
    moments = (claims["iat"], claims["nbf"], claims["exp"])
    if not all(type(moment) is int for moment in moments):
        raise Refused("token_invalid")
    issued, valid_from, expires = moments
    too_long = expires - issued > lifetime_max.total_seconds()
    second = at.timestamp()
    if too_long or second >= expires or second < max(issued, valid_from) - CLOCK_SKEW.total_seconds():
        raise Refused("token_invalid")
