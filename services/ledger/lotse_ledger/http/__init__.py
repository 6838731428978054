"""What auditors read over HTTP, by token; the one thing that they write is a finding."""

from lotse_chassis.service import Service
from lotse_ledger.handlers.house import House
from lotse_ledger.http import accounts, audit, city, entries, former, grants, log, page, vouchers
from lotse_ledger.http.access import Gate
from lotse_ledger.http.exchange import Methods
from lotse_ledger.http.invariants import routes as invariants
from lotse_ledger.http.pace import Pace


def serve(service: Service, house: House, *, auditor_key: bytes, requests_a_minute: int) -> None:
    """Mount the queries for machines and the pages for people."""
    service.http.state.gate = Gate(service, house, auditor_key, Pace(requests_a_minute))
    service.http.add_middleware(Methods, problems=service.problems)
    for queries in (grants, vouchers, accounts, entries, city, log, audit):
        service.serves(queries.routes)
    service.serves(invariants)
    service.serves(page.routes)
    service.serves(former.routes)
