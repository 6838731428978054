"""`lotse-referral match`: one concern as JSON comes in, ranked services with every reason go out; nothing is kept."""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from lotse_chassis.command import Standalone
from lotse_referral.cli.match_input import BadConcern, Told, read_concern
from lotse_referral.cli.session import EXIT_DONE, EXIT_REFUSED
from lotse_referral.domain.directory.rows import rows_of
from lotse_referral.domain.index import Index
from lotse_referral.domain.matching import Exclusion, Match
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offering import offers_of
from lotse_referral.domain.offers import DIRECTORY_ZONE, local_day
from lotse_referral.domain.telling import excluded_of, kept_of, need_of, question_of
from lotse_referral.migrations.loading import SHIPPED
from lotse_referral.providers.directory_file import Asked, read
from lotse_referral.providers.knowledge import knowledge

CONCERN_BYTES_MAX = 65_536
Tables = Mapping[str, list[dict[str, Any]]]


def run(args: argparse.Namespace) -> int:
    """Match the concern of standard input. What is wrong is one JSON object on standard error, and the exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        told = read_concern(_json(sys.stdin.buffer.read(CONCERN_BYTES_MAX + 1)))
        moment = _moment(args.on or told.on, datetime.now(UTC))
        tables = _tables(args.directory, local_day(moment))
    except BadConcern as fault:
        print(json.dumps(fault.error, ensure_ascii=False), file=sys.stderr)
        return EXIT_REFUSED
    _write(_answer(told, tables, moment, everything=args.all), sys.stdout)
    return EXIT_DONE


def _json(raw: bytes) -> Any:
    if len(raw) > CONCERN_BYTES_MAX:
        raise BadConcern("too_long", "", f"at most {CONCERN_BYTES_MAX} bytes")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise BadConcern("not_json", "", "one JSON object, UTF-8") from None


def _moment(day: date | None, now: datetime) -> datetime:
    """Now; of another day its first minute, in Dresden."""
    local = now.astimezone(DIRECTORY_ZONE)
    if day is None or day == local.date():
        return local
    return datetime.combine(day, time(), DIRECTORY_ZONE)


def _tables(path: Path | None, today: date) -> Tables:
    if path is None:
        with as_file(files("lotse_referral").joinpath("data", SHIPPED)) as shipped:
            return _tables(shipped, today)
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    try:
        file = read(Asked(path, path.name, today), lambda fault: None)
        if not file.whole:
            raise BadConcern("not_a_directory", "--directory", "JSON in the shipped form, or HSDS 3.1")
        for _, resources in file.batches():
            for resource in resources:
                for table, rows in rows_of(resource).items():
                    tables[table] += rows
    except OSError:
        raise BadConcern("not_readable", "--directory", "a file that can be read") from None
    return tables


def _answer(told: Told, tables: Tables, moment: datetime, *, everything: bool) -> dict[str, Any]:
    known = knowledge()
    index = Index(offers_of(tables), known)
    need = need_of(told.code, told.sub_code, told.language, told.urgency, told.facts())
    need = replace(need, languages=told.languages, latitude=told.latitude, longitude=told.longitude)
    found = index.match(need, moment)
    question = question_of(found.ask, known)
    return {
        "on": local_day(moment).isoformat(),
        "code": need.code,
        "gap": found.gap,
        "question": None if question is None else question.model_dump(mode="json"),
        "suggestions": _suggested(found, _names(tables)),
        "excluded": [
            _named(one, _names(tables)) for one in _excluded(found, index, need, moment, everything=everything)
        ],
        "not_covering": found.not_covering,
        "more": found.more,
    }


def _suggested(found: Match, names: Mapping[UUID, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"rank": rank, **names[suggestion.service_id], **kept_of(suggestion)}
        for rank, suggestion in enumerate(found.suggestions, start=1)
    ]


def _excluded(found: Match, index: Index, need: Need, moment: datetime, *, everything: bool) -> Iterable[Exclusion]:
    yield from found.excluded
    if everything:
        yield from index.doing_something_else(need, moment)


def _named(one: Exclusion, names: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any]:
    return {**names[one.service_id], **excluded_of(one)}


def _names(tables: Tables) -> dict[UUID, dict[str, Any]]:
    organizations = {row["id"]: row["name"] for row in tables.get("organization", ())}
    return {
        UUID(str(row["id"])): {"name": row["name"], "organization": organizations.get(row["organization_id"])}
        for row in tables.get("service", ())
    }


def _write(answer: dict[str, Any], target: TextIO) -> None:
    json.dump(answer, target, ensure_ascii=False, indent=1)
    target.write("\n")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--directory", type=Path, metavar="FILE", help="HSDS 3.1 or the shipped form; default: shipped")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="the day that it is; default: today")
    parser.add_argument("--all", action="store_true", help="name also the services that do something else")


MATCH = Standalone(
    run, _arguments, "one concern as JSON on standard input, ranked services with reasons on standard output"
)
