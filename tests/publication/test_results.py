"""The open results, computed from what is known of each region."""

from dataclasses import replace
from decimal import Decimal

import pytest

from allocation.engine.rulefile import load_rules
from publication.counties import counties
from publication.map import leader_line
from publication.results import Direction, Results, Sort, results_of
from publication.scale import Scale, scale_with
from publication.selectors import PlanRow

AT_2022 = load_rules("at-2022")
LIMIT = Decimal("15.35")


def make_row(code: str = "03", **fields: object) -> PlanRow:
    row = PlanRow(
        code=code,
        name=f"Region {code}",
        short_name=code,
        posts=50,
        inhabitants=395_570,
        published_rate=None,
    )
    return replace(row, **fields)  # type: ignore[arg-type]


def make_results(*rows: PlanRow) -> Results:
    return results_of(rows, rules=AT_2022, scale=scale_with(LIMIT))


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
    region = make_results(make_row(posts=posts)).regions[0]
    assert region.limit_posts == 61
    assert (region.is_below, region.reaches, region.to_limit) == (below, not below, to_limit)


@pytest.mark.parametrize("lacking", [{"posts": None}, {"inhabitants": None}])
def test_a_missing_figure_gives_no_rate_and_no_national_rate(lacking: dict[str, None]) -> None:
    results = make_results(make_row("01"), make_row("03", **lacking))
    region = results.region("03")
    assert region is not None
    assert (region.rate, region.bar, region.place, region.to_limit) == (None, None, None, None)
    assert not region.is_below
    assert not region.reaches
    assert results.national.rate is None
    assert results.unknown == [region]


def test_no_posts_is_a_figure_and_not_missing() -> None:
    region = make_results(make_row(posts=0)).regions[0]
    assert region.rate == Decimal("0.00")
    assert region.is_below


def test_no_rows_have_no_figures() -> None:
    results = make_results()
    assert not results.has_figures
    assert results.national.posts is None


def test_a_rate_that_is_not_the_published_one_is_found() -> None:
    results = make_results(
        make_row("01", published_rate=Decimal("12.64")), make_row("03", published_rate=Decimal("12.65"))
    )
    assert [region.code for region in results.unlike_published] == ["03"]
    assert results.published_count == 2


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("sort", [Sort.POSTS, Sort.RATE])
def test_regions_without_the_figure_come_last_either_way(sort: Sort, direction: Direction) -> None:
    results = make_results(make_row("01", posts=None), make_row("03", posts=5), make_row("04", posts=9))
    codes = [region.code for region in results.ordered(sort, direction)]
    assert codes == (["03", "04", "01"] if direction is Direction.ASCENDING else ["04", "03", "01"])


@pytest.mark.parametrize("direction", list(Direction))
def test_of_equal_rates_the_region_with_more_posts_comes_first_either_way(direction: Direction) -> None:
    results = make_results(
        make_row("01"), make_row("03"), make_row("04", posts=100, inhabitants=2 * 395_570), make_row("05")
    )
    codes = [region.code for region in results.ordered(Sort.RATE, direction)]
    assert codes == ["04", "01", "03", "05"]


def test_names_sort_as_in_swedish() -> None:
    names = ["Östergötland", "Örebro län", "Älvsborg", "Åland", "Uppsala", "Värmland", "Västmanland"]
    rows = [make_row(f"{place:02}", short_name=name) for place, name in enumerate(names)]
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
    results = make_results(make_row(posts=400), make_row("04"))
    assert results.axis_max == 105
    assert max(float(region.bar or 0) for region in results.regions) <= 300


def test_the_axis_of_the_published_rates_ends_at_30() -> None:
    results = make_results(make_row())
    assert results.axis_max == 30
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
