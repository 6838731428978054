"""Nothing leaves without a consent that covers it: ten thousand envelopes, and whole lives in random order."""

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ConsentGiven, ConsentWithdrawn, FieldsRefused, ReleaseFields
from lotse_contracts.referral import ActOnReferral, ForwardFields, ReferralInfoAnswered, ReferralOffered
from lotse_contracts.sealed import decode
from lotse_contracts.values import DeliveryMode
from lotse_referral.domain.consents import Consent
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.releasing import Keys, asked
from tests.referral.connected import FIELDS, forwarded, partners_service, under_way
from tests.referral.desk import Desk, Person, names, only

ENVELOPES = 10_000
LIVES = 40
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
GROUPS = ("identity", "contact", "status", "need_summary", "health", "documents")
CODES = ("housing", "work", "health")
KEYS = Keys({"plattform": b"p" * 32, "caritas": b"c" * 32}, lambda _: b"o" * 32)
MODES: tuple[DeliveryMode, ...] = ("connected", "link", "letter", "call", "self", "accompanied")


def chance() -> random.Random:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    return random.Random(seed)  # noqa: S311 - chance, not a secret


def some(luck: random.Random, of: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(luck.sample(of, luck.randrange(0, len(of)))))


def any_referral(luck: random.Random) -> Referral:
    held = Referral(
        UUID(int=luck.randrange(5)),
        "out",
        luck.choice(MODES),
        UUID(int=100 + luck.randrange(3)),
        "uk",
        "normal",
        NOW,
        NOW,
        state=luck.choice(("consent_pending", "consent_pending", "info_requested", "sent", "withdrawn")),
        codes=some(luck, CODES) or ("work",),
        partner=luck.choice(("plattform", "caritas", None)),
        person_id=UUID(int=200 + luck.randrange(2)),
        field_groups=some(luck, GROUPS),
        more_groups=some(luck, GROUPS),
    )
    return replace(
        held,
        wanted_consent_id=luck.choice((None, None, UUID(int=1), UUID(int=2))),
        refused_consent_id=luck.choice((None, None, UUID(int=3))),
        left_consent_ids=luck.choice(((), (), (UUID(int=2),))),
    )


def any_consent(luck: random.Random, own: int, held: Referral) -> Consent:
    """Just what the referral needs, or off it in one thing or another."""
    groups, codes = set(held.groups_to_leave), set(held.codes)
    off = luck.choice(("", "", "group", "code", "recipient", "person", "kind", "withdrawn", "all"))
    if off in ("group", "all"):
        groups ^= {luck.choice(GROUPS)}
    if off in ("code", "all"):
        codes ^= {luck.choice(CODES)}
    elsewhere = luck.choice(("plattform", "caritas", str(UUID(int=100)), str(UUID(int=101))))
    return Consent(
        UUID(int=own),
        UUID(int=200 + luck.randrange(2)) if off in ("person", "all") else held.person_id or UUID(int=200),
        elsewhere if off in ("recipient", "all") else held.recipient or elsewhere,
        1,
        luck.choice(("disclosure", "secrecy_release", "")) if off in ("kind", "all") else "disclosure",
        frozenset(codes | set(some(luck, ("other", "more")))),
        frozenset(groups | set(some(luck, GROUPS[3:]))),
        off == "withdrawn",
    )


def test_of_ten_thousand_envelopes_none_asks_for_more_than_its_consent_covers() -> None:
    luck, asked_for = chance(), 0
    for _ in range(ENVELOPES * 12):
        held = any_referral(luck)
        consents = [any_consent(luck, number, held) for number in range(1, 4)]
        _, orders = asked(held, consents, KEYS, NOW)
        for order in orders:
            asked_for += 1
            consent = next(one for one in consents if one.consent_id == order.consent_id)
            assert (consent.kind, consent.withdrawn, consent.person_id) == ("disclosure", False, held.person_id)
            assert set(order.field_groups) <= consent.field_groups
            assert set(order.codes) <= consent.codes
            assert order.recipient == consent.recipient == held.recipient
            assert order.consent_id not in (held.refused_consent_id, *held.left_consent_ids)
            key = KEYS.partners[order.recipient] if held.mode == "connected" else b"o" * 32
            assert decode(order.receiver_key) == key
            assert held.mode not in ("self", "accompanied", "call")
        if asked_for >= ENVELOPES:
            break
    assert asked_for >= ENVELOPES


async def test_in_whole_lives_fields_leave_only_while_their_consent_stands(desks: tuple[Desk, Desk]) -> None:
    """Orders, consents, refusals, withdrawals and released fields in random order; an oracle keeps the consents."""
    desk, _ = desks
    luck, left = chance(), 0
    for _ in range(LIVES):
        left += await one_life(luck, desk)
    assert left >= LIVES // 20, "some of it left"


async def one_life(luck: random.Random, desk: Desk) -> int:
    """How often fields left."""
    person, given = Person(), dict[UUID, ConsentGiven]()
    service = await partners_service(desk, person)
    asked_under: UUID | None = None
    left = 0
    for _ in range(luck.randrange(8, 20)):
        message = step(luck, person, service, given)
        if isinstance(message, ForwardFields) and asked_under is None and luck.random() < 0.9:
            continue  # intake releases what it was asked for
        try:
            said = await desk.hears(message)
        except Refused:
            continue
        if isinstance(message, ConsentWithdrawn):
            given.pop(message.consent_id, None)
        for release in (one for one in said if isinstance(one, ReleaseFields)):
            assert covers(given.get(release.consent_id), release)
            asked_under = release.consent_id
        for offer in (one for one in said if isinstance(one, ReferralOffered | ReferralInfoAnswered)):
            left += 1
            assert asked_under in given, "its consent stands"
            assert offer.fields in (FIELDS, None)
    return left


def covers(consent: ConsentGiven | None, release: ReleaseFields) -> bool:
    return (
        consent is not None
        and consent.kind == "disclosure"
        and consent.recipient == release.recipient == "plattform"
        and set(release.field_groups) <= set(consent.field_groups)
        and set(release.codes) <= set(consent.codes)
    )


def step(luck: random.Random, person: Person, service: UUID, given: dict[UUID, ConsentGiven]) -> Message:
    """Anything that may come next; what spoils it is rarer, so that some of it leaves."""
    consent_id = UUID(int=person.consent_id.int ^ luck.randrange(2))
    kinds, weights = ("consent", "order", "fields", "end", "refusal", "act"), (6, 6, 8, 1, 1, 1)
    match luck.choices(kinds, weights)[0]:
        case "consent" if consent_id not in given:
            off = luck.choice(("", "", "", "recipient", "kind", "groups", "codes"))
            given[consent_id] = fact = person.consents(
                consent_id=consent_id,
                recipient="caritas" if off == "recipient" else "plattform",
                kind="secrecy_release" if off == "kind" else "disclosure",
                field_groups=("identity",) if off == "groups" else ("identity", "contact", "status"),
                codes=("work",) if off == "codes" else ("community", "work"),
            )
            return fact
        case "fields":
            return forwarded(person)
        case "end":
            return ConsentWithdrawn(consent_id=consent_id, person_id=person.person_id, version=9, recipient="plattform")
        case "refusal":
            return FieldsRefused(referral_id=person.referral_id, person_id=person.person_id, reason="no_consent")
        case "act":
            return ActOnReferral(referral_id=person.referral_id, action="withdraw", reason="client_request")
    return person.connected(service, consent_id=luck.choice((None, None, consent_id)))


async def test_a_consent_that_ends_while_the_fields_are_on_their_way_drops_them(desk: Desk) -> None:
    person = Person()
    service = await partners_service(desk, person)
    await desk.hears(person.consents())
    release = only(ReleaseFields, await desk.hears(person.connected(service)))
    await desk.hears(
        ConsentWithdrawn(consent_id=release.consent_id, person_id=person.person_id, version=2, recipient="plattform")
    )
    said = await desk.hears(forwarded(person))
    assert "ReferralOffered" not in names(said)
    assert await desk.state(person.referral_id) == "withdrawn"


async def test_what_left_before_is_stopped_and_a_second_consent_of_hers_stops_nothing(desk: Desk) -> None:
    person = Person()
    await under_way(desk, person)
    other = ConsentWithdrawn(consent_id=UUID(int=5), person_id=person.person_id, version=2, recipient="plattform")
    assert await desk.hears(other) == []
    assert await desk.state(person.referral_id) == "sent"
