"""What an HSDS 3.1 directory consists of: each object, its fields, and what hangs on it; the names are those of HSDS.

Source: schema/compiled/service_with_definitions.json of openreferral/specification, version 3.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

ResourceType = Literal["taxonomy", "taxonomy_term", "organization", "program", "unit", "location", "service"]
RESOURCES: tuple[ResourceType, ...] = (
    "taxonomy",
    "taxonomy_term",
    "organization",
    "program",
    "unit",
    "location",
    "service",
)
"""What stands for itself and is named by its id, in the order in which each can name those before it."""

EXTENSION = "lotse"
"""Where our own fields stand in an object; HSDS has no word for them."""


@dataclass(frozen=True)
class Field:
    """One value: of which kind, whether HSDS demands it, and the few texts that are possible."""

    kind: str
    needed: bool = False
    choices: tuple[str, ...] = ()
    names: ResourceType | None = None


@dataclass(frozen=True)
class Part:
    """A list that hangs on an object: the form of what is in it, and the column that names the owner."""

    form: str
    owner: str


@dataclass(frozen=True)
class Form:
    """`embedded` are objects of their own that HSDS shows inside; only their id is kept here."""

    fields: Mapping[str, Field]
    parts: Mapping[str, Part] = field(default_factory=dict)
    embedded: Mapping[str, tuple[str, ResourceType]] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """Of everything that may stand in it."""
        return frozenset({*self.fields, *self.parts, *self.embedded})


LINE, TEXT, LINK, MAIL, DAY, ID = (Field(kind) for kind in ("line", "text", "uri", "email", "day", "id"))
NEEDED_LINE, NEEDED_TEXT = Field("line", needed=True), Field("text", needed=True)
STATUSES = ("active", "inactive", "defunct", "temporarily closed")
PLACES = ("physical", "postal", "virtual")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _lines(*names: str) -> dict[str, Field]:
    return dict.fromkeys(names, LINE)


def _texts(*names: str) -> dict[str, Field]:
    return dict.fromkeys(names, TEXT)


FORMS: Mapping[str, Form] = {
    "taxonomy": Form({"name": NEEDED_LINE, "description": NEEDED_TEXT, "uri": LINK, "version": LINE}),
    "taxonomy_term": Form(
        {
            "code": LINE,
            "name": NEEDED_LINE,
            "description": NEEDED_TEXT,
            "parent_id": Field("id", names="taxonomy_term"),
            "taxonomy": LINE,
            "language": Field("language"),
            "taxonomy_id": Field("id", names="taxonomy"),
            "term_uri": LINK,
        },
        embedded={"taxonomy_detail": ("taxonomy_id", "taxonomy")},
    ),
    "organization": Form(
        {
            "name": NEEDED_LINE,
            "alternate_name": LINE,
            "description": NEEDED_TEXT,
            "email": MAIL,
            "website": LINK,
            **_lines("tax_status", "tax_id"),
            "year_incorporated": Field("year"),
            **_lines("legal_status", "logo"),
            "uri": LINK,
            "parent_organization_id": Field("id", names="organization"),
        },
        {
            "additional_websites": Part("url", "organization_id"),
            "funding": Part("funding", "organization_id"),
            "contacts": Part("contact", "organization_id"),
            "phones": Part("phone", "organization_id"),
            "organization_identifiers": Part("organization_identifier", "organization_id"),
            "attributes": Part("attribute", "link_id"),
            "metadata": Part("metadata", "resource_id"),
        },
    ),
    "program": Form(
        {
            "organization_id": Field("id", names="organization"),
            "name": NEEDED_LINE,
            "alternate_name": LINE,
            "description": NEEDED_TEXT,
        }
    ),
    "unit": Form({"name": NEEDED_LINE, "scheme": LINE, "identifier": LINE, "uri": LINK}),
    "location": Form(
        {
            "location_type": Field("line", needed=True, choices=PLACES),
            "url": LINK,
            "organization_id": Field("id", names="organization"),
            **_lines("name", "alternate_name"),
            **_texts("description", "transportation"),
            "latitude": Field("latitude"),
            "longitude": Field("longitude"),
            **_lines("external_identifier", "external_identifier_type"),
        },
        {
            "languages": Part("language", "location_id"),
            "addresses": Part("address", "location_id"),
            "contacts": Part("contact", "location_id"),
            "accessibility": Part("accessibility", "location_id"),
            "phones": Part("phone", "location_id"),
            "schedules": Part("schedule", "location_id"),
            "attributes": Part("attribute", "link_id"),
            "metadata": Part("metadata", "resource_id"),
        },
    ),
    "service": Form(
        {
            "organization_id": Field("id", needed=True, names="organization"),
            "program_id": Field("id", names="program"),
            "name": NEEDED_LINE,
            "alternate_name": LINE,
            "description": TEXT,
            "url": LINK,
            "email": MAIL,
            "status": Field("line", needed=True, choices=STATUSES),
            **_texts("interpretation_services", "application_process", "fees_description"),
            **_texts("wait_time", "fees", "accreditations", "eligibility_description"),
            "minimum_age": Field("age"),
            "maximum_age": Field("age"),
            "assured_date": DAY,
            "assurer_email": MAIL,
            **_texts("licenses", "alert"),
        },
        {
            "additional_urls": Part("url", "service_id"),
            "phones": Part("phone", "service_id"),
            "schedules": Part("schedule", "service_id"),
            "service_areas": Part("service_area", "service_id"),
            "service_at_locations": Part("service_at_location", "service_id"),
            "languages": Part("language", "service_id"),
            "funding": Part("funding", "service_id"),
            "cost_options": Part("cost_option", "service_id"),
            "required_documents": Part("required_document", "service_id"),
            "contacts": Part("contact", "service_id"),
            "capacities": Part("service_capacity", "service_id"),
            "attributes": Part("attribute", "link_id"),
            "metadata": Part("metadata", "resource_id"),
        },
        {"organization": ("organization_id", "organization"), "program": ("program_id", "program")},
    ),
    "url": Form({"label": LINE, "url": Field("uri", needed=True)}),
    "funding": Form({"source": TEXT}),
    "organization_identifier": Form(
        {"identifier_scheme": LINE, "identifier_type": NEEDED_LINE, "identifier": NEEDED_LINE}
    ),
    "contact": Form(
        {**_lines("name", "title", "department"), "email": MAIL},
        {"phones": Part("phone", "contact_id")},
    ),
    "phone": Form(
        {
            "number": Field("phone", needed=True),
            "extension": Field("extension"),
            "type": LINE,
            "description": TEXT,
        },
        {"languages": Part("language", "phone_id")},
    ),
    "language": Form({"name": LINE, "code": Field("language", needed=True), "note": TEXT}),
    "address": Form(
        {
            "attention": LINE,
            "address_1": NEEDED_LINE,
            **_lines("address_2"),
            "city": NEEDED_LINE,
            "region": LINE,
            **dict.fromkeys(("state_province", "postal_code", "country"), NEEDED_LINE),
            "address_type": Field("line", needed=True, choices=PLACES),
        }
    ),
    "accessibility": Form({**_texts("description", "details"), "url": LINK}),
    "schedule": Form(
        {
            **dict.fromkeys(("valid_from", "valid_to", "dtstart"), DAY),
            "timezone": Field("timezone"),
            "until": DAY,
            "count": Field("whole"),
            "wkst": Field("line", choices=WEEKDAYS),
            "freq": Field("line", choices=("WEEKLY", "MONTHLY")),
            "interval": Field("whole"),
            "byday": Field("days"),
            **dict.fromkeys(("byweekno", "bymonthday", "byyearday"), Field("numbers")),
            "description": TEXT,
            "opens_at": Field("clock"),
            "closes_at": Field("clock"),
            "schedule_link": LINK,
            "attending_type": TEXT,
            "notes": TEXT,
        }
    ),
    "service_area": Form({**_texts("name", "description", "extent"), "extent_type": LINE, "uri": LINE}),
    "service_at_location": Form(
        {"location_id": Field("id", needed=True, names="location"), "description": TEXT},
        {
            "service_areas": Part("service_area", "service_at_location_id"),
            "contacts": Part("contact", "service_at_location_id"),
            "phones": Part("phone", "service_at_location_id"),
            "schedules": Part("schedule", "service_at_location_id"),
        },
        {"location": ("location_id", "location")},
    ),
    "cost_option": Form(
        {
            **dict.fromkeys(("valid_from", "valid_to"), DAY),
            **_lines("option", "currency"),
            "amount": Field("amount"),
            "amount_description": TEXT,
        }
    ),
    "required_document": Form({"document": TEXT, "uri": LINK}),
    "service_capacity": Form(
        {
            "unit_id": Field("id", needed=True, names="unit"),
            "available": Field("whole", needed=True),
            "maximum": Field("whole"),
            "description": TEXT,
            "updated": Field("moment", needed=True),
        },
        embedded={"unit": ("unit_id", "unit")},
    ),
    "attribute": Form(
        {
            "taxonomy_term_id": Field("id", names="taxonomy_term"),
            **_lines("link_type", "value", "label"),
        },
        embedded={"taxonomy_term": ("taxonomy_term_id", "taxonomy_term")},
    ),
    "metadata": Form(
        {
            **dict.fromkeys(("last_action_date", "last_action_type", "field_name"), NEEDED_LINE),
            **dict.fromkeys(("previous_value", "replacement_value"), Field("history", needed=True)),
            "updated_by": NEEDED_LINE,
        }
    ),
}

PLURALS: Mapping[str, ResourceType] = {
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
    "organizations": "organization",
    "programs": "program",
    "units": "unit",
    "locations": "location",
    "services": "service",
}
"""The lists of a package."""
