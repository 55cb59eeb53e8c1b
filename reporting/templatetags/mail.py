"""What mail templates need: the look as inline styles, and the shape of plain text."""

import re
import textwrap
from collections.abc import Sequence

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

TEXT_WIDTH = 72

FONT = "font-family:'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif;"
CELL = FONT + "font-size:14px;line-height:20px;color:#14231e;padding:7px 0;border-bottom:1px solid #dcdad1;"
STATE = (
    FONT + "font-size:14px;line-height:20px;font-weight:bold;padding:18px 0 6px;"
    "border-bottom:1px solid #76837d;text-align:left;"
)
COUNT = "font-size:30px;line-height:34px;font-weight:bold;letter-spacing:-0.5px;"
BAR = "font-size:0;line-height:10px;height:10px;border-left:2px solid #ffffff;"

# Mail programs drop style sheets, so each element carries its look. The class of the same name
# lets the few rules in _base.html change it for dark mode and narrow screens.
LOOKS: dict[str, str] = {
    "brand": FONT + "padding:16px 24px;color:#ffffff;font-size:18px;font-weight:bold;"
    "background:#0b3329;border-bottom:3px solid #e3b48d;",
    "kicker": "font-size:14px;font-weight:normal;color:#c7d9d1;",
    "card": "width:100%;max-width:600px;background:#ffffff;border:1px solid #dcdad1;",
    "content": "padding:24px 24px 8px;",
    "demo": FONT + "padding:10px 24px;font-size:14px;line-height:20px;color:#14231e;background:#fbeee1;"
    "border-bottom:1px dashed #a3470f;",
    "title": FONT + "margin:0;font-size:26px;line-height:32px;font-weight:bold;letter-spacing:-0.5px;"
    "color:#14231e;",
    "lede": FONT + "margin:8px 0 0;font-size:15px;line-height:23px;color:#4b5b54;",
    "strong": "color:#14231e;",
    "heading": FONT + "margin:24px 0 0;font-size:18px;line-height:26px;font-weight:bold;color:#14231e;",
    "caption": FONT + "font-size:18px;line-height:26px;font-weight:bold;text-align:left;color:#14231e;"
    "padding:24px 0 4px;",
    "paragraph": FONT
    + "margin:14px 0 0;font-size:14px;line-height:21px;color:#14231e;word-break:break-word;",
    "quiet": FONT + "margin:8px 0 0;font-size:13px;line-height:19px;color:#4b5b54;word-break:break-word;",
    "quote": FONT + "margin:12px 0 0;padding:12px 16px;font-size:14px;line-height:21px;color:#14231e;"
    "background:#efeee8;border-left:4px solid #76837d;word-break:break-word;",
    "notice": FONT + "margin:20px 0 0;padding:12px 16px;font-size:14px;line-height:21px;color:#14231e;"
    "background:#fbeee1;border-left:4px solid #a3470f;word-break:break-word;",
    "list": "margin:4px 0 0;padding:0 0 0 18px;",
    "table": "border-collapse:collapse;width:100%;",
    "head": FONT + "font-size:13px;line-height:18px;color:#4b5b54;padding:4px 8px 4px 0;font-weight:bold;"
    "text-align:left;vertical-align:bottom;border-bottom:1px solid #76837d;",
    "head-number": FONT
    + "font-size:13px;line-height:18px;color:#4b5b54;padding:4px 0 4px 8px;font-weight:bold;"
    "text-align:right;vertical-align:bottom;border-bottom:1px solid #76837d;",
    "label": CELL + "font-weight:normal;text-align:left;padding-right:12px;vertical-align:top;",
    "cell": CELL + "text-align:left;padding-right:8px;vertical-align:top;word-break:break-word;",
    "number": CELL + "text-align:right;padding-left:8px;vertical-align:top;white-space:nowrap;",
    "sum-label": CELL + "font-weight:bold;text-align:left;padding-right:12px;border-bottom:0;",
    "sum-number": CELL
    + "font-weight:bold;text-align:right;padding-left:8px;white-space:nowrap;border-bottom:0;",
    "checksum": CELL
    + "text-align:left;word-break:break-all;font-family:Consolas,'Liberation Mono',monospace;"
    "font-size:13px;",
    "button-cell": "background:#0f4a3c;border-radius:4px;",
    "button": FONT + "display:inline-block;padding:12px 20px;font-size:15px;font-weight:bold;color:#ffffff;"
    "text-decoration:none;",
    "link": "color:#0f4a3c;",
    "tag": FONT + "font-size:12px;line-height:16px;padding:0 6px;border:1px dashed #a3470f;border-radius:4px;"
    "color:#a3470f;font-weight:normal;white-space:nowrap;",
    "state-not_started": STATE + "color:#4b5b54;",
    "state-draft": STATE + "color:#14231e;",
    "state-returned": STATE + "color:#a3470f;",
    "state-submitted": STATE + "color:#1f5180;",
    "state-in_review": STATE + "color:#1f5180;",
    "state-approved": STATE + "color:#0f4a3c;",
    "state-decided": STATE + "color:#0b3329;font-weight:bold;",
    "head-plain": FONT + "font-size:13px;line-height:18px;color:#4b5b54;padding:4px 8px 0 0;font-weight:bold;"
    "text-align:left;",
    "head-plain-number": FONT + "font-size:13px;line-height:18px;color:#4b5b54;padding:4px 0 0 8px;"
    "font-weight:bold;text-align:right;",
    "small-caption": FONT + "font-size:14px;line-height:20px;font-weight:bold;text-align:left;color:#14231e;"
    "padding:12px 0 4px;",
    "tiles": "margin-top:20px;border-collapse:collapse;",
    "bar": "margin-top:12px;",
    "tile": FONT + "padding:14px 0 14px 16px;border:1px solid #dcdad1;",
    "count-decided": COUNT + "color:#0b3329;",
    "count-approved": COUNT + "color:#0f4a3c;",
    "count-agency": COUNT + "color:#1f5180;",
    "count-region": COUNT + "color:#a3470f;",
    "count-not_started": COUNT + "color:#4b5b54;",
    "count-label": "font-size:13px;line-height:18px;color:#4b5b54;",
    "bar-decided": BAR + "background:#14231e;",
    "bar-approved": BAR + "background:#0f4a3c;",
    "bar-agency": BAR + "background:#7fb3a1;",
    "bar-region": BAR + "background:#ecd0b2;",
    "bar-not_started": BAR + "background:#ffffff;border:1px solid #76837d;",
    "footer": FONT + "padding:16px 24px 24px;font-size:13px;line-height:19px;color:#4b5b54;",
}


@register.simple_tag
def look(name: str) -> SafeString:
    """Write an element's class and inline style.

    Raises:
        template.TemplateSyntaxError: there is no look of that name.
    """
    if name not in LOOKS:
        raise template.TemplateSyntaxError(f"No look is called {name!r}. There are: {', '.join(LOOKS)}.")
    return format_html('class="m-{}" style="{}"', name, SafeString(LOOKS[name]))


@register.filter
def one_line(text: str) -> str:
    """Write a text on one line: line ends and control characters, of every kind, become single spaces."""
    return re.sub(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", str(text)).strip()


@register.filter
def quoted(text: str) -> str:
    """Set a person's own words apart in plain text: each of its lines starts with `> `."""
    lines = str(text).replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


@register.filter
def names(words: Sequence[str]) -> str:
    """Join names as a sentence does: `Uppsala, Skåne and Gotland`."""
    return get_text_list(list(words), _("and"))


@register.filter
def in_days(days: int) -> str:
    """Write how far off a day is: `today`, `in 1 day`, `in 12 days`. Takes 0 or more."""
    if days == 0:
        return _("today")
    return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}


@register.simple_block_tag
def column(content: str, width: int) -> str:
    """Fill a column of a plain-text table: to the left, or to the right where the width is negative.

    What is wider than its column keeps two spaces to the next.
    """
    text = content.strip()
    return text.rjust(-width) if width < 0 else f"{text.ljust(width - 2)}  "


@register.filter
def plain_text(text: str) -> str:
    """Shape a plain-text mail: lines of at most 72 characters, no trailing spaces, no double empty lines.

    A line that is wrapped keeps its indent, its list mark's indent or its quotation mark.
    Words that are longer than a line, such as addresses, stay whole.
    """
    lines: list[str] = []
    for line in str(text).splitlines():
        lead = re.match(r"(> | *- | *)", line)
        start = lead.group(0) if lead else ""
        rest = start if start.startswith(">") else " " * len(start)
        wrapped = textwrap.wrap(
            line[len(start) :],
            width=TEXT_WIDTH,
            initial_indent=start,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        lines.extend(wrapped or [start.rstrip()])
    return re.sub(r"\n{3,}", "\n\n", "\n".join(row.rstrip() for row in lines)).strip("\n")


@register.simple_tag(takes_context=True)
def absolute(context: template.Context, name: str, *arguments: str | int) -> str:
    """The full address of a page, for a link in a mail; `base_url` comes from the context."""
    return f"{context['base_url']}{reverse(name, args=arguments)}"
