"""Where the map card sits, and the line that leads to it from a county."""

from publication.counties import County

# The drawing is wider than the country, so that the card has room in the Gulf of Bothnia.
VIEW_BOX = "-14 -6 534 1012"

# The card's left edge and the part of its height that a line may meet, in the drawing's units.
_CARD_X = 312
_CARD_TOP = 440
_CARD_BOTTOM = 586


def leader_line(county: County) -> str:
    """The SVG path from a county's label point to the nearest height of the card's left edge."""
    meets = min(max(county.y, _CARD_TOP), _CARD_BOTTOM)
    return f"M{county.x:g} {county.y:g}L{_CARD_X} {meets:g}"
