"""What intake is told by its environment beside what every service is."""

from pathlib import Path

from lotse_chassis.settings import Settings, setting


class IntakeSettings(Settings):
    """The settings of intake."""

    attachments_folder: Path | None = setting("folder of the encrypted attachments, outside the database", default=None)
    pepper_file: Path | None = setting(
        "file with the pepper of the blind index, 32 raw bytes; empty: derived from the key-encryption key",
        default=None,
    )
    notify_seal_key: str = setting(
        "public X25519 key of notify, base64url, 32 raw bytes; empty: intake asks notify for it", default=""
    )
    trusted_proxies: str = setting(
        "addresses of reverse proxies, by commas, whose X-Forwarded-For says where a request comes from", default=""
    )
    web_origins: str = setting("origins of web frontends that browsers may call from, by commas", default="")
    urgent_words_file: Path | None = setting(
        "TOML file of urgent words; empty: the list that comes along", default=None
    )
    emergency_office: str = setting(
        "office of notify's LOTSE_OFFICES that is mailed at once when an emergency arrives; empty: nobody is mailed",
        default="",
    )
    retention_file: Path | None = setting(
        "JSON file of retention rules; empty: the rules that come along", default=None
    )
    consent_texts_folder: Path | None = setting(
        "folder of an association's own consent texts, names and rules; empty: those that come along", default=None
    )
    needs_secrecy_release: bool = setting(
        "whether fields that identify a person leave only with her release from secrecy as well (§ 203 StGB)",
        default=True,
    )
    uploads_per_minute: float = setting("files that one address may upload per minute", default=10.0)
    staff_uploads_per_minute: float = setting("files that staff behind one address may upload per minute", default=60.0)
    enquiries_per_minute: float = setting("enquiries and additions that one address may send per minute", default=20.0)
    reads_per_minute: float = setting("states and conversations that one address may read per minute", default=60.0)
