"""The Excel template: filled from the draft, protected, with rules and help in every cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Protection
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.worksheet import Worksheet

from reporting.checks import parse_figure
from reporting.exchange.excel_look import (
    BAND,
    CENTRED,
    FRAME,
    HAIRLINE,
    HEADING,
    INK,
    INK_2,
    INPUT,
    LINE_HEIGHT,
    NUMBER,
    PART,
    PINE,
    ROW_MARGIN,
    WHITE,
    WRAPPED,
    font_of,
    row_height,
    set_up_page,
)
from reporting.exchange.marking import Marking
from reporting.exchange.template import (
    COMMENT_ALLOWED,
    CONTACT_MAX,
    MISSING,
    TEMPLATE_VERSIONS,
    Row,
    is_like_formula,
    meaning,
    template_rows,
)
from reporting.fields import Page
from reporting.models import COMMENT_MAX, MAX_POSTS, STOCKHOLM, Submission

MARKING_SHEET = "_platsplan"
# The hidden row and column that tell where things stand, whatever language the template is in.
HEADING_ROW, KEY_ROW = 5, 6
COLUMNS: dict[Page, tuple[str, ...]] = {
    Page.POSTS: ("field", "title", "year", "value", "unit", "planned", "comment", "help"),
    Page.INDICATORS: ("field", "title", "year", "value", "unit", "comment", "help"),
}
# In characters; together as wide as an A4 page on its side can hold in a size that can be read.
_WIDTHS = {
    "field": 4,
    "title": 38,
    "year": 8,
    "value": 17,
    "unit": 19,
    "planned": 18,
    "comment": 40,
    "help": 58,
}
_HELP_WIDTHS = (44, 50, 62)
# Excel's own limits for what it says beside a cell.
_TITLE_MAX, _PROMPT_MAX = 32, 255


@dataclass(frozen=True, slots=True)
class Filling:
    """What a template is filled with.

    Attributes:
        texts: field -> text as it stands in the draft.
        versions: field -> the version of that text.
        plans: year -> AT posts planned in the 2021 agreement.
        address: where the file is read in again.
    """

    submission: Submission
    texts: Mapping[str, str]
    versions: Mapping[str, int]
    plans: Mapping[int, int]
    at: datetime
    address: str

    def marking(self, template: int) -> Marking:
        """The marking of a template that is filled now."""
        return Marking(
            template,
            self.submission.reporting_round.slug,
            self.submission.region_id,
            self.at.astimezone(STOCKHOLM),
            self.versions,
        )

    def rows(self, template: int) -> tuple[Row, ...]:
        """The rows of a template for the report."""
        years = self.submission.reporting_round.years
        return template_rows(TEMPLATE_VERSIONS[template], years=years, plans=self.plans)


def excel_template(filling: Filling, *, template: int) -> bytes:
    """The template as an .xlsx file, in the language that is active.

    Args:
        template: a key of `TEMPLATE_VERSIONS`.
    """
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    rows = filling.rows(template)
    for page in TEMPLATE_VERSIONS[template].pages:
        sheet = workbook.create_sheet(sheet_titles()[page])
        _write_page(sheet, page, [row for row in rows if row.page == page], filling)
    _write_help(workbook.create_sheet(_("Help")), rows, filling)
    _write_marking(workbook.create_sheet(MARKING_SHEET), filling.marking(template))
    workbook.security = WorkbookProtection(lockStructure=True)
    workbook.properties.creator = "Platsplan"
    workbook.properties.title = _title(filling)
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def sheet_titles() -> dict[Page, str]:
    """Page -> the name of its sheet."""
    return {Page.POSTS: _("AT and ST"), Page.INDICATORS: _("Indicators")}


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write a text so that no program takes it for a formula."""
    cell.value = text
    if is_like_formula(text):
        cell.data_type = "s"
        cell.quotePrefix = True


def _title(filling: Filling) -> str:
    years = filling.submission.reporting_round.years
    return _("AT and ST posts %(first)d–%(last)d") % {"first": years[0], "last": years[-1]}


def _write_page(sheet: Worksheet, page: Page, rows: Sequence[Row], filling: Filling) -> None:
    columns = COLUMNS[page]
    _write_top(sheet, page, filling)
    for number, key in enumerate(columns, 1):
        sheet.cell(KEY_ROW, number, key)
        heading = sheet.cell(HEADING_ROW, number, _headings()[key])
        heading.font, heading.fill = font_of(WHITE, bold=True), HEADING
        heading.alignment = CENTRED if key in ("year", "planned") else WRAPPED
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[key]
    sheet.row_dimensions[KEY_ROW].hidden = True
    sheet.row_dimensions[HEADING_ROW].height = row_height(
        *((_headings()[key], int(_WIDTHS[key] * 0.8)) for key in columns)
    )
    sheet.column_dimensions["A"].hidden = True
    line, group = KEY_ROW + 1, ""
    for row in rows:
        if str(row.group) != group and row.group:
            band = sheet.cell(line, 2, str(row.group))
            band.font, band.alignment = font_of(bold=True), WRAPPED
            sheet.row_dimensions[line].height = LINE_HEIGHT + ROW_MARGIN
            for number in range(2, len(columns) + 1):
                sheet.cell(line, number).fill = BAND
            line += 1
        group = str(row.group)
        _write_row(sheet, line, row, columns, filling.texts)
        line += 1
    _protect_and_set_up(sheet, last_row=line - 1, last_column=len(columns), filling=filling)


def _headings() -> dict[str, str]:
    return {
        "field": _("Field"),
        "title": _("Figure"),
        "year": _("Year"),
        "value": _("Value"),
        "unit": _("Unit"),
        "planned": _("Plan of the 2021 agreement"),
        "comment": _("Comment, or why it is missing"),
        "help": _("What is counted"),
    }


def _write_top(sheet: Worksheet, page: Page, filling: Filling) -> None:
    submission = filling.submission
    top = sheet.cell(1, 2, f"{_title(filling)}: {sheet_titles()[page]}")
    top.font = font_of(PINE, size=18, bold=True)
    sheet.row_dimensions[1].height = 28
    day = date_format(filling.at.astimezone(STOCKHOLM), "j F Y H:i")
    put_text(
        sheet.cell(2, 2),
        _("%(region)s. Round %(round)s. Filled from the draft on %(day)s.")
        % {"region": submission.region.name, "round": submission.reporting_round.name, "day": day},
    )
    sheet.cell(
        3,
        2,
        _("Fill in the light cells. Enter 0 if there are none, and a dash (–) if the figure is missing."),
    )
    address = _("Read the file in at %(address)s. You see every change before it is saved.")
    sheet.cell(4, 2, address % {"address": filling.address})
    for line in (2, 3, 4):
        sheet.cell(line, 2).font = font_of(INK if line == 3 else INK_2)
        sheet.row_dimensions[line].height = LINE_HEIGHT + ROW_MARGIN
    sheet.row_dimensions[4].height = 28
    sheet.cell(4, 2).alignment = Alignment(vertical="top")


def _write_row(
    sheet: Worksheet, line: int, row: Row, columns: Sequence[str], texts: Mapping[str, str]
) -> None:
    fixed: dict[str, str | int | None] = {
        "field": row.name,
        "title": str(row.title),
        "year": row.year,
        "unit": str(row.unit) or None,
        "planned": row.planned,
        "help": str(row.help) or None,
    }
    # Among the indicators a part can stand before its whole, and says so in words.
    is_part = row.page == Page.POSTS and row.field is not None and bool(row.field.question.part_of)
    for number, key in enumerate(columns, 1):
        cell = sheet.cell(line, number)
        cell.alignment = _alignment(key, is_part=is_part)
        cell.border = Border(bottom=HAIRLINE)
        cell.font = font_of(INK if key == "title" else INK_2)
        if key == "value":
            _fill_value(cell, row, texts.get(row.name, ""))
            sheet.add_data_validation(_value_rule(cell, row))
        elif key == "comment":
            if row.comment_name:
                _open(cell)
                put_text(cell, meaning(texts.get(row.comment_name, ""), field=None))
                sheet.add_data_validation(_text_rule(cell, str(row.label), COMMENT_MAX, str(COMMENT_ALLOWED)))
        else:
            cell.value = fixed[key]
    comment = meaning(texts.get(row.comment_name, ""), field=None) if row.comment_name else ""
    contact = texts.get(row.name, "") if row.field is None else ""
    sheet.row_dimensions[line].height = row_height(
        (str(row.title), _WIDTHS["title"] - 6 * is_part),
        (contact, _WIDTHS["value"]),
        (comment, _WIDTHS["comment"]),
        (str(row.help), _WIDTHS["help"]),
    )


def _alignment(key: str, *, is_part: bool) -> Alignment:
    if key in ("year", "planned"):
        return CENTRED
    return PART if key == "title" and is_part else WRAPPED


def _open(cell: Cell | MergedCell) -> None:
    """Let the cell be filled in."""
    cell.protection = Protection(locked=False)
    cell.fill, cell.border = INPUT, FRAME
    cell.font = font_of()


def _fill_value(cell: Cell | MergedCell, row: Row, text: str) -> None:
    _open(cell)
    plain = meaning(text, field=row.field)
    if row.field is None:
        cell.number_format = "@"
        cell.alignment = WRAPPED
        put_text(cell, plain)
        return
    unit = row.field.question.unit
    cell.number_format = "0.0" if unit.decimals else "0"
    cell.alignment = NUMBER
    value = None if plain == MISSING else parse_figure(plain, unit=unit).value
    if value is None:
        put_text(cell, plain)
    else:
        cell.value = int(value) if value == value.to_integral_value() else Decimal(value)


def _value_rule(cell: Cell | MergedCell, row: Row) -> DataValidation:
    if row.field is None:
        return _text_rule(cell, str(row.label), CONTACT_MAX[row.name], str(row.allowed))
    at, decimals = cell.coordinate, row.field.question.unit.decimals
    rule = DataValidation(
        type="custom",
        formula1=f'OR({at}="–",{at}="-",AND(ISNUMBER({at}),{at}>=0,{at}<={MAX_POSTS},'
        f"ROUND({at},{decimals})={at}))",
        allow_blank=True,
    )
    return _with_words(rule, cell, str(row.label), str(row.allowed), str(row.help))


def _text_rule(cell: Cell | MergedCell, label: str, limit: int, allowed: str) -> DataValidation:
    rule = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1=str(limit), allow_blank=True
    )
    return _with_words(rule, cell, label, allowed, "")


def _with_words(
    rule: DataValidation, cell: Cell | MergedCell, label: str, allowed: str, advice: str
) -> DataValidation:
    rule.showErrorMessage = rule.showInputMessage = True
    rule.errorTitle, rule.error = _("Not a figure that can be read in")[:_TITLE_MAX], allowed[:_PROMPT_MAX]
    rule.promptTitle, rule.prompt = label[:_TITLE_MAX], f"{allowed} {advice}".strip()[:_PROMPT_MAX]
    rule.add(cell)
    return rule


def _protect_and_set_up(sheet: Worksheet, *, last_row: int, last_column: int, filling: Filling) -> None:
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.freeze_panes = f"D{KEY_ROW + 1}"
    sheet.sheet_properties.tabColor = PINE
    set_up_page(sheet)
    sheet.page_setup.fitToHeight = 1
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    sheet.print_area = f"A1:{get_column_letter(last_column)}{last_row}"
    # In a footer & starts a code.
    region = filling.submission.region.name.replace("&", "&&")
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(text=region), right=_HeaderFooterPart(text="&P / &N")
    )


def _write_help(sheet: Worksheet, rows: Sequence[Row], filling: Filling) -> None:
    sheet.cell(1, 1, _("Help")).font = font_of(PINE, size=18, bold=True)
    sheet.row_dimensions[1].height = 28
    lines = [
        _("Fill in the light cells on the other sheets. The other cells are locked."),
        _("Enter numbers, not formulas. Copy with “paste values” from sheets of your own."),
        _("Enter 0 if there are none. Enter a dash (–) if the figure is missing, and say why beside it."),
        _("An empty cell empties the field in the draft."),
        _("Save as .xlsx and read the file in at %(address)s.") % {"address": filling.address},
        _("You see every change, cell by cell, before anything is saved. Nothing is submitted."),
        _("If a colleague has changed a figure since you downloaded the file, you see both and choose."),
    ]
    for number, line in enumerate(lines, 2):
        cell = sheet.cell(number, 1, line)
        cell.alignment, cell.font = WRAPPED, font_of()
        sheet.row_dimensions[number].height = row_height((line, sum(_HELP_WIDTHS)))
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=3)
    start = len(lines) + 3
    headings = (_("Figure"), _("Allowed"), _("What is counted"))
    sheet.row_dimensions[start].height = LINE_HEIGHT + ROW_MARGIN
    for column, (heading, width) in enumerate(zip(headings, _HELP_WIDTHS, strict=True), 1):
        cell = sheet.cell(start, column, heading)
        cell.font, cell.fill, cell.alignment = font_of(WHITE, bold=True), HEADING, WRAPPED
        sheet.column_dimensions[get_column_letter(column)].width = width
    explained: set[str] = set()
    for row in rows:
        if (title := str(row.title)) in explained:
            continue
        explained.add(title)
        start += 1
        texts = (title, str(row.allowed), str(row.help))
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(start, column, text or None)
            cell.alignment, cell.border = WRAPPED, Border(bottom=HAIRLINE)
            cell.font = font_of(INK if column == 1 else INK_2)
        sheet.row_dimensions[start].height = row_height(*zip(texts, _HELP_WIDTHS, strict=True))
    sheet.protection.sheet = True
    set_up_page(sheet)


def _write_marking(sheet: Worksheet, marking: Marking) -> None:
    for line, (key, text) in enumerate(marking.texts().items(), 1):
        sheet.cell(line, 1, key)
        put_text(sheet.cell(line, 2), text)
    sheet.sheet_state = "veryHidden"
    sheet.protection.sheet = True
