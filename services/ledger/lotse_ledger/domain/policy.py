"""Which signatures an auditor asks for under a checkpoint, as a text. Source: C2SP tlog-policy, as of 2026-07-22."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lotse_ledger.domain.notes import Vkey

WITNESSES = "outside"
NOBODY = "none"


@dataclass(frozen=True)
class Policy:
    """The keys of one log, old ones too, and the witnesses by name; one of them is enough."""

    logs: tuple[Vkey, ...]
    witnesses: Mapping[str, Vkey]
    remarks: Sequence[str] = ()

    @property
    def text(self) -> str:
        """As it is handed to the auditor."""
        lines = [*(f"# {one}" for one in self.remarks), *(f"log {key}" for key in self.logs)]
        lines += [f"witness {name} {key}" for name, key in self.witnesses.items()]
        if not self.witnesses:
            return "\n".join([*lines, f"quorum {NOBODY}", ""])
        return "\n".join([*lines, f"group {WITNESSES} any {' '.join(self.witnesses)}", f"quorum {WITNESSES}", ""])
