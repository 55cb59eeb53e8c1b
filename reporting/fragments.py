"""Parts of long lists: drawn from templates, and kept, since a list asks for the same ones often."""

from collections.abc import Hashable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Characters; the filter of fifty rounds has some seven thousand.
BLOCK_MAX = 20_000

Values = tuple[tuple[str, Hashable], ...]


def cell(template_name: str, **context: Hashable) -> SafeString:
    """A template with plain values, in the reader's language. Asked for again it is not drawn again."""
    return _cell(template_name, get_language(), tuple(context.items()))


def block(template_name: str, **context: Hashable) -> SafeString:
    """As `cell`, for what is thousands of characters long and of which a list has a few.

    Anybody's search stands in each of a filter's links: what it makes too long is drawn, and not kept.
    """
    values = tuple(context.items())
    draw = _block if len(str(values)) <= BLOCK_MAX else _drawn
    return draw(template_name, get_language(), values)


def _drawn(template_name: str, _language: str | None, context: Values) -> SafeString:
    return render_to_string(template_name, dict(context))


# A queue of a thousand reports has about three thousand different cells, a few hundred bytes each.
_cell = lru_cache(maxsize=8_192)(_drawn)
_block = lru_cache(maxsize=512)(_drawn)
