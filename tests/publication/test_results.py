"""The open results, computed from what is known of each region."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from allocation.engine.rulefile import load_rules
from publication.charts import chart
from publication.counties import counties
from publication.map import leader_line
from publication.measures import BY_KEY
from publication.published import OpenFigures, OpenRegion, YearBasis, YearFigures
from publication.results import Direction, Results, Row, Sort, results_of
from publication.scale import Scale, scale_with

AT_2022 = load_rules("at-2022")
LIMIT = Decimal("15.35")
READ_AT = datetime(2026, 1, 7, tzinfo=UTC)

LIMIT_BASIS = YearBasis(AT_2022, None, None, None, (), ())


def make_region(code: str = "03", *, short_name: str = "", **fields: Any) -> OpenRegion:
    known: dict[str, Any] = {"planned": 50, "inhabitants": 395_570} | fields
    year = YearFigures(**known)
    return OpenRegion(code, f"Region {code}", short_name or code, {2022: year}, None, ())


def figures_with(*regions: OpenRegion) -> OpenFigures:
    return OpenFigures("test", READ_AT, regions, (2022,), {2022: LIMIT_BASIS}, (), None, {})


def make_results(*regions: OpenRegion, measure: str = "plan") -> Results:
    return results_of(
        figures_with(*regions),
        measure=BY_KEY[measure],
        year=2022,
        limit_rules=AT_2022,
        scale=scale_with(LIMIT),
    )


def row_of(*regions: OpenRegion, measure: str = "plan") -> Row:
    return make_results(*regions, measure=measure).rows[0]


@pytest.fixture
def scale() -> Scale:
    return scale_with(LIMIT)


@pytest.mark.parametrize(
    ("value", "number", "below"),
    [
        ("0.00", 1, True),
        ("11.99", 1, True),
        ("12.00", 2, True),
        ("15.34", 2, True),
        ("15.35", 3, False),
        ("15.99", 3, False),
        ("16.00", 4, False),
        ("19.99", 4, False),
        ("20.00", 5, False),
        ("99.00", 5, False),
    ],
)
def test_the_map_has_five_classes_and_the_two_lowest_are_below(
    scale: Scale, value: str, number: int, below: bool
) -> None:
    place = scale.class_of(Decimal(value))
    assert (place.number, place.below) == (number, below)


def test_the_classes_leave_no_gap(scale: Scale) -> None:
    for lower, upper in zip(scale.classes, scale.classes[1:], strict=False):
        assert lower.high is not None
        assert lower.under == upper.low


@pytest.mark.parametrize(
    ("posts", "below", "to_limit"),
    [
        pytest.param(60, True, 1, id="one short of the limit"),
        pytest.param(61, False, 0, id="exactly at the limit"),
        pytest.param(62, False, 0, id="one over the limit"),
    ],
)
def test_uppsala_needs_61_posts(posts: int, below: bool, to_limit: int) -> None:
    region = row_of(make_region(planned=posts))
    assert region.limit_posts == 61
    assert (region.is_low, region.reaches, region.to_limit) == (below, not below, to_limit)


@pytest.mark.parametrize("lacking", [{"planned": None}, {"inhabitants": None}])
def test_a_missing_figure_gives_no_rate_and_a_nation_that_is_not_whole(lacking: dict[str, Any]) -> None:
    results = make_results(make_region("01"), make_region("03", **lacking))
    region = results.region("03")
    assert region is not None
    assert (region.value, region.bar_width, region.place, region.to_limit) == (None, None, None, None)
    assert not region.is_low
    assert not region.reaches
    assert not results.national.is_whole
    assert results.national.count == 1
    assert results.unknown == [region]


def test_no_posts_is_a_figure_and_not_missing() -> None:
    region = row_of(make_region(planned=0))
    assert region.value == Decimal("0.00")
    assert region.is_low


def test_no_rows_have_no_figures() -> None:
    results = make_results()
    assert not results.has_figures
    assert results.national.value is None


def test_a_rate_that_is_not_the_published_one_is_found() -> None:
    results = make_results(
        make_region("01", published_rate=Decimal("12.64")), make_region("03", published_rate=Decimal("12.65"))
    )
    assert [region.code for region in results.unlike_published] == ["03"]
    assert results.published_count == 2


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("sort", [Sort.BASE, Sort.VALUE])
def test_regions_without_the_figure_come_last_either_way(sort: Sort, direction: Direction) -> None:
    results = make_results(
        make_region("01", planned=None), make_region("03", planned=5), make_region("04", planned=9)
    )
    codes = [region.code for region in results.ordered(sort, direction)]
    assert codes == (["03", "04", "01"] if direction is Direction.ASCENDING else ["04", "03", "01"])


@pytest.mark.parametrize("direction", list(Direction))
def test_of_equal_rates_the_region_with_more_posts_comes_first_either_way(direction: Direction) -> None:
    results = make_results(
        make_region("01"),
        make_region("03"),
        make_region("04", planned=100, inhabitants=2 * 395_570),
        make_region("05"),
    )
    codes = [region.code for region in results.ordered(Sort.VALUE, direction)]
    assert codes == ["04", "01", "03", "05"]


def test_names_sort_as_in_swedish() -> None:
    names = ["Östergötland", "Örebro län", "Älvsborg", "Åland", "Uppsala", "Värmland", "Västmanland"]
    rows = [make_region(f"{place:02}", short_name=name) for place, name in enumerate(names)]
    ordered = make_results(*rows).ordered(Sort.NAME, Direction.ASCENDING)
    assert [region.short_name for region in ordered] == [
        "Uppsala",
        "Värmland",
        "Västmanland",
        "Åland",
        "Älvsborg",
        "Örebro län",
        "Östergötland",
    ]


def test_bars_stay_on_their_axis() -> None:
    results = make_results(make_region(planned=400), make_region("04"))
    assert results.axis_high == 105
    assert max(float(region.bar_width or 0) for region in results.rows) <= 300


def test_the_axis_of_the_published_rates_ends_at_30() -> None:
    results = make_results(make_region())
    assert results.axis_high == 30
    assert results.position(LIMIT) == "153.5"
    assert results.position(LIMIT, width=100) == "51.2"


def test_there_is_an_outline_for_each_of_the_21_counties() -> None:
    assert len(counties()) == 21
    assert all(county.path.startswith("M") for county in counties().values())


@pytest.mark.parametrize("code", ["25", "03", "12"])
def test_a_leader_line_starts_in_the_county_and_ends_at_the_card(code: str) -> None:
    county = counties()[code]
    start, end = leader_line(county).removeprefix("M").split("L")
    assert start == " ".join(county.dot)
    across, down = map(float, end.split())
    assert across == 312
    assert 440 <= down <= 586


@pytest.mark.parametrize(
    ("reported", "colour", "low"),
    [
        pytest.param(49, "c1", True, id="one fewer than planned"),
        pytest.param(50, "q1", False, id="as planned"),
        pytest.param(51, "q2", False, id="one more"),
        pytest.param(55, "q4", False, id="five more"),
        pytest.param(60, "q5", False, id="ten more"),
    ],
)
def test_a_change_against_the_plan_has_fixed_classes(reported: int, colour: str, low: bool) -> None:
    row = row_of(make_region(reported=reported), measure="change")
    assert row.place is not None
    assert (row.place.colour, row.is_low) == (colour, low)


def test_bars_of_changes_start_at_nought_and_go_both_ways() -> None:
    results = make_results(make_region(reported=40), make_region("04", reported=60), measure="change")
    fewer, more = results.rows
    assert (fewer.bar_x, fewer.bar_width) == ("0.0", "150.0")
    assert (more.bar_x, more.bar_width) == (results.zero_at, "150.0")


def test_even_classes_hold_about_equally_many_and_never_part_equal_figures() -> None:
    posts = [1, 1, 1, 2, 3, 4, 5, 6, 7, 8]
    results = make_results(
        *(make_region(f"{n:02}", planned=p) for n, p in enumerate(posts)), measure="planned"
    )
    by_class: dict[str, list[int]] = {}
    for row in results.rows:
        assert row.place is not None
        by_class.setdefault(row.place.colour, []).append(int(row.value or 0))
    assert list(by_class.values()) == [[1, 1, 1], [2, 3], [4, 5], [6, 7], [8]] or all(
        len(set(one) & set(other)) == 0
        for place, one in enumerate(by_class.values())
        for other in list(by_class.values())[place + 1 :]
    )
    assert max(map(len, by_class.values())) <= 3


def test_the_nation_is_counted_from_the_regions_that_have_the_figure() -> None:
    results = make_results(
        make_region("01", reported=100, inhabitants=100_000),
        make_region("03", inhabitants=900_000),
        measure="rate",
    )
    assert results.national.value == Decimal("100.00")
    assert (results.national.count, results.national.is_whole) == (1, False)


def test_what_is_not_published_is_written_as_missing_and_nought_as_nought() -> None:
    results = make_results(make_region("01"), make_region("03", total_kr=0), measure="kr")
    assert "pp-missing" in results.rows[0].text or "–" in results.rows[0].text
    assert results.rows[1].text == "0\u00a0kr"


@pytest.mark.parametrize(
    ("nation", "plan", "now"),
    [
        ("16.22", "10.67", "11.57"),
        ("16.22", "13.93", "14.84"),
        ("16.70", "14.50", "15.41"),
        ("9", "12", "11"),
    ],
)
def test_a_figure_in_a_chart_stands_on_no_line(nation: str, plan: str, now: str) -> None:
    series = {"nation": nation, "plan": plan, "now": now}
    drawn = chart(
        {kind: {2022: Decimal(value)} for kind, value in series.items()},
        years=(2022,),
        limit=Decimal("15.35"),
    )
    *others, own = [line.points[0] for line in drawn.lines]
    foot = Decimal(own.label_y)
    for y in (drawn.limit_y, *(other.y for other in others)):
        assert not foot - 10 <= Decimal(y or 0) <= foot + 3, (series, y)  # a dot reaches as far


def test_a_figure_with_room_stands_over_its_dot() -> None:
    [line] = chart({"now": {2022: 20}}, years=(2022,)).lines
    assert Decimal(line.points[0].y) - Decimal(line.points[0].label_y) == 9
