"""Where providers report back to: paths that nobody guesses, and what Kannel calls for each receipt."""

import hashlib
import hmac
from urllib.parse import quote

TOKEN_CHARACTERS = 32
"""128 bit in hexadecimal."""
SECRET_BYTES_MIN = 16

KANNEL_DLR_MASK = 31
"""Everything: delivered 1, not delivered 2, buffered 4, taken by the SMSC 8, refused by it 16. Source: Kannel 1.4.5,
user guide, `dlr-mask`."""


def callback_token(secret: bytes, provider: str) -> str:
    """The last part of the path of a provider's webhook; another one for each provider, all from one secret."""
    return hmac.new(secret, f"lotse.callback|{provider}".encode(), hashlib.sha256).hexdigest()[:TOKEN_CHARACTERS]


def callback_url(base_url: str, secret: bytes, provider: str) -> str:
    """Where this provider reports to: the webhook that is set in its portal, or given with each message."""
    return f"{base_url.rstrip('/')}/cb/{provider}/{callback_token(secret, provider)}"


def token_matches(secret: bytes, provider: str, token: str) -> bool:
    """Whether the path is the one that only this provider knows, in constant time."""
    expected = callback_token(secret, provider)
    return hmac.compare_digest(expected.encode(), token.encode(errors="surrogatepass"))


def kannel_dlr_url(url: str, reference: str) -> str:
    """What Kannel calls for each receipt; `url` is its `callback_url`, `reference` the attempt's id.

    Kannel's own answer holds no id, so our reference goes along. `%d` is the kind of receipt, `%F` the id at the SMSC,
    `%A` its words, `%D` its error as metadata. Neither sender nor recipient (`%p`, `%P`) is asked for.
    Source: Kannel 1.4.5, user guide, parameters of `get-url`.
    """
    return f"{url}?ref={quote(reference, safe='')}&type=%d&id=%F&answer=%A&meta=%D"
