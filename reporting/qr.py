"""QR codes as SVG: drawn from the plain matrix, so that the same text always gives the same bytes."""

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

# The light edge that readers need around a code, in modules (ISO/IEC 18004).
QUIET_ZONE = 4


def qr_svg(text: str) -> str:
    """A text as a QR code: one path of dark runs on a light square, one unit for each module."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    size = len(matrix)
    runs = "".join(
        f"M{start} {line}h{length}v1h-{length}z"
        for line, row in enumerate(matrix)
        for start, length in _dark_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="#ffffff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#14231e" d="{runs}"/></svg>'
    )


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules in a row."""
    edges = [place for place, dark in enumerate([*row, False]) if dark != (place > 0 and row[place - 1])]
    return [(start, end - start) for start, end in zip(edges[::2], edges[1::2], strict=True)]
