"""Commands of administrators and treasurers, beside `serve` and `migrate`; `cli.commands` names them all."""

from lotse_ledger.cli.facts import load_facts as load_facts
from lotse_ledger.cli.facts import shipped_facts as shipped_facts
