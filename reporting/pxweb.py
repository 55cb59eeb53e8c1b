"""Reading the regions' inhabitants from a table that Statistics Sweden's PxWeb has exported as CSV."""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from django.utils.translation import gettext as _

from reporting.errors import DomainError

MAX_BYTES = 200_000
MAX_LINES = 2_000
MAX_COLUMNS = 60
MOST_PERSONS = 100_000_000
NATION = "00"
_SHOWN = 60
_DELIMITERS = (";", "\t", ",")
# "01 Stockholms län", "01", "00 Riket"; four digits are a municipality
_PLACE = re.compile(r"^(?P<code>[0-9]{2,6})(?:\s+(?P<name>\S.*))?$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# spaces between thousands, as PxWeb and Excel write them, and the decimals that a whole number may have
_NUMBER = re.compile(r"^[0-9]{1,3}(?:(?:[ \u00a0\u202f][0-9]{3})+|[0-9]{0,7})(?:[.,]0{1,2})?$")


class PxWebRefused(DomainError):
    """The file is not the table that is asked for; the text says what is wrong, and where."""


class PxWebManyYears(PxWebRefused):
    """The file has a column for each of several years; `years` names them."""

    def __init__(self, years: Sequence[int]) -> None:
        words = ", ".join(map(str, years))
        super().__init__(
            _("The file holds several years: %(years)s. Say below which one is to be read.")
            % {"years": words}
        )
        self.years = tuple(years)


@dataclass(frozen=True, slots=True)
class PopulationTable:
    """What a file says.

    Attributes:
        persons: code of the region -> inhabitants, for exactly the regions that were asked for.
        nation: inhabitants of the whole country, where the file has a row for it.
        year: the year in the heading of the column that was read.
        sha256: checksum of the file's bytes.
    """

    persons: Mapping[str, int]
    nation: int | None
    year: int
    sha256: str


def read_population(
    content: bytes, *, counties: Mapping[str, str], year: int | None = None
) -> PopulationTable:
    """Read the table in a file.

    Args:
        counties: code of the region -> name of its county; the file must have exactly these.
        year: which column to read, where there is one for each of several years.

    Raises:
        PxWebManyYears: there are several years, and nobody has said which.
        PxWebRefused: it is not such a table, or a row of it cannot be right.
    """
    lines = _lines(_text_of(content))
    heading = _heading_of(lines)
    column, found_year = _column_of(lines[heading][1], year=year)
    found: dict[str, int] = {}
    for number, line in lines[heading + 1 :]:
        place = _PLACE.match(line[0].strip())
        if place is None:
            if len([word for word in line if word.strip()]) > 1:
                raise _wrong(number, _("“%(text)s” is not a region") % {"text": _shown(line[0])})
            continue  # a note under the table
        code = place["code"]
        _must_be_county(number, code, place["name"] or "", counties=counties)
        if code in found:
            raise _wrong(
                number,
                _(
                    "%(code)s stands in several rows. Export the table without division by sex, age or"
                    " anything else"
                )
                % {"code": code},
            )
        found[code] = _persons(number, line, column)
    missing = [f"{code} {name}" for code, name in counties.items() if code not in found]
    if missing:
        raise PxWebRefused(_("The file lacks %(regions)s.") % {"regions": ", ".join(missing)})
    return PopulationTable(
        persons={code: found[code] for code in counties},
        nation=found.get(NATION),
        year=found_year,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _text_of(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise PxWebRefused(
            _("The file is larger than %(size)d kB. A table of the regions is far smaller.")
            % {"size": MAX_BYTES // 1000}
        )
    if not content.strip():
        raise PxWebRefused(_("The file is empty."))
    # PxWeb writes UTF-8 with a mark, or ISO-8859-1; any bytes are text in the latter, so it comes last.
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("iso-8859-1")
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        raise PxWebRefused(
            _("The file is not a text file. Choose the format CSV when you export the table from PxWeb.")
        )
    return text


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Rows that hold something, each with its number, by the separator that gives the most columns."""
    start = text[:4000]
    delimiter = max(_DELIMITERS, key=start.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        for line in reader:
            if reader.line_num > MAX_LINES or len(line) > MAX_COLUMNS:
                raise PxWebRefused(
                    _("The file has more rows or columns than a table of regions. Export the regions only.")
                )
            if any(word.strip() for word in line):
                lines.append((reader.line_num, line))
    except csv.Error as error:
        raise PxWebRefused(
            _("Row %(number)d cannot be read: its quotation marks do not match.")
            % {"number": reader.line_num}
        ) from error
    return lines


def _heading_of(lines: Sequence[tuple[int, list[str]]]) -> int:
    """The place of the row above the first region; titles may stand over it."""
    for place, (_number, line) in enumerate(lines):
        if _PLACE.match(line[0].strip()) and len(line) > 1:
            if place == 0:
                break
            return place - 1
    raise PxWebRefused(
        _(
            "No heading with rows of regions under it was found. The first column must hold the regions with"
            " their codes, such as “01 Stockholms län”."
        )
    )


def _column_of(heading: Sequence[str], *, year: int | None) -> tuple[int, int]:
    years = {
        column: int(found[-1])
        for column, word in enumerate(heading)
        if column and (found := _YEAR.findall(word))
    }
    if not years:
        raise PxWebRefused(
            _("No column has a year in its heading, such as “2023”. Export the table with the years.")
        )
    wanted = [column for column, of in years.items() if year is None or of == year]
    if not wanted:
        words = {"year": year, "years": ", ".join(str(of) for of in years.values())}
        raise PxWebRefused(_("The file has no column for %(year)d, only for %(years)s.") % words)
    if len(wanted) > 1:
        if year is None and len(set(years.values())) == len(years):
            raise PxWebManyYears(sorted(years.values()))
        raise PxWebRefused(
            _("Several columns are about the same year. Export the number of inhabitants alone, undivided.")
        )
    return wanted[0], years[wanted[0]]


def _must_be_county(number: int, code: str, name: str, *, counties: Mapping[str, str]) -> None:
    if code == NATION:
        return
    if code not in counties:
        raise _wrong(
            number,
            _("%(code)s is not the code of a region. Export the regions (counties) only") % {"code": code},
        )
    if name and _plain(name) not in (_plain(counties[code]), _plain(counties[code]).removesuffix(" län")):
        words = {"code": code, "county": counties[code], "text": _shown(name)}
        raise _wrong(number, _("%(code)s is %(county)s, and the file says “%(text)s”") % words)


def _persons(number: int, line: Sequence[str], column: int) -> int:
    text = line[column].strip() if column < len(line) else ""
    if not _NUMBER.match(text):
        raise _wrong(
            number, _("“%(text)s” is not a whole number of inhabitants") % {"text": _shown(text) or "–"}
        )
    persons = int(re.sub(r"[ \u00a0\u202f]", "", re.split("[.,]", text)[0]))
    if not 0 < persons < MOST_PERSONS:
        raise _wrong(number, _("%(persons)d inhabitants cannot be right") % {"persons": persons})
    return persons


def _wrong(number: int, words: str) -> PxWebRefused:
    return PxWebRefused(_("Row %(number)d: %(words)s.") % {"number": number, "words": words})


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def changes_over(
    before: Mapping[str, int], after: Mapping[str, int], *, percent: int, codes: Iterable[str]
) -> tuple[str, ...]:
    """The codes of regions whose inhabitants differ by more than so many per cent."""
    return tuple(
        code
        for code in codes
        if code in before and abs(after[code] - before[code]) * 100 > before[code] * percent
    )
