"""`lotse-referral report SPAN` and `gaps MONTH`: figures on the screen, as data, as a page that prints."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lotse_chassis.command import Subcommand
from lotse_contracts.referral import AskReferralReport, PublishReferralReport, ReferralReportAnswer
from lotse_contracts.values import ReferralReportPart
from lotse_referral.cli.session import EXIT_DONE, Told, actor_of, add_actor, add_language, command, opened
from lotse_referral.handlers import reports
from lotse_referral.pages import report as pages
from lotse_referral.settings import ReferralSettings
from lotse_statistics.spans import SpanUnknown, span_of

ROLE = "coordinator"  # who may run a command on this machine may do what a coordinator may
STANDARD_OUTPUT = "-"

_NO_PERIOD = (
    "Diesen Zeitraum gibt es nicht; Monate wie 2026-07, Quartale wie 2026-Q3, Jahre wie 2026.",
    "There is no such period; months like 2026-07, quarters like 2026-Q3, years like 2026.",
)
_WRITTEN = {"de": "geschrieben", "en": "written"}


def _as_json(answer: ReferralReportAnswer) -> bytes:
    """Byte for byte; the other forms are made from it."""
    return answer.report.encode()


def _as_csv(answer: ReferralReportAnswer) -> bytes:
    return pages.table(json.loads(answer.report)).encode()


def _as_html(answer: ReferralReportAnswer) -> bytes:
    return pages.page(json.loads(answer.report), answer.sha256, state=answer.state).encode()


FORMS: Mapping[str, Callable[[ReferralReportAnswer], bytes]] = {"json": _as_json, "csv": _as_csv, "html": _as_html}


def _arguments(parser: argparse.ArgumentParser, *, named: str) -> None:
    parser.add_argument(
        "span", metavar=named, help="2026-11, 2026-Q4, 2026-H2, 2026, or from a month to a month: 2026-10_2027-02"
    )
    parser.add_argument(
        "--publish",
        action="store_true",
        help="count for the last time; refused while the period runs",
    )
    for form in FORMS:
        parser.add_argument(
            f"--{form}",
            nargs="?",
            const=STANDARD_OUTPUT,
            metavar="FILE",
            help=f"as {form.upper()}; default: out here",
        )
    add_language(parser)
    add_actor(parser)


async def asked(settings: ReferralSettings, args: argparse.Namespace, *, part: ReferralReportPart) -> int:
    """Drafts or publishes, and shows. Raises Refused and Told."""
    try:
        span = span_of(args.span).name
    except SpanUnknown:
        raise Told(*_NO_PERIOD) from None
    async with opened(settings) as service, service.unit(actor=actor_of(args), role=ROLE) as unit:
        if args.publish:
            order = PublishReferralReport(span=span, part=part)
            unit.say(*await reports.publish(order, unit.context, unit.tx))
        answer = await reports.report(AskReferralReport(span=span, part=part), unit.context, unit.tx)
    wanted = {form: place for form in FORMS if (place := getattr(args, form)) is not None}
    for form, place in wanted.items():
        _write(FORMS[form](answer), place, args.lang)
    if not wanted:
        _write(pages.text(json.loads(answer.report), state=answer.state).encode(), STANDARD_OUTPUT, args.lang)
    return EXIT_DONE


def _write(content: bytes, place: str, language: str) -> None:
    if place == STANDARD_OUTPUT:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    Path(place).write_bytes(content)
    print(f"{place}: {_WRITTEN[language]}", file=sys.stderr)


REPORT = Subcommand(
    command(partial(asked, part="referrals")),
    partial(_arguments, named="SPAN"),
    "figures of referrals, check-backs and groups: draft or publish",
)
GAPS = Subcommand(
    command(partial(asked, part="gaps")),
    partial(_arguments, named="MONTH"),
    "what nobody serves, by code and language, for the city: draft or publish",
)
