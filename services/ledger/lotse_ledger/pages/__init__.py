"""The auditor's page: rendered here, readable without a script, in German and English."""

from lotse_ledger.pages.render import LedgerPage, ledger_page, sign_in_page, stylesheet

__all__ = ["LedgerPage", "ledger_page", "sign_in_page", "stylesheet"]
