"""What auditors read over HTTP, by token, and nothing that changes the books."""

from lotse_chassis.service import Service
from lotse_ledger.http import books, page
from lotse_ledger.http.access import Gate


def serve(service: Service, auditor_key: bytes) -> None:
    """Mount the queries for machines and the page for people."""
    service.http.state.gate = Gate(service, auditor_key)
    service.serves(books.routes)
    service.serves(page.routes)
