"""Takes a person out of the streams: everything whose subject ends with her key."""

from nats.aio.client import Client

from lotse_contracts.envelope import erased_filters

PURGE_SECONDS = 10.0  # for one stream


async def purge(client: Client, association: str, key: str) -> None:
    """Purge every stream by key; doing it again finds nothing.

    Raises nats.errors.Error if the broker is away, nats.js.errors.Error if a stream is not there.
    """
    js = client.jetstream(timeout=PURGE_SECONDS)
    for stream, subjects in erased_filters(association, key).items():
        await js.purge_stream(stream, subject=subjects)
