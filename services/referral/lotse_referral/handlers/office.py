"""An office without an account opens its link once, reads what is released, and answers. Looking changes nothing."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args
from uuid import uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog, links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import PersonFields
from lotse_contracts.referral import OFFICE_CHARACTERS_MAX, OfficeText, OfficeWrote, ProposedTime
from lotse_contracts.values import InfoQuestion, OutcomeCode
from lotse_referral.domain.holding import GROUPS
from lotse_referral.domain.machine import Action, allowed_actions
from lotse_referral.domain.offers import local_day
from lotse_referral.domain.office_links import SESSION_LIFE, OfficeLink, OfficeSession, may_renew
from lotse_referral.domain.proposals import Proposal
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import delivering, moving, proposing
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.moving import Move
from lotse_referral.providers.offices import Offices
from lotse_referral.store import appointments, directory, held, office_links, referrals
from lotse_referral.store.directory import NamedService
from lotse_referral.store.held import Written

MESSAGE = "message"
"""What a message is bound to, beside person and referral."""
PROPOSE = "propose"
ANSWERS: tuple[Action, ...] = ("accept", "waitlist", "request_info", "start_service", "complete", "decline", "fail")
"""What an office may do on its page, in the order in which it is offered; times are proposed beside it."""
LEADS_TO = {"accept": "accepted", "waitlist": "waitlisted", "start_service": "in_service", "decline": "declined"}
"""Where the same answer a second time changes nothing and is no fault."""
FORM_TOKEN = b"lotse.office-form.v1|"

Kind = Literal[
    "door",
    "page",
    "used",
    "expired",
    "replaced",
    "withdrawn",
    "unknown",
    "over",
    "signed_out",
    "forbidden",
    "renewed",
    "too_soon",
    "no_address",
]


@dataclass(frozen=True)
class Told:
    """One message as the page shows it."""

    by_office: bool
    at: datetime
    text: str


@dataclass(frozen=True)
class Seen:
    """What one request may show. Only a `page` has anything of the referral; `renewable`: another link may be mailed;
    `writes`: words of the office can be kept."""

    kind: Kind
    renewable: bool = False
    referral: Referral | None = field(default=None, repr=False)
    service: NamedService | None = field(default=None, repr=False)
    fields: PersonFields | None = field(default=None, repr=False)
    messages: tuple[Told, ...] = field(default=(), repr=False)
    times: tuple[Proposal, ...] = field(default=(), repr=False)
    actions: tuple[str, ...] = ()
    writes: bool = False
    today: date = date.min


@dataclass(frozen=True)
class OfficeAnswer:
    """What an office entered; `text` is its own words to a question, `nonce` of the form that it stood in."""

    action: str
    reason: str | None = None
    outcome: str | None = None
    question: str | None = None
    groups: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    times: tuple[tuple[datetime, datetime], ...] = ()
    nonce: str = ""


async def look(offices: Offices, tx: AsyncConnection, context: Context, code: str, session: str) -> Seen:
    """What this code shows, with or without the session of whoever opened it. Only a read page leaves a trace: a line
    in the access log."""
    link = await _link(tx, code)
    if link is None:
        return Seen("unknown")
    state = link.state(context.now)
    if state == "withdrawn":
        return Seen("withdrawn")
    if await _session(tx, link, session, context) is not None:
        return await _page(offices, tx, context, link)
    referral = await referrals.read(tx, link.referral_id)
    if referral is None or not referral.under_way:
        return Seen("over")
    kind: Kind = "door" if state == "open" else state
    return Seen(kind, renewable=kind != "door" and await delivering.address_of(tx, referral) is not None)


async def open_link(tx: AsyncConnection, context: Context, code: str) -> tuple[str | None, Sequence[Message]]:
    """Use the link up and begin a session; returns its secret, once. None where it opens nothing (any more)."""
    link = await _link(tx, code)
    if link is None:
        return None, ()
    referral = await referrals.load(tx, link.referral_id)
    if referral is None or not referral.under_way or not await office_links.use(tx, link.code_sha256, context.now):
        return None, ()
    secret, digest = links.new_code()
    session = OfficeSession(link.referral_id, link.person_id, context.now, context.now + SESSION_LIFE)
    await office_links.open_session(tx, digest, link.code_sha256, session)
    if referral.state != "sent":
        return secret, ()
    _, said = await moving.moved(tx, context, referral, Move("deliver", "system"))
    return secret, said


async def renew(offices: Offices, tx: AsyncConnection, context: Context, code: str) -> tuple[Kind, Sequence[Message]]:
    """Have another link mailed to the address on file, never to the visitor; at most one an hour."""
    link = await _link(tx, code)
    if link is None:
        return "unknown", ()
    if link.state(context.now) == "withdrawn":
        return "withdrawn", ()
    referral = await referrals.load(tx, link.referral_id)
    if referral is None or not delivering.may_be_linked(referral):
        return "over", ()
    if await delivering.address_of(tx, referral) is None:
        return "no_address", ()
    if not may_renew(await office_links.of_referral(tx, referral.referral_id), context.now):
        return "too_soon", ()
    return "renewed", await delivering.mailed(offices, tx, context, referral)


async def answer(
    offices: Offices, tx: AsyncConnection, context: Context, code: str, *, session: str, given: OfficeAnswer
) -> Sequence[Message]:
    """The office answers. Raises Refused with what is missing or not possible now; `signed_out` without a session."""
    link = await _link(tx, code)
    if link is None or link.state(context.now) == "withdrawn":
        raise Refused("signed_out")
    if await _session(tx, link, session, context) is None:
        raise Refused("signed_out")
    referral = await ours(tx, link.referral_id)
    if given.action == PROPOSE:
        return await proposing.offered(tx, referral, _proposed(referral, given), context, by="receiver")
    if given.action not in ANSWERS:
        raise Refused("action_not_allowed", fields=("action",))
    if referral.state == LEADS_TO.get(given.action, ""):
        return ()
    said = await moving.by_desk(tx, context, referral, _move(given), "action")
    if given.action == "request_info" and given.text.strip():
        said += await _wrote(offices, tx, context, referral, given.text.strip())
    return said


def form_token(session: str) -> str:
    """Stands in each form: only whoever read the page with this session knows it."""
    return hashlib.sha256(FORM_TOKEN + links.canonical(session).encode()).hexdigest()


def token_holds(session: str, token: str) -> bool:
    """Whether a form was made for this session."""
    return bool(session) and hmac.compare_digest(form_token(session).encode(), token.encode())


def cookie_of(code: str) -> str:
    """The name of the cookie behind a link: each has its own, so that an office may answer several side by side."""
    return f"lotse-l-{links.digest_of(code)[:16]}"


async def _link(tx: AsyncConnection, code: str) -> OfficeLink | None:
    """By the hash alone: how long it takes tells nothing about any code."""
    canonical = links.canonical(code)
    if len(canonical) != links.CODE_CHARACTERS or not canonical.isascii():
        return None
    return await office_links.by_code(tx, links.digest_of(canonical))


async def _session(tx: AsyncConnection, link: OfficeLink, secret: str, context: Context) -> OfficeSession | None:
    if len(links.canonical(secret)) != links.CODE_CHARACTERS:
        return None
    found = await office_links.session_of(tx, links.digest_of(secret), link.code_sha256)
    return found if found is not None and found.holds(context.now) else None


async def _page(offices: Offices, tx: AsyncConnection, context: Context, link: OfficeLink) -> Seen:
    referral = await referrals.read(tx, link.referral_id)
    if referral is None or referral.service_id is None:
        return Seen("unknown")
    service = await directory.one(tx, referral.service_id)
    shown = referral.open and offices.vault is not None
    actions = allowed_actions(referral.state, "receiver", referral.mode, named=referral.named)
    await accesslog.record(
        tx, context, action="read", object_kind="person", object_id=str(link.person_id), purpose="office_page"
    )
    return Seen(
        "page",
        referral=referral,
        service=service,
        fields=await delivering.readable_for(offices.vault, tx, referral) if shown and offices.vault else None,
        messages=await messages_of(offices, tx, referral) if shown else (),
        times=await appointments.proposals(tx, link.referral_id) if referral.open else (),
        writes=offices.vault is not None,
        today=local_day(context.now),
        actions=tuple(one for one in ANSWERS if one in actions) + ((PROPOSE,) if _may_propose(referral) else ()),
    )


def _may_propose(referral: Referral) -> bool:
    return referral.state in ("accepted", "scheduled")


async def messages_of(offices: Offices, tx: AsyncConnection, referral: Referral) -> tuple[Told, ...]:
    """What the office and the desk wrote to each other, oldest first; what cannot be opened any more is left out."""
    if offices.vault is None:
        return ()
    found = []
    for one in await held.written(tx, referral.referral_id):
        plain = offices.vault.unlock(one.person_id, one.referral_id, f"{MESSAGE}:{one.message_id}", one.ciphertext)
        if plain is not None:
            text = OfficeText.model_validate_json(plain).text
            found.append(Told(one.by_office, one.at, text))
    return tuple(found)


def _move(given: OfficeAnswer) -> Move:
    asks = given.action == "request_info"
    if asks and len(given.text) > OFFICE_CHARACTERS_MAX:
        raise Refused("text_too_long", fields=("text",))
    if given.outcome not in (None, *get_args(OutcomeCode)) or given.question not in (None, *get_args(InfoQuestion)):
        raise Refused("malformed", fields=("outcome", "question"))
    came = Given(
        reason=given.reason,
        outcome=given.outcome if given.action == "complete" else None,
        question=given.question if asks else None,  # type: ignore[arg-type]  # the page offers the list alone
        asked_groups=tuple(one for one in GROUPS if one in given.groups) if asks else (),
    )
    return Move(given.action, "receiver", came)  # type: ignore[arg-type]  # one of ANSWERS


def _proposed(referral: Referral, given: OfficeAnswer) -> tuple[ProposedTime, ...]:
    """The same form sent twice proposes the same times once."""
    made = []
    for starts_at, ends_at in given.times:
        name = f"{given.nonce}|{starts_at.isoformat()}|{ends_at.isoformat()}"
        one = uuid5(referral.referral_id, name)
        made.append(ProposedTime(proposal_id=one, starts_at=starts_at, ends_at=ends_at))
    return tuple(made)


async def _wrote(
    offices: Offices, tx: AsyncConnection, context: Context, referral: Referral, text: str
) -> list[Message]:
    if referral.person_id is None or offices.vault is None:
        return []
    await write(offices, tx, context, referral, text, by_office=True)
    return [OfficeWrote(referral_id=referral.referral_id, person_id=referral.person_id)]


async def write(
    offices: Offices, tx: AsyncConnection, context: Context, referral: Referral, text: str, *, by_office: bool
) -> None:
    """Keep one message under both locks; the access log says that it was written."""
    vault = offices.needed_vault("referral_id")
    if referral.person_id is None:
        return
    message_id = context.id if not by_office else uuid4()
    plain = OfficeText(text=text).model_dump_json().encode()
    ciphertext = await vault.lock(referral.person_id, referral.referral_id, f"{MESSAGE}:{message_id}", plain)
    one = Written(message_id, referral.referral_id, referral.person_id, context.now, by_office, ciphertext)
    if await held.write(tx, one):
        key = str(referral.person_id)
        await accesslog.record(tx, context, action="write", object_kind="person", object_id=key, purpose="office_page")
