"""Synthetic neighbour services: realistic noise around the real directory of Dresden.

Every entry has the form of an entry of the directory, its `key` starts with "synthetic-". Fields that the real
entries do not have: `max_age` (the lower limit is `minimum_age`, as in the directory), `women_only`, `status`
("active", "inactive", "defunct", "temporarily closed") and `capacity` ({"available": n, "maximum": n}).

None may be a better answer than a service that is labelled right, so each misfits by data: it serves another town
(`service_area`), it has ended (`valid_to` before March 2025, or `status`), it speaks languages that no labelled
person speaks, it serves an age that no labelled person has, or it is full. "legal" comes only from ended ones,
because some labelled concerns have no right answer there.
"""

import json
import random
import sys
from collections.abc import Callable
from datetime import date, timedelta

Entry = dict[str, object]
Maker = Callable[[random.Random], Entry]

TOWN_CODES = "Pirna:01796 Freital:01705 Heidenau:01809 Dippoldiswalde:01744 Meißen:01662 Radebeul:01445 Riesa:01587 "
TOWN_CODES += "Coswig:01640 Großenhain:01558 Radeberg:01454 Kamenz:01917 Bautzen:02625 Görlitz:02826 Leipzig:04109 "
TOWN_CODES += "Chemnitz:09111 Zwickau:08056"
TOWNS = dict(pair.split(":") for pair in TOWN_CODES.split())
DRESDEN_ENDINGS = (67, 69, 97, 99, 127, 139, 157, 159, 169, 187, 217, 219, 237, 239, 257, 277, 279, 307, 309, 324, 326)
DRESDEN_CODES = [f"01{ending:03d}" for ending in DRESDEN_ENDINGS]
STREETS = ("Bahnhofstraße", "Hauptstraße", "Markt", "Schulstraße", "Gartenstraße", "Lange Straße", "Goethestraße")
PROVIDERS = ("Diakonie", "Caritas", "AWO", "DRK", "Volkssolidarität", "Malteser", "Bürgerverein", "Kinderschutzbund")
OTHER_LANGUAGES = (["vi"], ["tr"], ["es", "pt"], ["zh"], ["hi"], ["ti"], ["pt"], ["vi", "zh"])

PUBLIC: tuple[str, ...] = ("Jobcenter", "Landratsamt", "Sozialamt", "Wohngeld", "Bildung", "Ausländer", "Bürgerbüro")
PUBLIC += ("Finanzamt", "Agentur", "Schulverwaltung", "Kita-Verwaltung", "Wohnungsnotfallhilfe")

# A town's services: what it is called, its categories, what it does. The first category is the main one.
IN_TOWNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Migrationsberatung (MBE)", ("orientation", "benefits", "residence", "work"), "Advice for adults from 27."),
    ("Jugendmigrationsdienst (JMD)", ("orientation", "school", "work"), "Advice for young people under 27."),
    ("Flüchtlingssozialarbeit", ("orientation", "housing", "health", "family"), "Social work of the county."),
    ("Jobcenter", ("benefits", "work"), "Basic income support under SGB II."),
    ("Landratsamt – Asylbewerberleistungen", ("benefits", "housing"), "Benefits under the AsylbLG."),
    ("Sozialamt – Grundsicherung", ("benefits",), "Basic income support under SGB XII."),
    ("Wohngeldstelle", ("benefits", "housing"), "Housing allowance."),
    ("Bildung und Teilhabe", ("benefits", "school"), "Education and participation of children."),
    ("Ausländerbehörde", ("residence",), "Residence titles of the county."),
    ("Bürgerbüro", ("documents",), "Registration of residence, identity documents."),
    ("Finanzamt", ("work", "documents"), "Taxes."),
    ("Agentur für Arbeit", ("work",), "Job search and vocational guidance."),
    ("Fachstelle Anerkennung", ("recognition", "work"), "Recognition of foreign qualifications."),
    ("Volkshochschule", ("language",), "Integration courses and German courses."),
    ("Sprachcafé", ("language", "community"), "Conversation in German for newcomers."),
    ("Schulverwaltung", ("school",), "Places at the town's schools."),
    ("Kita-Verwaltung", ("childcare",), "Places in the town's day nurseries."),
    ("Wohnungsnotfallhilfe", ("housing",), "Help against loss of housing."),
    ("Wohnungsgenossenschaft", ("housing",), "Flats for members."),
    ("Krankenhaus – Notaufnahme", ("health",), "Hospital with emergency department."),
    ("Schwangerenberatung", ("health", "family"), "Advice in pregnancy."),
    ("Suchtberatung", ("psychosocial", "health"), "Addiction advice."),
    ("Psychosoziale Beratung", ("psychosocial",), "Counselling in crises."),
    ("Erziehungsberatung", ("family",), "Advice for parents."),
    ("Frauenhaus", ("violence",), "Protected place for women and children of the county."),
    ("Interventionsstelle", ("violence",), "Advice after domestic violence."),
    ("Sprachmittlerpool", ("interpreting",), "Volunteer interpreters of the county."),
    ("Begegnungszentrum", ("community",), "Meeting place with clubs and events."),
)
# What stands in Dresden beside the real services.
IN_DRESDEN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Sportverein", ("community",), "Sports club for members."),
    ("Gartenverein", ("community",), "Allotment gardens."),
    ("Chor", ("community",), "Choir with weekly rehearsals."),
    ("Sprachschule", ("language",), "Private language school with courses at the person's own cost."),
    ("Nachhilfeinstitut", ("school", "language"), "Private tutoring."),
    ("Kindertagespflege", ("childcare",), "Childminder."),
    ("Krabbelgruppe", ("childcare", "community"), "Play group for the smallest."),
    ("Familienzentrum", ("family", "childcare", "community"), "Courses for families."),
    ("Kulturverein", ("community", "orientation"), "Culture and self-help of one community."),
    ("Beratungscafé", ("orientation", "benefits"), "Drop-in advice of one community."),
    ("Stadtteilbüro", ("orientation", "community"), "Neighbourhood work."),
    ("Arztpraxis", ("health",), "General practitioner."),
    ("Praxis für Psychotherapie", ("psychosocial",), "Psychotherapy on health insurance."),
    ("Zeitarbeitsfirma", ("work",), "Placement by a temporary-work agency."),
    ("Wohnheim", ("housing",), "Hostel rooms."),
)
ENDED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    *IN_DRESDEN,
    ("Ankunftshilfe Ukraine", ("orientation", "residence", "benefits", "documents"), "Help for arrivals of 2022."),
    ("Rechtsberatung", ("legal",), "Legal advice by volunteers."),
    ("Schuldnerberatung", ("legal", "benefits"), "Debt advice."),
    ("Dolmetscherinitiative", ("interpreting",), "Volunteers for Ukrainian and Russian."),
    ("Anerkennungsprojekt", ("recognition", "work"), "Project for the recognition of qualifications."),
    ("Notunterkunft Messe", ("housing",), "Emergency shelter of 2022."),
    ("Schutzwohnung", ("violence",), "Protected flat."),
)


def _entry(rng: random.Random, kind: tuple[str, tuple[str, ...], str], city: str, postal_code: str) -> Entry:
    """Builds what every entry has; phone numbers and websites are of ranges that nobody owns."""
    what, categories, description = kind
    provider = f"Stadt {city}" if what.startswith(PUBLIC) else f"{rng.choice(PROVIDERS)} {city}"
    street = f"{rng.choice(STREETS)} {rng.randint(1, 140)}"
    entry: Entry = {
        "name": f"{what} {city} ({provider})",
        "provider": provider,
        "category": categories[0],
        "categories": list(categories),
        "description": description,
        "website": "https://example.org",
        "street": street,
        "postal_code": postal_code,
        "city": city,
        "address": f"{street}, {postal_code} {city}",
        "phone": rng.choice([None, f"+49 30 23125{rng.randint(0, 999):03d}"]),
        "languages": rng.choice([["de"], ["de"], ["de", "en"]]),
        "status": "active",
        "verified": "synthetic, for tests only",
        "source": ["https://example.org"],
    }
    if rng.random() < 0.25:
        entry["appointment"] = "required"
    return entry


def _in_other_town(rng: random.Random) -> Entry:
    """Serves the people of another town only, in whatever languages."""
    city = rng.choice(sorted(TOWNS))
    kind = rng.choice(IN_TOWNS)
    entry = _entry(rng, kind, city, TOWNS[city])
    entry |= {"service_area": [city], "note": f"only for residents of {city} and its county"}
    entry["languages"] = rng.choice([["de"], ["de"], ["de", "en"], ["de", "ru"], ["de", "uk", "ru"], ["de", "ar"]])
    if "MBE" in kind[0]:
        entry["minimum_age"] = 27
    if "JMD" in kind[0]:
        entry |= {"minimum_age": 12, "max_age": 26}
    if "violence" in kind[1]:
        entry |= {"women_only": kind[0] == "Frauenhaus", "capacity": {"available": 0, "maximum": rng.randint(5, 14)}}
    elif rng.random() < 0.3:
        entry["capacity"] = {"available": rng.randint(0, 4), "maximum": rng.randint(8, 40)}
    return entry


def _ended(rng: random.Random) -> Entry:
    """Was once in Dresden, some for people from Ukraine, and is no longer there."""
    entry = _entry(rng, rng.choice(ENDED), "Dresden", rng.choice(DRESDEN_CODES))
    entry["languages"] = rng.choice([["de"], ["de", "uk"], ["uk", "ru", "de"], ["ru", "de"]])
    state = rng.choice(["inactive", "defunct", "temporarily closed", "ended"])
    if state == "ended":
        entry["valid_to"] = (date(2022, 12, 31) + timedelta(days=rng.randint(0, 780))).isoformat()
    else:
        entry["status"] = state
    return entry


def _in_other_language(rng: random.Random) -> Entry:
    """Is in Dresden and speaks only languages that nobody of the labelled concerns speaks."""
    kinds = [kind for kind in IN_DRESDEN if kind[1][0] in {"community", "orientation", "language", "health", "family"}]
    entry = _entry(rng, rng.choice(kinds), "Dresden", rng.choice(DRESDEN_CODES))
    entry |= {"languages": list(rng.choice(OTHER_LANGUAGES)), "note": "only in the languages named"}
    return entry


def _for_other_age(rng: random.Random) -> Entry:
    """Is in Dresden and receives only small children or the very old."""
    small = rng.random() < 0.6
    fitting = {"childcare", "family", "health"} if small else {"community", "orientation", "health"}
    kinds = [kind for kind in IN_DRESDEN if kind[1][0] in fitting]
    entry = _entry(rng, rng.choice(kinds), "Dresden", rng.choice(DRESDEN_CODES))
    if small:
        return entry | {"minimum_age": 1, "max_age": 5, "note": "only for children before school"}
    return entry | {"minimum_age": 80, "women_only": rng.random() < 0.3, "note": "only for people from 80"}


def _full(rng: random.Random) -> Entry:
    """Is in Dresden, speaks German or English and takes nobody at present."""
    entry = _entry(rng, rng.choice(IN_DRESDEN), "Dresden", rng.choice(DRESDEN_CODES))
    return entry | {"capacity": {"available": 0, "maximum": rng.randint(6, 30)}, "note": "waiting list closed"}


def neighbours(seed: int = 1, count: int = 600) -> list[dict[str, object]]:
    """Yields `count` neighbour services, the same ones for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - repeatable on purpose
    makers: list[Maker] = [_in_other_town, _ended, _in_other_language, _for_other_age, _full]
    chosen = rng.choices(makers, weights=[50, 18, 10, 10, 12], k=count)
    return [{"key": f"synthetic-{number:04d}", **maker(rng)} for number, maker in enumerate(chosen, 1)]


if __name__ == "__main__":
    json.dump(neighbours(), sys.stdout, ensure_ascii=False, indent=1)
