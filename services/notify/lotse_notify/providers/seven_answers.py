"""What seven.io's answers mean. A status of 200 says nothing: the code stands in the body.

Source: `StatusCode` of seven-io/php-client, 2026-01; `SmsResponse` of seven-io/api-schemes, 2026-02; docs.seven.io,
2026-11.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from lotse_notify.domain.outcome import Outcome
from lotse_notify.providers.calling import Answer, refused_before

SENT, SENT_PARTIALLY = 100, 101
UNCLEAR = Outcome("unknown", "answer_unclear")
LIMIT_PAUSE_SECONDS = 3_600.0
E4 = 10_000

REFUSALS: Mapping[int, Outcome] = {
    11: Outcome("deferred", "carrier_away"),
    201: Outcome("deferred", "sender_refused"),  # our setting: somebody here must look at it
    202: Outcome("rejected", "recipient_refused", no_way=True),
    301: Outcome("rejected", "content_refused"),  # no recipient
    305: Outcome("rejected", "content_refused"),  # no text
    401: Outcome("rejected", "content_refused"),  # too long
    # The same text went to the same number minutes ago. Should that have been an earlier try of this message, which
    # somebody took for lost, then she has it; so this is a doubt, which the journal can settle.
    402: Outcome("unknown", "reload_lock"),
    403: Outcome("throttled", "daily_limit", retry_after_seconds=LIMIT_PAUSE_SECONDS),
    500: Outcome("deferred", "no_credit"),
    600: Outcome("unknown", "carrier_failed"),  # it says that sending failed, not that nothing was sent
    700: UNCLEAR,  # "unknown error"
    900: Outcome("deferred", "account_refused"),
    902: Outcome("deferred", "account_refused"),  # the account may not use the HTTP API
    903: Outcome("deferred", "account_refused"),  # nor from this address
}


def outcome_of(answer: Answer) -> Outcome:
    """Of one call with one recipient; whatever is not as documented is in doubt."""
    body = _json(answer)
    code = _code(body)
    if code in REFUSALS:
        return REFUSALS[code]
    if code in (SENT, SENT_PARTIALLY):
        return _of_message(body)
    return refused_before(answer) or UNCLEAR


def entries_of(answer: Answer | None) -> list[Mapping[str, Any]] | None:
    """A page of the journal; None if it is not one."""
    page = None if answer is None or answer.status != 200 else _json(answer)
    if not isinstance(page, list) or not all(isinstance(one, dict) and "foreign_id" in one for one in page):
        return None
    return page


def _of_message(body: object) -> Outcome:
    """`100` and `101` are about the call; what became of our one message stands beside its number."""
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
        return UNCLEAR
    message = messages[0]
    if message.get("success") is True:
        return Outcome(
            "accepted",
            "provider_took_it",
            provider_id=_text(message.get("id")),
            receipt_follows=True,
            cost_e4=_cost_e4(message.get("price")),
        )
    return REFUSALS.get(_number(message.get("error")), UNCLEAR)


def _json(answer: Answer) -> object:
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _code(body: object) -> int:
    """JSON with `success`, or the bare number that a fault before the call is answered with; 0: neither."""
    return _number(body.get("success") if isinstance(body, dict) else body)


def _number(given: object) -> int:
    if isinstance(given, bool):
        return 0
    text = str(given).strip() if isinstance(given, int | str) else ""
    return int(text) if text.isdecimal() and len(text) <= 4 else 0


def _text(given: object) -> str:
    text = str(given) if isinstance(given, int | str) else ""
    return text if text.isascii() and text.isalnum() and len(text) <= 64 else ""


def _cost_e4(price: object) -> int | None:
    """Euros as a number to 1/10,000 EUR."""
    try:
        cost = Decimal(str(price)) * E4
        return int(cost.to_integral_value()) if cost.is_finite() and 0 <= cost <= 100 * E4 else None
    except (InvalidOperation, ValueError):
        return None
