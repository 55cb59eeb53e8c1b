"""What a template asks for, row by row: one source for Excel, CSV, their help and their reading."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from reporting.checks import MISSING_SIGNS, parse_figure
from reporting.fields import CONTACT_FIELDS, Field, Page, Text, fields_of, number_text, text_fields
from reporting.models import COMMENT_MAX, MAX_POSTS

MISSING = "–"
CONTACT_MAX = {"contact_name": 150, "contact_phone": 50}
# What a cell of Excel holds at most; longer texts are cut in the file, and then count as unchanged.
CELL_MAX = 32_000
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# A program that opens the file could take a text that starts so for a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A kind of template that regions may have on their computers.

    Attributes:
        number: what the file says about itself.
        pages: the pages of the report that it covers.
    """

    number: int
    pages: tuple[Page, ...]


# Files of every version that stands here can be read. A new version is added; an old one is never changed.
TEMPLATE_VERSIONS: dict[int, TemplateVersion] = {
    1: TemplateVersion(1, (Page.POSTS,)),
    2: TemplateVersion(2, (Page.POSTS, Page.INDICATORS)),
}
CURRENT_VERSION = max(TEMPLATE_VERSIONS)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a template: one figure with its comment, or one line of the contact.

    Attributes:
        name: the field's stable name.
        field: the figure; None for a line of the contact.
        comment_name: the name of the text beside the figure; empty where there is none.
        planned: AT posts planned in the 2021 agreement.
    """

    name: str
    page: Page
    title: Text
    field: Field | None = None
    comment_name: str = ""
    planned: int | None = None

    @property
    def label(self) -> Text:
        """What the row is called on its own, such as "AT 2022"."""
        return self.field.label if self.field else self.title

    @property
    def year(self) -> int | None:
        """The year that the figure is about, where it has one."""
        return self.field.year if self.field else None

    @property
    def unit(self) -> Text:
        """What the figure counts."""
        return self.field.question.unit.label if self.field else ""

    @property
    def help(self) -> Text:
        """What is counted."""
        return self.field.question.help if self.field else ""

    @property
    def group(self) -> Text:
        """The heading under which the row stands."""
        return self.field.question.group if self.field else _("Contact")

    @property
    def allowed(self) -> Text:
        """What the value's cell may hold, in one sentence."""
        if self.field is None:
            return format_lazy(_("At most {limit} characters."), limit=CONTACT_MAX[self.name])
        limit = f"{MAX_POSTS:,}".replace(",", "\u00a0")
        if self.field.question.unit.decimals:
            return format_lazy(
                _("A number from 0 to {limit} with at most one decimal, or a dash (–) if it is missing."),
                limit=limit,
            )
        if self.field.question.required:
            return format_lazy(_("A whole number from 0 to {limit}."), limit=limit)
        return format_lazy(
            _("A whole number from 0 to {limit}, or a dash (–) if it is missing."), limit=limit
        )

    def cells(self, columns: Container[str]) -> list[tuple[str, str, Text, Text]]:
        """The row's cells in a file that has these columns.

        Returns:
            for each (field, column, what it is called, what it may hold).
        """
        found = [(self.name, "value", self.label, self.allowed)]
        if self.comment_name and "comment" in columns:
            label = _("Comment on %(label)s") % {"label": self.label}
            found.append((self.comment_name, "comment", label, COMMENT_ALLOWED))
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that the row holds."""
        return (self.name, self.comment_name) if self.comment_name else (self.name,)


COMMENT_ALLOWED = format_lazy(_("A text of at most {limit} characters."), limit=COMMENT_MAX)


def template_rows(
    version: TemplateVersion, *, years: Sequence[int], plans: Mapping[int, int] | None = None
) -> tuple[Row, ...]:
    """The rows of a template, in the order of the pages.

    Args:
        years: the years of the round.
        plans: year -> AT posts planned in the 2021 agreement.
    """
    known = frozenset(text_fields(years))
    rows: list[Row] = []
    for page in version.pages:
        rows += [
            Row(
                field.name,
                page,
                field.question.name,
                field,
                field.comment_name if field.comment_name in known else "",
                (plans or {}).get(field.year or 0) if field.question.key == "at" else None,
            )
            for field in fields_of(years, page=page)
        ]
        if page == Page.POSTS:
            rows += [Row(name, page, label) for name, label in CONTACT_FIELDS.items()]
    return tuple(rows)


def meaning(text: str, *, field: Field | None) -> str:
    """A text as a template holds it: a figure in its plain form, a dash, or the text without its margins.

    Two texts of a field say the same when their meanings are equal, such as "60" and " 60 ", or two kinds
    of dash.

    Args:
        field: the figure that the text is about; None for comments and the contact.
    """
    plain = _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:CELL_MAX]
    if field is None or not plain:
        return plain
    if "".join(plain.split()) in MISSING_SIGNS:
        return MISSING
    read = parse_figure(plain, unit=field.question.unit)
    return plain if read.value is None else number_text(read.value)


def is_like_formula(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    return text.startswith(_FORMULA_STARTS)
