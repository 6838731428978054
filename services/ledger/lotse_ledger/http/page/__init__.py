"""The pages for people: signed in by a form, rendered at once, readable without a script."""

from fastapi import APIRouter

from lotse_ledger.http.page import books, checks, files, freeze, grants, journal, sheets, signing
from lotse_ledger.http.page.visits import Build, opens

PAGES: tuple[tuple[str, Build], ...] = (
    ("/", grants.overview),
    ("/page/grants/{grant_id}", grants.plan),
    ("/page/grants/{grant_id}/money", grants.money),
    ("/page/grants/{grant_id}/vouchers", grants.vouchers),
    ("/page/grants/{grant_id}/vouchers/{log_index}", sheets.voucher),
    ("/page/grants/{grant_id}/settlement", grants.settlement),
    ("/page/grants/{grant_id}/duties", grants.duties),
    ("/page/deadlines", grants.deadlines),
    ("/page/entries", journal.entries),
    ("/page/entries/{log_index}", journal.entry),
    ("/page/accounts", books.accounts),
    ("/page/sample", checks.sample),
    ("/page/changes", checks.changes),
    ("/page/freeze", freeze.freeze),
    ("/page/evidence", books.evidence),
    ("/page/downloads", files.downloads),
    ("/page/rules", books.rules),
    ("/page/access", books.access),
    ("/page/{rest:path}", books.nothing),
)
"""Which page shows what; the last one says that there is no such page."""

FILES: tuple[tuple[str, Build], ...] = (
    ("/page/files/grants/{grant_id}/belegliste.csv", files.belegliste_csv),
    ("/page/files/grants/{grant_id}/soll_ist.csv", files.soll_ist_csv),
    ("/page/files/journal.hledger", files.journal_hledger),
    ("/page/files/journal.beancount", files.journal_beancount),
    ("/page/files/documents/{sha256}", files.document),
    ("/page/files/verify.html", files.verifier),
)
"""What a page hands over as a file."""

routes = APIRouter(include_in_schema=False)
routes.include_router(signing.routes)
for path, build in (*FILES, *PAGES):
    routes.add_api_route(path, opens(build), methods=["GET"])
routes.add_api_route("/page/files/bundle.zip", opens(files.bundle), methods=["POST"])
