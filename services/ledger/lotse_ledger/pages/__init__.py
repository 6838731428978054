"""The auditor's pages: rendered here, readable without a script, in German and English."""

from lotse_ledger.pages.render import rendered, stylesheet

__all__ = ["rendered", "stylesheet"]
