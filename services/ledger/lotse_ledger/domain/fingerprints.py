"""A voucher's fingerprints under a key that two associations share: equal invoices show, the vouchers do not.

Two scans of one invoice differ, so the invoice itself is compared: supplier, number, date and gross, each normalised;
the document's digest catches what has no number. A partner who holds the key can test guesses; that is said openly.
"""

import hashlib
import hmac
import re
import unicodedata
from datetime import date

PURPOSE = b"lotse.voucher-fingerprint.v1"
INVOICE = "invoice.v1"
LEGAL_FORMS = frozenset({"gmbh", "mbh", "ag", "kg", "ohg", "gbr", "ug", "ev", "eg", "ek", "se", "co", "gug", "ggmbh"})
"""Left out of a supplier's name: one treasurer writes them, another does not."""

_NO_WORD = re.compile(r"[^a-z0-9]+")
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def shared_key(agreed: bytes) -> bytes:
    """The key from the secret that two key pairs agree on; bound to this one purpose."""
    return hmac.new(PURPOSE, agreed, hashlib.sha256).digest()


def fingerprint(key: bytes, document_sha256: str) -> str:
    """Hexadecimal HMAC-SHA256 over the digest of the document."""
    return hmac.new(key, document_sha256.encode(), hashlib.sha256).hexdigest()


def invoice_fingerprint(key: bytes, *, supplier: str, number: str, invoiced_on: date, gross: int) -> str | None:
    """Of an invoice, gross in cents; None where supplier or number say nothing."""
    name, mark = normalised_supplier(supplier), normalised_number(number)
    if not name or not mark:
        return None
    said = "\n".join([INVOICE, name, mark, invoiced_on.isoformat(), str(gross)])
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def normalised_supplier(name: str) -> str:
    """Lower case, umlauts spelled out, without accents, punctuation and legal forms; the words in their order."""
    plain = unicodedata.normalize("NFC", name).casefold().translate(_TRANSLITERATED)
    letters = unicodedata.normalize("NFKD", plain).replace(".", "")
    bare = "".join(one for one in letters if not unicodedata.combining(one))
    words = [word for word in _NO_WORD.split(bare) if word]
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def normalised_number(number: str) -> str:
    """Letters and digits only, in lower case, without zeros in front."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", number).casefold()).lstrip("0")
