"""Asks the policy once more before the first byte, and commits that the content begins; many in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from lotse_chassis.service import Unit
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.channels import CHANNELS
from lotse_notify.domain.verdict import Circumstances, Here, decide
from lotse_notify.store import sending, switches
from lotse_notify.store.attempts import Attempt
from lotse_notify.store.people import Person
from lotse_notify.workers.claiming import Claim
from lotse_notify.workers.post import Post


async def begin_unchanged(unit: Unit, of: Sequence[Claim], post: Post) -> list[bool]:
    """Commits for a group that the contents begin. False: something has changed, or somebody holds it: ask alone."""
    now, here = unit.context.now, Here(post.routes.channels, quiet_hours=post.quiet_hours)
    may = [(one.attempt, one.person.silence) for one in of if _decided(one.attempt, one.person, here, now)]
    begun = await sending.enter_data_unchanged(unit.tx, may)
    return [one.attempt.attempt_id in begun for one in of]


async def may_begin(unit: Unit, of: Attempt, post: Post) -> bool:
    """Whether the content may follow, decided once more on what is known now; if so, it is committed as begun."""
    found = (await sending.in_hand(unit.tx, [of.attempt_id])).get(of.attempt_id)
    if found is None:  # she was erased
        return False
    known, person = found
    here = Here(post.routes.channels, await switches.off(unit.tx), quiet_hours=post.quiet_hours)
    same = person.contact is not None and person.contact.version == of.contact_version
    ours = known.fence == of.fence and known.notification.withdrawn_because is None
    if person.erased or not same or not ours or not _decided(known, person, here, unit.context.now):
        return False
    return of.attempt_id in await sending.enter_data(unit.tx, [known])


def _decided(of: Attempt, person: Person, here: Here, now: datetime) -> bool:
    """As this way and no other: hours and switches of one that has said no before do not count."""
    one = of.notification
    circumstances = Circumstances(CATALOGUE[one.template], here, frozenset(CHANNELS) - {of.channel})
    return decide(one.asked, person.contact, person.silence, circumstances, now).state == "ready"
