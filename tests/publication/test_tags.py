"""The look's tags and filters."""

from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.translation import override

from reporting.models import Standing, State
from reporting.templatetags import platsplan
from reporting.templatetags.platsplan import CHIPS, ICONS, kr, missing, number, posts, rate, signed

NBSP = "\u00a0"
MINUS = "\u2212"


def rendered(source: str, **context: object) -> str:
    with override("en"):
        return Template("{% load platsplan %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1608, f"1{NBSP}608"),
        (10_452_326, f"10{NBSP}452{NBSP}326"),
        (-1500, f"{MINUS}1{NBSP}500"),
    ],
)
def test_whole_numbers_have_no_break_spaces_between_thousands(value: int, text: str) -> None:
    assert number(value) == posts(value) == text


def test_kronor_carry_their_unit_and_never_break() -> None:
    assert kr(10_500_000) == f"10{NBSP}500{NBSP}000{NBSP}kr"
    assert kr(0) == f"0{NBSP}kr"


@pytest.mark.parametrize(
    ("value", "text"), [(10, "+10"), (0, "0"), (-5, f"{MINUS}5"), (1200, f"+1{NBSP}200")]
)
def test_a_change_carries_its_sign(value: int, text: str) -> None:
    assert signed(value) == text


@pytest.mark.parametrize(
    ("value", "swedish", "english"),
    [
        (Decimal("15.35"), "15,35", "15.35"),
        (Decimal(16), "16,00", "16.00"),
        (Decimal("15.345"), "15,35", "15.35"),
        (Decimal("15.3449"), "15,34", "15.34"),
        (Decimal("1234.5"), f"1{NBSP}234,50", f"1{NBSP}234.50"),
        (Decimal("-0.5"), f"{MINUS}0,50", f"{MINUS}0.50"),
    ],
)
def test_a_rate_has_two_decimals_and_the_language_decides_the_sign(
    value: Decimal, swedish: str, english: str
) -> None:
    with override("sv"):
        assert rate(value) == swedish
    with override("en"):
        assert rate(value) == english


@pytest.mark.parametrize("name", ["kr", "number", "posts", "rate", "signed", "missing"])
def test_missing_is_a_dash_that_is_read_out_and_never_a_zero(name: str) -> None:
    html = rendered("{{ value|" + name + " }},", value=None)
    assert '<span aria-hidden="true">\u2013</span>' in html
    assert '<span class="visually-hidden">not available</span>' in html
    assert html.endswith("</span>,"), "no space before what follows"
    assert "0" not in html


def test_missing_leaves_figures_alone() -> None:
    assert missing(0) == 0
    assert missing("x") == "x"
    assert "visually-hidden" in missing("")


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_one_decorative_path(name: str) -> None:
    html = rendered("{% icon name %}", name=name)
    assert html == (
        '<svg class="pp-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        f'<path d="{ICONS[name]}"/></svg>'
    )


@pytest.mark.parametrize(("tag", "known"), [("icon", "check"), ("chip", "draft"), ("standing", "official")])
def test_an_unknown_name_says_which_names_there_are(tag: str, known: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=known):
        rendered("{% " + tag + ' "no-such-thing" %}')


@pytest.mark.parametrize("state", CHIPS)
def test_a_chip_has_icon_word_and_frame(state: str) -> None:
    html = rendered("{% chip state %}", state=state)
    kind, icon_name, word = CHIPS[state]
    assert f'class="pp-chip pp-chip--{kind}"' in html
    assert ICONS[icon_name] in html
    with override("en"):
        assert html.endswith(f"{word}</span>")


def test_a_chip_shows_another_label_and_escapes_it() -> None:
    assert "Draft, &lt;2&gt;</span>" in rendered('{% chip "draft" label %}', label="Draft, <2>")


@pytest.mark.parametrize("state", State.values)
def test_every_state_of_a_report_has_a_chip(state: str) -> None:
    assert "pp-chip" in rendered("{% chip state %}", state=state)


@pytest.mark.parametrize("value", Standing.values)
def test_every_standing_has_a_tag(value: str) -> None:
    assert "pp-tag" in rendered("{% standing value %}", value=value)


def test_what_nobody_published_is_framed_as_an_assumption() -> None:
    assert "pp-tag--assume" in rendered('{% standing "reconstructed" %}{% assumption %}')
    assert "pp-tag--source" not in rendered('{% standing "synthetic" %}{% assumption %}')
    assert "pp-tag--assume" not in rendered('{% standing "published" %}{% source %}')


def test_a_source_names_its_document() -> None:
    assert rendered('{% source "LT 2022" %}') == '<span class="pp-tag pp-tag--source">Source: LT 2022</span>'


def test_chips_of_different_states_never_look_the_same() -> None:
    states = ["none", "draft", "submitted", "in_review", "returned", "approved", "decided"]
    looks = {(platsplan.CHIPS[state][0], platsplan.CHIPS[state][1]) for state in states}
    assert len(looks) == len(states)


@pytest.mark.parametrize(("language", "text"), [("sv", "1 okt 2022"), ("en", "1 Oct 2022")])
def test_a_short_month_is_written_as_the_language_does(language: str, text: str) -> None:
    with override(language):
        assert platsplan.day(date(2022, 10, 1), "j M Y") == text
