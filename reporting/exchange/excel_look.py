"""How a template looks: colours, letters, the height of rows, the printed page."""

from textwrap import wrap

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

# Programs do not agree on whether they fit rows to what they hold, so each row says its height (in points).
LINE_HEIGHT, ROW_MARGIN, _MOST_LINES = 15, 6, 12
# Letters that fit where one digit does, on average and with the indent.
_LETTERS = 1.05
# A name that Excel, LibreOffice (as Carlito) and other programs know; without one some take a serif.
_FONT = "Calibri"

PINE, WHITE, INK, INK_2 = "FF0B3329", "FFFFFFFF", "FF14231E", "FF4B5B54"
INPUT = PatternFill("solid", fgColor="FFFFFBE6")
BAND = PatternFill("solid", fgColor="FFE2EEE9")
HEADING = PatternFill("solid", fgColor=PINE)
HAIRLINE = Side(style="thin", color="FFDCDAD1")
_EDGE = Side(style="thin", color="FF76837D")
FRAME = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
WRAPPED = Alignment(vertical="center", horizontal="left", wrap_text=True, indent=1)
PART = Alignment(vertical="center", horizontal="left", wrap_text=True, indent=3)
CENTRED = Alignment(vertical="center", horizontal="center", wrap_text=True)
NUMBER = Alignment(vertical="center", horizontal="right", indent=1)


def font_of(color: str = INK, *, size: int = 11, bold: bool = False) -> Font:
    """Letters in the template's typeface; `size` in points."""
    return Font(name=_FONT, size=size, bold=bold, color=color)


def row_height(*texts: tuple[str, int]) -> int:
    """Points that a row needs for texts in columns as wide as so many digits."""
    lines = max(
        sum(len(wrap(line, int(width * _LETTERS))) or 1 for line in text.split("\n")) for text, width in texts
    )
    return LINE_HEIGHT * min(lines, _MOST_LINES) + ROW_MARGIN


def set_up_page(sheet: Worksheet) -> None:
    """Landscape, as wide as one page, with narrow margins."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.3, footer=0.3)
