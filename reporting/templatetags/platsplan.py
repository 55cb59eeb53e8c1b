"""The look's vocabulary in templates: icons, chips, tags, and figures written the Swedish way."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import template
from django.template.defaultfilters import date as date_filter
from django.template.loader import render_to_string
from django.utils.formats import get_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

register = template.Library()

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

# One path per icon on a 16 x 16 grid, drawn as strokes; circles are written as arcs.
ICONS: dict[str, str] = {
    "arrow-right": "M3 8h9.5M9 4.5L12.5 8 9 11.5",
    "check": "M3 8.5l3.2 3.2L13 4.8",
    "clock": "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM8 4.6V8l2.4 1.6",
    "download": "M8 2.5v7.8M4.6 7.2L8 10.6l3.4-3.4M2.5 13.5h11",
    "eye": "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8z"
    "M6.2 8a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0-3.6 0z",
    "info": "M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0zM8 7.3V11M8 5v.1",
    "lock": "M4.2 7h7.6a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1H4.2a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1z"
    "M5.2 7V5a2.8 2.8 0 015.6 0v2",
    "mail": "M2.5 3.5h11v9h-11zM2.5 4.5L8 8.8l5.5-4.3",
    "not-included": "M4 8h8M2 8a6 6 0 1 0 12 0a6 6 0 1 0-12 0z",
    "paperclip": "M12.8 7.4l-5 5a3.1 3.1 0 01-4.4-4.4l5.4-5.4a2.1 2.1 0 013 3l-5.3 5.3a1 1 0 01-1.5-1.4"
    "l4.8-4.8",
    "pencil": "M10.8 2.8l2.4 2.4L5.6 12.8 2.5 13.5l.7-3.1z",
    "refresh": "M13 8a5 5 0 11-1.6-3.7M13 2.5v3h-3",
    "return": "M6 4L2.5 7.5 6 11M2.8 7.5H10a3.5 3.5 0 010 7H8",
    "ring": "M2.5 8a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z",
    "seal": "M3.9 6.4a4.1 4.1 0 1 0 8.2 0a4.1 4.1 0 1 0-8.2 0z"
    "M5.6 9.8L4.6 14 8 12.3l3.4 1.7-1-4.2M6.4 6.5l1.2 1.2 2.1-2.3",
    "send": "M2.5 8h10M8.5 3.8L12.8 8l-4.3 4.2",
    "sort": "M5 6l3-3 3 3M5 10l3 3 3-3",
    "sort-down": "M4 6.5l4 4 4-4",
    "sort-up": "M4 9.5l4-4 4 4",
    "updown": "M5 13V3M2.5 5.5L5 3l2.5 2.5M11 3v10M8.5 10.5L11 13l2.5-2.5",
    "user": "M5.2 5.2a2.8 2.8 0 1 0 5.6 0a2.8 2.8 0 1 0-5.6 0zM2.8 13.5a5.2 4.6 0 0 1 10.4 0",
    "warning": "M8 2.2L14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1",
}

# state -> (class suffix, icon, word); the words are the same on every page, in mail and in exports.
CHIPS: dict[str, tuple[str, str, Promise]] = {
    "none": ("none", "ring", _("Not started")),
    "not_started": ("none", "ring", _("Not started")),
    "draft": ("draft", "pencil", _("Draft")),
    "submitted": ("sent", "send", _("Submitted")),
    "in_review": ("review", "eye", _("In review")),
    "returned": ("back", "return", _("Returned")),
    "approved": ("ok", "check", _("Approved")),
    "decided": ("final", "seal", _("Decided")),
    "extended": ("review", "clock", _("More time granted")),
    "extension_withdrawn": ("back", "clock", _("Extension withdrawn")),
    "preliminary": ("review", "eye", _("Preliminary")),
    "included": ("ok", "check", _("Included")),
    "not_included": ("none", "not-included", _("Not included")),
    "new": ("sent", "mail", _("New")),
    "ok": ("ok", "check", _("No errors")),
    "warning": ("back", "warning", _("Warning")),
    "error": ("error", "warning", _("Error")),
}

# standing -> (class suffix, word); figures that nobody has published carry the dashed frame.
STANDINGS: dict[str, tuple[str, Promise]] = {
    "official": ("source", _("Official")),
    "published": ("source", _("Published")),
    "reconstructed": ("assume", _("Reconstructed")),
    "synthetic": ("assume", _("Example data")),
    "unconfirmed": ("assume", _("Unconfirmed")),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a decorative icon; the word beside it carries the meaning.

    Raises:
        template.TemplateSyntaxError: there is no icon of that name.
    """
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"No icon is called {name!r}. There are: {', '.join(ICONS)}.")
    return _drawn(name)


@cache
def _drawn(name: str) -> SafeString:
    # Drawn once: a page holds dozens, and each would be a template of its own.
    return _fragment("_icon.html", path=ICONS[name])


@register.simple_tag
def chip(state: str, label: str = "") -> SafeString:
    """Show a state as icon, word and frame.

    Args:
        state: a key of `CHIPS`.
        label: replaces the state's own word, for example "Draft, version 2".

    Raises:
        template.TemplateSyntaxError: there is no such state.
    """
    if state not in CHIPS:
        raise template.TemplateSyntaxError(f"No chip shows {state!r}. There are: {', '.join(CHIPS)}.")
    kind, icon_name, word = CHIPS[state]
    return _fragment("_chip.html", kind=kind, icon_name=icon_name, label=label or word)


@register.simple_tag
def standing(value: str) -> SafeString:
    """Show the standing of a figure: official, published, reconstructed, synthetic or unconfirmed.

    Raises:
        template.TemplateSyntaxError: there is no such standing.
    """
    if value not in STANDINGS:
        raise template.TemplateSyntaxError(
            f"No figure has the standing {value!r}. There are: {', '.join(STANDINGS)}."
        )
    kind, word = STANDINGS[value]
    return _fragment("_tag.html", kind=kind, label=word)


@register.simple_tag
def source(reference: str = "") -> SafeString:
    """Mark a rule or figure as sourced, with its reference where there is room for it."""
    return _fragment("_tag.html", kind="source", label=_("Source"), reference=reference)


@register.simple_tag
def assumption(reference: str = "") -> SafeString:
    """Mark a rule or amount as resting on an assumption of ours."""
    return _fragment("_tag.html", kind="assume", label=_("Assumption"), reference=reference)


@register.filter
def number(value: int | Decimal | None) -> str:
    """Write a whole number with no-break spaces between thousands and a real minus; None as missing.

    HTML only where the value is None: a plain-text mail tests for None itself.
    """
    if value is None:
        return _missing_mark()
    whole = int(value)
    digits = f"{abs(whole):,}".replace(",", NO_BREAK_SPACE)
    return f"{MINUS}{digits}" if whole < 0 else digits


@register.filter
def figure(value: Decimal | None) -> str:
    """Write a figure with the decimals that it has: `1 200`, `12,5` in Swedish; None as missing."""
    if value is None:
        return _missing_mark()
    whole, _point, decimals = f"{abs(value):f}".partition(".")
    tail = decimals.rstrip("0")
    text = number(int(whole)) + (f"{get_format('DECIMAL_SEPARATOR')}{tail}" if tail else "")
    return f"{MINUS}{text}" if value < 0 else text


@register.filter
def posts(value: int | Decimal | None) -> str:
    """Write a number of posts; the same form as `number`, named for what it counts."""
    return number(value)


@register.filter
def kr(value: int | None) -> str:
    """Write whole kronor with their unit: 10500000 is `10 500 000 kr`, all spaces no-break."""
    return _missing_mark() if value is None else f"{number(value)}{NO_BREAK_SPACE}kr"


@register.filter(expects_localtime=True)
def day(value: date | datetime | None, form: str) -> str:
    """Write a date in one of Django's forms; Swedish writes a short month in lower case, `1 okt 2022`."""
    text = date_filter(value, form)
    return text.lower() if get_language() == "sv" else text


@register.filter
def mnkr(value: int) -> str:
    """Write kronor in millions, where room is tight: 10500000 is `10,5 mnkr` in Swedish, 0 is `0 kr`."""
    if value == 0:
        return kr(0)
    millions = f"{Decimal(value) / 1_000_000:f}".replace(".", get_format("DECIMAL_SEPARATOR"))
    unit = gettext("million kr")
    return f"{millions}{NO_BREAK_SPACE}{unit}"


@register.filter
def signed(value: int | None) -> str:
    """Write a change with its sign: `+10`, a real minus before 5, `0`."""
    if value is None:
        return _missing_mark()
    return f"+{number(value)}" if value > 0 else number(value)


@register.filter
def signed_figure(value: Decimal | None) -> str:
    """Write a change of a figure with its sign: `+0,5`, a real minus before 5, `0`."""
    if value is None:
        return _missing_mark()
    return f"+{figure(value)}" if value > 0 else figure(value)


@register.filter
def rate(value: Decimal | None) -> str:
    """Write a rate with two decimals and the language's decimal sign: 15,35 in Swedish, 15.35 in English."""
    if value is None:
        return _missing_mark()
    hundredths = Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    whole, _point, decimals = f"{abs(hundredths):,f}".partition(".")
    text = f"{whole.replace(',', NO_BREAK_SPACE)}{get_format('DECIMAL_SEPARATOR')}{decimals}"
    return f"{MINUS}{text}" if hundredths < 0 else text


@register.filter
def missing(value: Any) -> Any:
    """Give a value back, or the mark for a missing figure when it is None or empty; 0 is a figure."""
    return _missing_mark() if value is None or value == "" else value


def _missing_mark() -> SafeString:
    return _fragment("_missing.html")


def _fragment(template_name: str, **context: Any) -> SafeString:
    # The newline that ends a file would show as a space before a comma or full stop.
    return SafeString(render_to_string(template_name, context).strip())
