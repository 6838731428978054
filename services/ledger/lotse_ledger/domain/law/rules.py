"""The rules that an answer can cite, each with the public text that backs it.

The decision of the city outranks them all. Its own framework rules are not public, so no rule here claims to be hers,
and nothing is cited that has no source. Source: the variants of the general conditions for project grants (ANBest-P)
that were published in full.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ANBEST = "ANBest-P as transcribed publicly"
BNBEST = "BNBest-P/KWI 2024 (federal), section II"
EFRE = "BNBest-EFRE Hessen, annex 1"
VWVFG = "VwVfG, in Saxony through § 1 SächsVwVfZG"


@dataclass(frozen=True)
class Rule:
    """A code such as R3, what it says in German and in English, and where that is written."""

    code: str
    title_de: str
    title_en: str
    source: str


def _rule(code: str, title_de: str, title_en: str, source: str) -> tuple[str, Rule]:
    return code, Rule(code, title_de, title_en, source)


RULES: Mapping[str, Rule] = dict(
    (
        _rule("A4", "Höhe der endgültigen Zuwendung", "the final grant", f"{BNBEST}, No. 2; {EFRE}, No. 2"),
        _rule(
            "R2",
            "Alle Einnahmen sind Deckungsmittel für alle Ausgaben",
            "all income covers all expenditure",
            f"{BNBEST}, No. 1.2",
        ),
        _rule(
            "R3",
            "Einzelansätze dürfen überschritten werden, soweit andere eingespart werden",
            "a line may be exceeded as far as others were saved",
            f"{ANBEST}, No. 1.2 (20 per cent); {BNBEST}, No. 1.2 (30); {EFRE}, No. 1.3 (50)",
        ),
        _rule(
            "R4",
            "Darüber hinaus nur mit Zustimmung oder behördlicher Auflage",
            "beyond that only if approved or caused by official conditions",
            f"{ANBEST}, No. 1.2; {BNBEST}, No. 1.2",
        ),
        _rule(
            "R6",
            "Mittel nur, soweit und nicht eher als benötigt",
            "money only as far and as early as needed",
            f"{EFRE}, No. 1.5 (two months); {BNBEST}, No. 1.4 (six weeks)",
        ),
        _rule(
            "R7",
            "Anteilig mit anderen Mitteln, oder nach ihnen",
            "pro rata with other money, or after it",
            f"{EFRE}, No. 1.6",
        ),
        _rule("R8", "Nicht verbrauchte Mittel zurückzahlen", "repay what is not used", f"{BNBEST}, No. 1.4"),
        _rule("R9", "Vorauszahlungen nur, soweit üblich", "prepayments only if customary", f"{BNBEST}, No. 1.5"),
        _rule("R10", "Ermäßigung der Zuwendung", "reduction of the grant", f"{EFRE}, No. 2.2 (500 euros)"),
        _rule("R12", "Inventarisierung", "inventory", f"{BNBEST}, No. 4.2; {EFRE}, No. 4.2"),
        _rule("R13", "Mitteilungspflichten", "duties to notify", f"{BNBEST}, No. 5; {EFRE}, No. 6"),
        _rule("R15", "Verwendungsnachweis", "final proof of use", f"{BNBEST}, No. 6.2"),
        _rule("R16", "Zwischennachweis", "interim proof of use", f"{BNBEST}, No. 6.2"),
        _rule("R19", "Vorsteuerabzug: nur Nettobeträge", "net amounts only", f"{BNBEST}, No. 6.5; § 15 UStG"),
        _rule("R21", "Angaben auf dem Beleg", "what a voucher shows", f"{BNBEST}, No. 6.7"),
        _rule("R23", "Aufbewahrung", "retention", f"{BNBEST}, No. 6.8"),
        _rule("R26", "Zinsen auf die Erstattung", "interest on what is to be repaid", f"§ 49a (3) {VWVFG}"),
        _rule("R27", "Zinsen bei später Verwendung", "interest on late use", f"§ 49a (4) {VWVFG}; {BNBEST}, No. 8.5"),
        _rule("R28", "Kleinbeträge an Zinsen", "small amounts of interest", f"{BNBEST}, No. 8.6"),
        _rule("R29", "Skonti und Rabatte abziehen", "deduct discounts", f"{EFRE}, No. 1.1"),
        _rule(
            "ZINS",
            "Zählung der Zinstage und Tag der Auszahlung",
            "how days of interest are counted, and the day of payout",
            "Allgemeine Zinsvorschriften (federal): a default, not a rule of the city",
        ),
        _rule("FREEZE", "Haushaltssperre", "budget freeze", "§ 30 SächsKomHVO, as the council's A0118/25 names it"),
        _rule(
            "YEAR",
            "Mittel eines Haushaltsjahres verfallen, soweit sie nicht übertragen werden",
            "money of a budget year lapses unless it is carried over",
            "§ 21 SächsKomHVO",
        ),
        _rule("AO147", "Aufbewahrung nach Steuerrecht", "retention under tax law", "§ 147 (3), (4) AO"),
        _rule("BGB188", "Fristende", "end of a period", "§§ 187 (1), 188 BGB"),
        _rule("BGB193", "Sonn- und Feiertage", "Sundays and holidays", "§ 193 BGB"),
        _rule("BGB247", "Basiszinssatz", "base rate", "§ 247 BGB"),
        _rule(
            "GOBD10",
            "Unbare Vorgänge binnen zehn Tagen erfassen",
            "record what is not cash within ten days",
            "§ 146 (1) AO; DATEV's guidance on GoBD",
        ),
    )
)


@dataclass(frozen=True)
class Citation:
    """A rule and the parameter used: its value, and whether the decision states it or a default stands in."""

    rule: str
    parameter: str | None
    value: str | None
    stated: bool
    source: str


def of_rule(code: str) -> Citation:
    """A rule without a parameter. Raises KeyError if nothing backs it."""
    return Citation(rule=code, parameter=None, value=None, stated=False, source=RULES[code].source)
