"""Signs that cost: one dash or quotation mark outside the GSM alphabet halves what fits into an SMS."""

from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.segments import encoding_of

PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\u2066\u2067\u2068\u2069\ufeff", None),
        "\u2026": "...",
    }
)


def cheapest(text: str, language: RecipientLanguage) -> str:
    """With plain signs, if it then fits the GSM alphabet as a whole; else as it is. Letters are never exchanged.

    Ukrainian and Russian take UCS-2 anyway, and keep their signs.
    """
    plain = text.translate(PLAIN)
    return plain if language in ("de", "en") and encoding_of(plain) == "GSM-7" else text
