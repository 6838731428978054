"""How counting a report grows with the number of concerns, from a thousand to a million.

Run: `python -m benchmarks.statistics [--concerns N ...]`. It starts a PostgreSQL of its own. For each size two years of
persons, enquiries, concerns (half of them ended) and contacts are written; then one month and one year are counted as
`publish-statistics` does, without and with hiding. A ratio says how much longer it takes than for the size before; what
grows like the data has the ratio of the sizes.
"""

import argparse
import asyncio
import time
from datetime import UTC, datetime

import psycopg

from lotse_chassis.calendar import ZONE
from lotse_chassis.database import engine_of
from lotse_intake.domain.reports import Counted, report_of
from lotse_intake.providers.report_rules import report_rules
from lotse_intake.store import figures
from lotse_intake.store.figures import Stretch
from lotse_statistics.spans import Span, bounds, span_of
from tests import kit

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SPANS = ("2026-05", "2026")
MINUTES_OF_TWO_YEARS = 730 * 24 * 60
FIRST = datetime(2025, 1, 1, tzinfo=UTC)

_CODES = "(ARRAY['residence','benefits','work','language','housing','health','legal','documents','violence','school'])"
_FILL = (
    """INSERT INTO person (person_id, version, languages, contact_kind, contact_version, contact_consented,
         contact_safe, unreachable, frozen, registered_at)
       SELECT md5('p' || n)::uuid, 1, ARRAY['uk'], 'none', 1, false, true, false, false, {at}
       FROM generate_series(1, {count}) AS n""",
    """INSERT INTO person_bands (person_id, age_band, gender, region, residence_bracket, language)
       SELECT person_id, (ARRAY['age_7_17','age_18_26','age_27_64','age_65'])[1 + floor(power(random(), 2) * 4)],
         (ARRAY['female','male'])[1 + floor(random() * 2)],
         (ARRAY['nord','west','mitte','sued'])[1 + floor(random() * 4)], 'after', 'uk' FROM person""",
    """INSERT INTO enquiry (enquiry_id, person_id, version, channel, frontend, language, flags, urgency, files_missing,
         notice_version, answers, received_at, updated_at)
       SELECT md5('e' || n)::uuid, md5('p' || n)::uuid, 1, (ARRAY['web','bot','phone'])[1 + floor(random() * 3)], 'web',
         'uk', '{{}}', 'normal', 0, 'x', 0, {at}, {at} FROM generate_series(1, {count}) AS n""",
    """INSERT INTO case_file (case_id, person_id, version, opened_at)
       SELECT md5('c' || n)::uuid, md5('p' || n)::uuid, 1, {at} FROM generate_series(1, {count}) AS n""",
    f"""INSERT INTO concern (concern_id, enquiry_id, case_id, person_id, version, code, unknown_code, state, urgency,
         language, channel, received_at, due_at, tags, moved_at, outcome, ended_at)
       SELECT md5('o' || n)::uuid, md5('e' || n)::uuid, md5('c' || n)::uuid, md5('p' || n)::uuid, 1,
         {_CODES}[1 + floor(power(random(), 2) * 10)], false, CASE n % 2 WHEN 0 THEN 'answered' ELSE 'resolved' END,
         'normal', 'uk', 'web', {{at}}, {{at}}, '{{{{}}}}', {{at}},
         CASE n % 2 WHEN 1 THEN (ARRAY['need_met','informed_only','approved'])[1 + floor(random() * 3)] END,
         CASE n % 2 WHEN 1 THEN {{at}} + interval '9 days' END
       FROM generate_series(1, {{count}}) AS n""",
    """INSERT INTO contact (contact_id, person_id, at, minutes, channel, depth, language, interpreter, codes,
         recorded_at)
       SELECT md5('k' || n)::uuid, md5('p' || n)::uuid, {at}, 30,
         (ARRAY['phone','walk_in','web'])[1 + floor(random() * 3)],
         (ARRAY['information','short_advice','case_management'])[1 + floor(random() * 3)], 'uk', random() < 0.1, '{{}}',
         {at}
       FROM generate_series(1, {count}) AS n""",
    "ANALYZE",
)


def fill(database: kit.ServiceDatabase, count: int) -> None:
    """Two years of rows; everything of one number happens at one instant."""
    at = f"(timestamptz '{FIRST:%Y-%m-%d}+00' + (n::bigint * {MINUTES_OF_TWO_YEARS} / {count}) * interval '1 minute')"
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        for statement in _FILL:
            connection.execute(statement.format(at=at, count=count).encode())


async def measured(database: kit.ServiceDatabase, span: Span) -> tuple[float, float]:
    """Seconds to count a span, and to decide what of it is said."""
    stretch = Stretch(span.months, *bounds(span.months, ZONE))
    engine = engine_of(database.url)
    try:
        async with engine.begin() as tx:
            began = time.perf_counter()
            months = await figures.counts_by_month(tx, stretch)
            counted = Counted(
                months={month: one["families"] for month, one in months.items()},
                persons=await figures.persons_behind(tx, stretch),
                sums={month: one["sums"] for month, one in months.items()},
                continuing=await figures.continuing(tx, stretch),
                medians=await figures.medians(tx, stretch),
            )
            between = time.perf_counter()
            report_of("benchmark", span, counted, [], report_rules())
            return between - began, time.perf_counter() - between
    finally:
        await engine.dispose()


def run(sizes: list[int]) -> None:
    """One line for each size and span."""
    before: dict[str, float] = {}
    folder = kit.new_folder()
    postgres = kit.start_postgres(kit.new_association(folder))
    try:
        for count in sizes:
            database = postgres.database("intake")
            fill(database, count)
            for name in SPANS:
                counting, hiding = asyncio.run(measured(database, span_of(name)))
                ratio = f"{counting / before[name]:.1f}" if name in before else "-"
                before[name] = counting
                print(
                    f"{count:>9} concerns, {name:<8} counted in {counting * 1000:.0f} ms, ratio {ratio},"
                    f" hidden in {hiding * 1000:.0f} ms",
                    flush=True,
                )
            postgres.drop(database)
    finally:
        postgres.stop()
        kit.remove(folder)


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concerns", type=int, nargs="+", default=list(SIZES))
    run(parser.parse_args().concerns)


if __name__ == "__main__":
    main()
