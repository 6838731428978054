"""What the books of one grant say: pure functions of the grant, the same for the page, HTTP and the command line."""

from lotse_ledger.domain.reports.duties import deadlines_of_grant, notices_of, retention_of_grant
from lotse_ledger.domain.reports.freeze import at_risk, freeze_history
from lotse_ledger.domain.reports.lines import headroom, line_history, soll_ist
from lotse_ledger.domain.reports.settling import settlement_of
from lotse_ledger.domain.reports.use import fifo_of, interest_of
from lotse_ledger.domain.reports.vouchers import belegliste

__all__ = [
    "at_risk",
    "belegliste",
    "deadlines_of_grant",
    "fifo_of",
    "freeze_history",
    "headroom",
    "interest_of",
    "line_history",
    "notices_of",
    "retention_of_grant",
    "settlement_of",
    "soll_ist",
]
