"""The concern codes that services of the directory cover, version 2026-11; intake keeps the same list for persons."""

from typing import NamedTuple

TAXONOMY = "uzd-concern"
TAXONOMY_VERSION = "2026-11"
ORIENTATION = "orientation"
VIOLENCE = "violence"


class Concern(NamedTuple):
    """A code of the list, its names, and the finer codes below it."""

    german: str
    english: str
    finer: tuple[str, ...]


CONCERNS: dict[str, Concern] = {
    "residence": Concern(
        "Aufenthalt",
        "Residence",
        (
            "p24_title",
            "fiktion",
            "change_of_purpose",
            "family_reunion",
            "travel_document",
            "naturalisation",
            "return",
        ),
    ),
    "benefits": Concern(
        "Sozialleistungen",
        "Benefits",
        ("sgb2", "sgb12", "asylblg", "wohngeld", "kindergeld", "but", "dresden_pass", "sanction", "overpayment"),
    ),
    "work": Concern("Arbeit", "Work", ("job_search", "application", "contract_problem", "self_employment", "tax")),
    "recognition": Concern(
        "Anerkennung", "Recognition", ("school_certificate", "vocational", "academic", "regulated_profession")
    ),
    "language": Concern("Sprache", "Language", ("integration_course", "job_course", "practice", "test")),
    "school": Concern("Schule", "School", ("registration", "dac_class", "change", "exam", "bullying")),
    "childcare": Concern("Kita", "Childcare", ("place", "costs")),
    "housing": Concern(
        "Wohnen",
        "Housing",
        ("search", "wbs", "contract", "deposit", "utility_debt", "eviction", "accommodation"),
    ),
    "health": Concern(
        "Gesundheit", "Health", ("insurance", "doctor", "disability", "care", "pregnancy", "vaccination")
    ),
    "psychosocial": Concern("Psychosoziales", "Psychosocial", ("stress", "trauma", "addiction", "grief")),
    "family": Concern("Familie", "Family", ("custody", "separation", "benefits_parent", "missing_relative")),
    VIOLENCE: Concern("Gewalt", "Violence", ("domestic", "exploitation", "trafficking", "hate")),
    "legal": Concern("Recht", "Law", ("letter", "objection", "debt", "criminal", "consumer")),
    "documents": Concern(
        "Post und Papiere",
        "Letters and papers",
        (
            "letter_unclear",
            "form_help",
            "translation",
            "ukr_documents",
            "notary",
            "residents_registration",
            "tax_papers",
        ),
    ),
    "community": Concern("Kontakte, Freizeit", "Contacts and leisure", ("club", "volunteering", "culture", "religion")),
    "interpreting": Concern("Dolmetschen", "Interpreting", ("appointment_interpreter",)),
    ORIENTATION: Concern("Orientierung", "Orientation", ("who_is_responsible",)),
}

PARENT_OF: dict[str, str] = {finer: code for code, concern in CONCERNS.items() for finer in concern.finer}


def parent_of(code: str) -> str:
    """The code of the list above a finer one; a code of the list is its own parent."""
    return PARENT_OF.get(code, code)


def is_known(code: str) -> bool:
    """Whether the list has this code, or a finer one of this name."""
    return code in CONCERNS or code in PARENT_OF


def is_violence(code: str) -> bool:
    """Such a person is never asked back, and nothing is pushed to her."""
    return parent_of(code) == VIOLENCE
