"""The report at the end of the story, drawn for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from lotse_local.demo.figures import Figures
from lotse_local.demo.trails import Span, drawn

EURO = 100
NAMED_FACTORS = 4  # of a referral, those with most points


def show(console: Console, figures: Figures, spans: Sequence[Span]) -> None:
    """Print everything."""
    console.rule("[bold]What happened")
    console.print(_arrived(figures), _referred(figures), _answered(figures))
    console.print(_auditor(figures))
    if spans:
        title = "One enquiry, from the frontend to the other association"
        console.print(Panel(drawn(spans), title=title, expand=False))
    console.print(_verdict(figures))


def _arrived(figures: Figures) -> RenderableType:
    columns = Table.grid(padding=(0, 4))
    columns.add_row(
        _counts("channel", figures.by_channel),
        _counts("language", figures.by_language),
        _counts("urgency", figures.by_urgency),
        _counts("concern", figures.by_code, columns=2),
    )
    enquiries, concerns = len(figures.enquiry_ids), sum(figures.by_code.values())
    title = (
        f"Arrived: {enquiries} enquiries with {concerns} concerns, {figures.photos} with a photo,"
        f" {figures.unknown_codes} under a code that nobody knows"
    )
    return Panel(columns, title=title, expand=False)


def _counts(name: str, counts: Mapping[str, int], columns: int = 1) -> Table:
    table = Table(box=None, title=name, title_justify="left", title_style="bold", show_header=False)
    table.min_width = len(name) + 2
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = -(-len(ranked) // columns)
    for row in range(rows):
        cells = [cell for key, count in ranked[row::rows] for cell in (f"{count:3}", key)]
        table.add_row(*cells)
    return table


def _referred(figures: Figures) -> RenderableType:
    table = Table(title=f"Referred: {len(figures.referrals)}, gaps {figures.gaps}", title_justify="left")
    for column in ("concern", "", "service", "how", "points", "because"):
        table.add_column(column, justify="right" if column == "points" else "left", overflow="fold")
    for made in sorted(figures.referrals, key=lambda made: (made["mode"], made["code"], made["service"])):
        how = f"{made['mode']}, {made['state']}"
        because = _because(made["factors"])
        table.add_row(made["code"], made["language"], made["service"], how, str(made["score"]), because)
    return table


def _because(factors: Sequence[Mapping[str, Any]]) -> str:
    ranked = sorted(factors, key=lambda factor: -factor["points"])[:NAMED_FACTORS]
    return ", ".join(f"{factor['because']} {factor['points']}" for factor in ranked)


def _answered(figures: Figures) -> RenderableType:
    table = Table(title="Answered and sent", title_justify="left", show_header=False)
    table.add_row("answers of counsellors", f"{figures.answers}, {figures.answers_read} read with code and PIN")
    table.add_row("state by receipt code", _listed(figures.states))
    for house, count in figures.mails.items():
        kinds, languages = _listed(figures.told[house]), _listed(figures.mails_by_language[house])
        table.add_row(f"messages of {house}", f"{count}: {kinds} ({languages})")
    return table


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{key} {count}" for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _auditor(figures: Figures) -> RenderableType:
    plan = Table(title="What the auditor sees: plan against actual, DEMO", title_justify="left")
    for column in ("cost line", "planned", "spent", "left"):
        plan.add_column(column, justify="left" if column == "cost line" else "right")
    for line in figures.grant.get("lines", ()):
        plan.add_row(line["title"], *(_euro(line[name]) for name in ("planned", "actual", "left")))
    if figures.grant:
        plan.caption = f"DEMO: awarded {_euro(figures.grant['awarded'])}, drawn {_euro(figures.grant['drawn'])}"
    answers = Table(title="What could the city pay for 2026? Public facts, as known on the day", title_justify="left")
    for column in ("asked as of", "the freeze falls on", "available", "auslaenderrat", "plattform"):
        answers.add_column(column, justify="right" if column not in ("asked as of", "the freeze falls on") else "left")
    for row in figures.availability:
        amounts = (_euro(row[name]) for name in ("available", "home", "partner"))
        answers.add_row(row["asked_on"], row["freeze_falls_on"], *amounts)
    return Group(plan, answers)


def _euro(cents: int) -> str:
    return f"{cents / EURO:,.2f}"


def _verdict(figures: Figures) -> RenderableType:
    seconds = ", ".join(f"{name} {spent:.1f} s" for name, spent in figures.seconds.items())
    if not figures.failed:
        return Panel(f"[bold green]All {figures.held} expectations came true.[/] {seconds}", expand=False)
    failed = "\n".join(f"- {sentence}" for sentence in dict.fromkeys(figures.failed))
    return Panel(
        f"[bold red]{len(figures.failed)} expectations did not come true:[/]\n{failed}\n{seconds}", expand=False
    )
