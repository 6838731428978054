"""The directory of services: read, checked, merged, shaped. Nothing in it is made up; what is unknown stays unknown."""

from lotse_referral.domain.directory.entries import NAMESPACE, Entry, Fault, identifier, read

__all__ = ["NAMESPACE", "Entry", "Fault", "identifier", "read"]
