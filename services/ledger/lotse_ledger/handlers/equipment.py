"""What the ledger signs with and whom it believes, read from its settings and from the partners' cards at start-up."""

from collections.abc import Callable, Iterable, Mapping

from lotse_chassis.settings import Partner, SettingsInvalid, variable
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.notes import COSIGNER_KEY, LOG_KEY, NotAKey, Vkey, parse_vkey
from lotse_ledger.handlers.house import Evidence
from lotse_ledger.providers import keyfiles
from lotse_ledger.settings import LedgerSettings


def evidence_of(
    settings: LedgerSettings, partners: Mapping[str, Partner], alarmed: Callable[[str], None] = lambda code: None
) -> Evidence:
    """Raises SettingsInvalid for a key that is missing, known to everybody, used twice, or of the wrong kind."""
    log = keyfiles.log_key(settings.log_key_file, settings.log_origin or origin_of(settings.association))
    witness = keyfiles.witness_key(settings.witness_key_file, witness_name(settings.association))
    keyfiles.distinct(log, witness)
    office = settings.office_witness.split()
    return Evidence(
        log=log,
        witness=witness,
        logs={name: _vkeys(one.ledger_logs, LOG_KEY, "partners_file") for name, one in partners.items()},
        others=_vkeys(settings.witnessed_logs.split(), LOG_KEY, "witnessed_logs"),
        witnesses={
            name: _vkeys([one.ledger_witness], COSIGNER_KEY, "partners_file")[0]
            for name, one in partners.items()
            if one.ledger_witness
        },
        office=_vkeys(office, COSIGNER_KEY, "office_witness")[0] if office else None,
        mailed_office=settings.checkpoint_office,
        requests_a_minute=settings.witness_requests_per_minute,
        alarmed=alarmed,
    )


def witness_name(association: str) -> str:
    """What an association's witness is called in its countersignatures."""
    return f"{association}/witness"


def _vkeys(texts: Iterable[str], kind: int, field: str) -> tuple[Vkey, ...]:
    try:
        found = tuple(parse_vkey(text) for text in texts)
    except NotAKey as fault:
        raise SettingsInvalid(f"{variable(field)}: {fault}") from None
    if any(key.kind != kind for key in found):
        raise SettingsInvalid(f"{variable(field)}: a key of a log stands where that of a witness belongs, or otherwise")
    return found
