"""The CSV template: UTF-8 with its mark, semicolons, Swedish decimals, as Excel in Sweden opens it."""

import csv
from io import StringIO

from django.utils.translation import gettext as _

from reporting.exchange.excel_template import Filling
from reporting.exchange.marking import marking_line
from reporting.exchange.template import is_like_formula, meaning

# In both languages, so that a file in either can be read whatever language its reader prefers.
COLUMN_WORDS: dict[str, tuple[str, ...]] = {
    "field": ("fält", "field"),
    "title": ("uppgift", "figure"),
    "value": ("värde", "value"),
    "unit": ("enhet", "unit"),
    "comment": ("kommentar", "comment"),
    "help": ("så räknar ni", "what is counted"),
}
MARKING_NAME = "#platsplan"


def csv_template(filling: Filling, *, template: int) -> bytes:
    """The template as a CSV file, in the language that is active.

    Args:
        template: a key of `TEMPLATE_VERSIONS`.
    """
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [_("field"), _("figure"), _("value"), _("unit"), _("comment"), _("what is counted")],
    )
    for row in filling.rows(template):
        comment = filling.texts.get(row.comment_name, "") if row.comment_name else ""
        writer.writerow(
            [
                row.name,
                str(row.label),
                harmless(meaning(filling.texts.get(row.name, ""), field=row.field)),
                str(row.unit),
                harmless(meaning(comment, field=None)),
                str(row.help),
            ]
        )
    marking = marking_line(filling.marking(template).texts())
    writer.writerow([MARKING_NAME, _("marking, leave as it is"), marking, "", "", ""])
    return file.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula when it opens the file."""
    return f"'{text}" if is_like_formula(text) else text


def as_meant(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and is_like_formula(text[1:]) else text
