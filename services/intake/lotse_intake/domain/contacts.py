"""How a person may be told something, and in which language."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import get_args

from lotse_contracts.intake import ContactPoint, FurtherPoint
from lotse_contracts.values import RecipientLanguage
from lotse_intake.domain.phones import known_number

FALLBACK_LANGUAGES: tuple[RecipientLanguage, ...] = ("en", "de")


@dataclass(frozen=True)
class Reach:
    """What intake knows about telling a person something."""

    kind: str
    consented: bool
    safe: bool
    unreachable: bool = False

    @property
    def may_be_told(self) -> bool:
        """Only with her consent, on a contact that is safe, and where there is one at all."""
        return self.kind != "none" and self.consented and self.safe and not self.unreachable


def ways_of(contact: ContactPoint | None) -> tuple[FurtherPoint | ContactPoint, ...]:
    """Her ways in her order; none without a contact."""
    if contact is None or contact.kind == "none":
        return ()
    return (contact, *contact.more)


def address_key(way: FurtherPoint | ContactPoint) -> str:
    """What a consent to be told is bound to: this very address, however it is written."""
    value = known_number(way.value) if way.kind == "sms" else way.value.strip().casefold()
    return f"{way.kind}:{value or way.value.strip()}"


def narrowed(contact: ContactPoint, covered: Collection[str]) -> ContactPoint:
    """The contact with those ways alone that are covered, in her order; where none is, the first, since it says why."""
    kept = [way for way in ways_of(contact) if address_key(way) in covered]
    return _of_ways(kept) or contact.model_copy(update={"more": ()})


def safe_ways(contact: ContactPoint | None) -> ContactPoint | None:
    """What another house may be told of: what must not be used here must not be used there; None: nothing is left."""
    return _of_ways([way for way in ways_of(contact) if way.safe])


def leaves(held: ContactPoint | None, now: ContactPoint | None) -> bool:
    """Whether a way on which nobody else was known to read is none of hers any more, not safe, or read along."""
    return bool(_own(held) - _own(now))


def _own(contact: ContactPoint | None) -> frozenset[str]:
    return frozenset(address_key(way) for way in ways_of(contact) if way.safe and not way.shared)


def is_safe(contact: ContactPoint | None) -> bool:
    """Whether anything may be pushed to it, as far as she said herself."""
    ways = ways_of(contact)
    return not ways or any(way.safe for way in ways)


def guarded(held: ContactPoint | None, given: ContactPoint) -> ContactPoint:
    """What another house names, with whatever caution is known here of the same address: that is only ever added to.

    Somebody there cannot know what she said here; only a counsellor who asked her takes a caution away.
    """
    known = {address_key(way): way for way in ways_of(held)}
    ways = [_guarded(known.get(address_key(way)), way) for way in ways_of(given)]
    return _of_ways(ways) or given


def _guarded(
    known: FurtherPoint | ContactPoint | None, way: FurtherPoint | ContactPoint
) -> FurtherPoint | ContactPoint:
    if known is None:
        return way
    cautious = {
        "safe": known.safe and way.safe,
        "leave_message": known.leave_message and way.leave_message,
        "shared": known.shared or way.shared,
        "safe_hours": known.safe_hours or way.safe_hours,
        "detail": way.detail if known.detail == way.detail else "neutral",
    }
    return way.model_copy(update=cautious)


def _of_ways(ways: Sequence[FurtherPoint | ContactPoint]) -> ContactPoint | None:
    if not ways:
        return None
    first, *more = [way.model_dump(exclude={"more"}) for way in ways]
    return ContactPoint(**first, more=tuple(FurtherPoint(**one) for one in more))


def recipient_languages(languages: tuple[str, ...]) -> tuple[RecipientLanguage, ...]:
    """Those of her languages that we write, in her own order; for others English, then German."""
    written: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)
    tags = [language.split("-")[0] for language in languages]
    found = tuple(dict.fromkeys(name for tag in tags for name in written if name == tag))
    return found or FALLBACK_LANGUAGES
