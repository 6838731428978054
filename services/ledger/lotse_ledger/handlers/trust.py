"""Which keys are ours and whom an auditor should ask: the policy that she judges our checkpoints by."""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain.notes import Vkey
from lotse_ledger.domain.policy import Policy
from lotse_ledger.handlers.house import House
from lotse_ledger.store import keys

OFFICE_WITNESS = "W-office"
REMARKS = (
    "Whom to believe about the grant ledger below. Source of the format: https://c2sp.org/tlog-policy",
    "Get it on paper or in person, and compare the keys by telephone: whoever can change this file can change all.",
    "A witness has seen that the log only grew. It does not know whether everything was booked, whether vouchers are",
    "genuine, or whether expenditure is eligible.",
)


async def own_keys(tx: AsyncConnection, house: House) -> tuple[Vkey, ...]:
    """Of our log, oldest first: an old checkpoint stays signed by an old key."""
    found: dict[str, Vkey] = {}
    for step in await keys.own_rotations(tx):
        found |= {step.old_vkey: step.old, step.new_vkey: step.new}
    if house.evidence.log is not None:
        found[str(house.evidence.log.vkey)] = house.evidence.log.vkey
    return tuple(found.values())


async def policy_of(tx: AsyncConnection, house: House) -> Policy:
    """Our log, and everybody outside who countersigns it; one of them is enough."""
    witnesses = {f"W-{name}": key for name, key in sorted(house.evidence.witnesses.items())}
    if house.evidence.office is not None:
        witnesses[OFFICE_WITNESS] = house.evidence.office
    return Policy(await own_keys(tx, house), witnesses, REMARKS)
