"""The catalogue of the open data by DCAT-AP-SE, as Turtle.

Source: DCAT-AP-SE 3.0, https://docs.dataportal.se/dcat/sv/: what is mandatory for catalogue, data set,
distribution and publisher.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from publication.opendata_files import LICENCE
from publication.opendata_records import DataRun, OpenData
from publication.opendata_results import RESULTS
from publication.opendata_tables import PLAN, RUN_TABLES, Text

_PREFIXES = """\
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_TITLE = _("Open data of Platsplan")
_ABOUT = _("Posts that regions plan and report, and the state grant that is computed from them.")
_API = _("API with the open data of Platsplan")
_SWEDEN = "http://publications.europa.eu/resource/authority/country/SWE"
_HEALTH = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
_SWEDISH = "http://publications.europa.eu/resource/authority/language/SWE"
_PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"


def catalogue_of(data: OpenData, *, base_url: str, publisher: str, email: str, phone: str) -> str:
    """The catalogue: a data set for the open pages, the plans and each table of each run in force; the API.

    Args:
        publisher: the agency's name; `email` and `phone` reach it, and may be empty.
    """
    here = f"{base_url}/open-data/"
    sets = list(_sets(data, here))
    subjects = [subject for subject, _text in sets]
    parts = [
        _PREFIXES,
        _agency(here, publisher),
        _contact(here, publisher, email, phone),
        _catalogue(here, subjects),
        _service(here, f"{base_url}/api/v1/", subjects),
    ]
    return "\n".join([*parts, *(text for _subject, text in sets)])


def _catalogue(here: str, subjects: list[str]) -> str:
    return _block(
        f"{here}#catalogue",
        "dcat:Catalog",
        [
            *_both("dct:title", _TITLE),
            *_both("dct:description", _ABOUT),
            f"dct:publisher {_uri(here + '#publisher')}",
            f"dct:license {_uri(LICENCE)}",
            f"dct:language {_uri(_SWEDISH)}",
            f"foaf:homepage {_uri(here)}",
            *(f"dcat:dataset {_uri(subject)}" for subject in subjects),
            f"dcat:service {_uri(here + '#api')}",
        ],
    )


def _service(here: str, address: str, subjects: list[str]) -> str:
    return _block(
        f"{here}#api",
        "dcat:DataService",
        [
            *_both("dct:title", _API),
            f"dcat:endpointURL {_uri(address)}",
            f"dcat:endpointDescription {_uri(address + 'openapi.json')}",
            f"foaf:page {_uri(address + 'docs')}",
            f"dct:publisher {_uri(here + '#publisher')}",
            f"dcat:contactPoint {_uri(here + '#contact')}",
            f"dct:license {_uri(LICENCE)}",
            f"dct:accessRights {_uri(_PUBLIC)}",
            *(f"dcat:servesDataset {_uri(subject)}" for subject in subjects),
        ],
    )


def _agency(here: str, name: str) -> str:
    statements = [
        f"foaf:name {_text(name or 'Platsplan', 'sv')}",
        "dct:type <http://purl.org/adms/publishertype/NationalAuthority>",
        f"foaf:homepage {_uri(here)}",
    ]
    return _block(f"{here}#publisher", "foaf:Agent", statements)


def _contact(here: str, name: str, email: str, phone: str) -> str:
    statements = [f"vcard:fn {_text(name or 'Platsplan', 'sv')}", f"vcard:hasURL {_uri(here)}"]
    if email:
        statements.append(f"vcard:hasEmail {_uri(f'mailto:{email}')}")
    if phone:
        digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
        statements.append(f"vcard:hasTelephone {_uri(f'tel:{digits}')}")
    return _block(f"{here}#contact", "vcard:Organization", statements)


def _sets(data: OpenData, here: str) -> Iterable[tuple[str, str]]:
    for whole in (RESULTS, PLAN):
        subject = f"{here}{whole.key}"
        yield subject, _set(here, subject, whole.title, whole.about, "", [])
    for run in data.runs:
        if not run.in_force:
            continue
        for table in RUN_TABLES.values():
            subject = f"{here}{run.round}/{run.grant}/run-{run.number}/{table.key}"
            yield subject, _set(here, subject, table.title, table.about, _place(run), _about(run))


def _place(run: DataRun) -> str:
    return f"{run.title}, {run.round_name}"


def _about(run: DataRun) -> list[str]:
    return [
        f'dct:issued "{run.published_at.isoformat()}"^^xsd:dateTime',
        f'dct:modified "{run.published_at.isoformat()}"^^xsd:dateTime',
        f"dct:identifier {_text(f'{run.round}/{run.grant}/run-{run.number}')}",
        f"dcat:version {_text(run.rules_version)}",
    ]


def _set(here: str, subject: str, title: Text, about: Text, of: str, more: list[str]) -> str:
    whole = _block(
        subject,
        "dcat:Dataset",
        [
            *_both("dct:title", title, of),
            *_both("dct:description", about, of),
            f"dct:publisher {_uri(here + '#publisher')}",
            f"dcat:contactPoint {_uri(here + '#contact')}",
            f"dct:accessRights {_uri(_PUBLIC)}",
            f"dct:spatial {_uri(_SWEDEN)}",
            f"dct:language {_uri(_SWEDISH)}",
            f"dcat:theme {_uri(_HEALTH)}",
            f"dcat:landingPage {_uri(here)}",
            *more,
            *(f"dcat:distribution {_uri(f'{subject}.{extension}')}" for extension in _MEDIA),
        ],
    )
    return "\n".join([whole, *(_distribution(subject, title, extension) for extension in _MEDIA)])


def _distribution(subject: str, title: Text, extension: str) -> str:
    address = f"{subject}.{extension}"
    return _block(
        address,
        "dcat:Distribution",
        [
            *_both("dct:title", title, extension.upper()),
            f"dcat:accessURL {_uri(address)}",
            f"dcat:downloadURL {_uri(address)}",
            f"dct:license {_uri(LICENCE)}",
            f"dct:format {_uri(_FILE_TYPE + extension.upper())}",
            f"dcat:mediaType {_uri('https://www.iana.org/assignments/media-types/' + _MEDIA[extension])}",
        ],
    )


def _block(subject: str, kind: str, statements: Iterable[str]) -> str:
    lines = " ;\n  ".join(statements)
    return f"{_uri(subject)} a {kind} ;\n  {lines} .\n"


def _both(name: str, text: Text, of: str = "") -> list[str]:
    """A statement in Swedish and in English; `of` stands after the text, the same in both."""
    found = []
    for language in ("sv", "en"):
        with override(language):
            said = str(text)
        found.append(f"{name} {_text(f'{said} {of}'.strip(), language)}")
    return found


def _text(text: str, language: str = "") -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"' + (f"@{language}" if language else "")


def _uri(address: str) -> str:
    """An address in angle brackets; what may not stand there is written as %-codes."""
    return "<" + "".join(c if c not in '<>"{}|^`\\ ' and c > " " else f"%{ord(c):02X}" for c in address) + ">"
