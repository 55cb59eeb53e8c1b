"""The catalogue of the open data by DCAT-AP-SE.

Source: DCAT-AP-SE 3.0.1 (Digg, 25 November 2024), https://docs.dataportal.se/dcat/3.0.1/en/, and the template
of each property with how often it must stand. docs/open-data.md has them in short.
"""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from publication.opendata_files import MEDIA_TYPES
from publication.opendata_records import DataRun, OpenData
from publication.opendata_results import RESULTS
from publication.opendata_rows import RUN_TABLES
from publication.opendata_tables import PLAN, Table, Text
from publication.rdf import Literal, Statement, Thing, Uri

_TITLE = _("Open data of Platsplan")
_ABOUT = _("Posts that regions plan and report, and the state grant that is computed from them.")
_API = _("API with the open data of Platsplan")
_KEYWORDS: tuple[Text, ...] = (
    _("internship for physicians"),
    _("specialist training for physicians"),
    _("state grant"),
    _("regions"),
)
# The portal tells licences apart by these letters alone: http, and the slash at the end.
_LICENCE = Uri("http://creativecommons.org/publicdomain/zero/1.0/")
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_SWEDEN = Uri(f"{_AUTHORITY}country/SWE")
_HEALTH = Uri(f"{_AUTHORITY}data-theme/HEAL")
_THEMES = Uri(f"{_AUTHORITY}data-theme")
_SWEDISH = Uri(f"{_AUTHORITY}language/SWE")
_PUBLIC = Uri(f"{_AUTHORITY}access-right/PUBLIC")
_STABLE = Uri(f"{_AUTHORITY}planned-availability/STABLE")
_NATIONAL = Uri("http://purl.org/adms/publishertype/NationalAuthority")


def catalogue_of(
    data: OpenData, *, base_url: str, publisher: str, email: str, phone: str
) -> tuple[Thing, ...]:
    """The catalogue: a data set for the open pages, the plans and each table of each run in force; the API.

    Args:
        publisher: the agency's name; `email` and `phone` reach it, and may be empty. The profile lets a data
            set do without a contact, and a contact not without an e-mail address: so there is none then.
    """
    here = f"{base_url}/open-data/"
    contact = [("dcat:contactPoint", Uri(f"{here}#contact"))] if email else []
    of_agency: list[Statement] = [("dct:publisher", Uri(f"{here}#publisher")), *contact]
    sets = list(_sets(data, here, of_agency))
    subjects = [thing.address for thing in sets if thing.kind == "dcat:Dataset"]
    return (
        _agency(here, publisher),
        *(_contact(here, publisher, email, phone) if email else ()),
        _catalogue(data, here, subjects),
        _service(here, f"{base_url}/api/v1/", subjects, of_agency),
        *sets,
    )


def _catalogue(data: OpenData, here: str, subjects: list[str]) -> Thing:
    published = max((run.published_at for run in data.runs), default=None)
    modified = [("dct:modified", _moment(published.isoformat()))] if published else []
    return Thing(
        f"{here}#catalogue",
        "dcat:Catalog",
        (
            *_both("dct:title", _TITLE),
            *_both("dct:description", _ABOUT),
            ("dct:publisher", Uri(f"{here}#publisher")),
            ("dct:license", _LICENCE),
            ("dct:language", _SWEDISH),
            ("dct:spatial", _SWEDEN),
            *modified,
            ("foaf:homepage", Uri(here)),
            ("dcat:themeTaxonomy", _THEMES),
            *(("dcat:dataset", Uri(subject)) for subject in subjects),
            ("dcat:service", Uri(f"{here}#api")),
        ),
    )


def _service(here: str, address: str, subjects: list[str], of_agency: list[Statement]) -> Thing:
    return Thing(
        f"{here}#api",
        "dcat:DataService",
        (
            *_both("dct:title", _API),
            *_both("dct:description", _ABOUT),
            ("dcat:endpointURL", Uri(address)),
            ("dcat:endpointDescription", Uri(f"{address}openapi.json")),
            ("foaf:page", Uri(f"{address}docs")),
            ("dct:format", Literal(MEDIA_TYPES["json"])),
            *of_agency,
            ("dct:license", _LICENCE),
            ("dct:accessRights", _PUBLIC),
            *(("dcat:servesDataset", Uri(subject)) for subject in subjects),
        ),
    )


def _agency(here: str, name: str) -> Thing:
    statements: tuple[Statement, ...] = (
        ("foaf:name", Literal(name or "Platsplan", "sv")),
        ("dct:type", _NATIONAL),
        ("foaf:homepage", Uri(here)),
    )
    return Thing(f"{here}#publisher", "foaf:Agent", statements)


def _contact(here: str, name: str, email: str, phone: str) -> Iterator[Thing]:
    statements: list[Statement] = [
        ("vcard:fn", Literal(name or "Platsplan", "sv")),
        ("vcard:hasEmail", Uri(f"mailto:{email}")),
        ("vcard:hasURL", Uri(here)),
    ]
    number = _international(phone)
    if number:
        statements.append(("vcard:hasTelephone", Uri(f"{here}#phone")))
        yield Thing(f"{here}#phone", "vcard:Voice", (("vcard:hasValue", Uri(f"tel:{number}")),))
    yield Thing(f"{here}#contact", "vcard:Organization", tuple(statements))


def _international(phone: str) -> str:
    """A telephone number with its country, +46 where it says none; empty for none."""
    digits = "".join(sign for sign in phone.replace("(0)", "") if sign.isascii() and sign.isdigit())
    if phone.strip().startswith("+") or not digits:
        return f"+{digits}" if digits else ""
    return f"+{digits[2:]}" if digits.startswith("00") else f"+46{digits.removeprefix('0')}"


def _sets(data: OpenData, here: str, of_agency: list[Statement]) -> Iterator[Thing]:
    for whole in (RESULTS, PLAN):
        yield from _set(here, f"{here}{whole.key}", whole, "", of_agency)
    for run in data.runs:
        if not run.in_force:
            continue
        for table in RUN_TABLES.values():
            subject = f"{here}{run.round}/{run.grant}/run-{run.number}/{table.key}"
            about = [*of_agency, *_about(run, table, subject)]
            yield from _set(here, subject, table, f"{run.title}, {run.round_name}", about)
            yield Thing(
                f"{subject}#period",
                "dct:PeriodOfTime",
                (
                    ("dcat:startDate", Literal(f"{run.year}-01-01", datatype="xsd:date")),
                    ("dcat:endDate", Literal(f"{run.year}-12-31", datatype="xsd:date")),
                ),
            )


def _about(run: DataRun, table: Table, subject: str) -> list[Statement]:
    return [
        ("dct:issued", _moment(run.published_at.isoformat())),
        ("dct:modified", _moment(run.published_at.isoformat())),
        ("dct:temporal", Uri(f"{subject}#period")),
        ("dct:identifier", Literal(f"{run.round}/{run.grant}/run-{run.number}/{table.key}")),
        ("dcat:version", Literal(run.rules_version)),
    ]


def _set(here: str, subject: str, table: Table, of: str, about: list[Statement]) -> Iterator[Thing]:
    yield Thing(
        subject,
        "dcat:Dataset",
        (
            *_both("dct:title", table.title, of),
            *_both("dct:description", table.about, of),
            *(statement for word in _KEYWORDS for statement in _both("dcat:keyword", word)),
            ("dct:accessRights", _PUBLIC),
            ("dct:spatial", _SWEDEN),
            ("dct:language", _SWEDISH),
            ("dcat:theme", _HEALTH),
            ("dcat:landingPage", Uri(here)),
            *about,
            *(("dcat:distribution", Uri(f"{subject}.{extension}")) for extension in MEDIA_TYPES),
        ),
    )
    for extension, media_type in MEDIA_TYPES.items():
        address = f"{subject}.{extension}"
        yield Thing(
            address,
            "dcat:Distribution",
            (
                *_both("dct:title", table.title, extension.upper()),
                *_both("dct:description", table.about, of),
                ("dcat:accessURL", Uri(address)),
                ("dcat:downloadURL", Uri(address)),
                ("dct:format", Literal(media_type)),
                ("dct:license", _LICENCE),
                ("dcatap:availability", _STABLE),
            ),
        )


def _both(name: str, text: Text, of: str = "") -> list[Statement]:
    """A statement in Swedish and in English; `of` stands after the text, the same in both."""
    found: list[Statement] = []
    for language in ("sv", "en"):
        with override(language):
            said = str(text)
        found.append((name, Literal(f"{said} {of}".strip(), language)))
    return found


def _moment(text: str) -> Literal:
    return Literal(text, datatype="xsd:dateTime")
