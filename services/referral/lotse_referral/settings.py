"""What referral is told by its environment, besides what every service is told."""

from pathlib import Path

from lotse_chassis.settings import Settings, setting


class ReferralSettings(Settings):
    """Where a directory other than the shipped one is loaded from."""

    directory_file: Path | None = setting(
        "for `load-directory`: JSON file of services in the form of the shipped one; empty: the shipped one",
        default=None,
    )
    directory_name: str = setting(
        "for `load-directory`: name of that directory; what it no longer lists goes inactive", default="dresden"
    )
