"""What auditors read over HTTP, by token; the one thing that they write is a finding."""

from lotse_chassis.service import Service
from lotse_ledger.handlers.house import House
from lotse_ledger.http import (
    accounts,
    alarms,
    audit,
    city,
    documents,
    entries,
    evidence,
    findings,
    former,
    grants,
    log,
    page,
    vouchers,
    witness,
)
from lotse_ledger.http.access import Gate
from lotse_ledger.http.exchange import Methods
from lotse_ledger.http.invariants import routes as invariants
from lotse_ledger.http.judged import routes as judged
from lotse_ledger.http.pace import Pace
from lotse_ledger.providers.evidence_files import EvidenceFiles


def serve(
    service: Service,
    house: House,
    *,
    auditor_key: bytes,
    requests_a_minute: int,
    files: EvidenceFiles | None = None,
) -> None:
    """Mount the queries for machines and the pages for people."""
    service.http.state.gate = Gate(service, house, auditor_key, Pace(requests_a_minute), files)
    service.http.state.public_pace = Pace(evidence.REQUESTS_A_MINUTE)
    service.http.add_middleware(Methods, problems=service.problems)
    for queries in (grants, vouchers, documents, accounts, entries, city, log, audit, findings, alarms, evidence):
        service.serves(queries.routes)
    service.serves(witness.routes(house))
    service.serves(invariants)
    service.serves(judged)
    service.serves(page.routes)
    service.serves(former.routes)
