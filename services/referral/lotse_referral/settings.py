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
    trusted_proxies: str = setting(
        "addresses of reverse proxies, by commas, whose X-Forwarded-For says where a request comes from", default=""
    )
    own_page_tries_per_minute: float = setting(
        "how often one address may try a code and PIN, or answer by a code, per minute", default=10.0
    )
    group_posts_per_minute: float = setting(
        "how often one address may sign up for a group, look or give back, per minute; a whole course may share one",
        default=60.0,
    )
    notify_seal_key: str = setting(
        "public X25519 key that links to her page are sealed to, base64url; empty: notify is asked for it", default=""
    )
    quick_exit_url: str = setting(
        "where a person gets who leaves her own page quickly; a page that anybody might look at",
        default="https://www.dwd.de/",
    )
    letter_name: str = setting(
        "how letters, mails and pages to offices name this association; empty: as it is known, else its short name",
        default="",
    )
    letter_address: str = setting("address of this association on its letters, the lines parted by ` | `", default="")
    letter_contact: str = setting(
        "phone or e-mail by which offices reach this association, as it stands on letters and pages", default=""
    )
