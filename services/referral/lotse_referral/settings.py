"""What referral is told by its environment, besides what every service is told."""

from datetime import date
from pathlib import Path

from lotse_chassis.settings import Settings, setting


class ReferralSettings(Settings):
    """What an administrator's commands read."""

    directory_file: Path | None = setting(
        "for `load-directory`: JSON file of services in the form of the shipped one; empty: the shipped one",
        default=None,
    )
    directory_name: str = setting(
        "for `load-directory`: name of that directory; what it no longer lists goes inactive", default="dresden"
    )
    directory_as_of: date | None = setting(
        "for a demonstration after services of the directory have ended: the day that their last day is compared with; "
        "empty: today",
        default=None,
    )
    group_offers_file: Path | None = setting(
        "for `load-offers`: JSON list of group offers, each with key, name, seats and, where known, service",
        default=None,
    )
