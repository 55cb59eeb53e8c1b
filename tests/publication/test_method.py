"""How it is computed: the pages say what the rule sets say, and the calculator computes as a run does."""

import html
import re
import tomllib
from decimal import Decimal
from unittest.mock import Mock

import pytest
from django.core.cache import cache, caches
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from allocation.engine import available_rules, load_rules
from allocation.engine.published import published_versions
from publication.calculator import Asked, answer_of
from publication.method import method_of, version_notes
from publication.others import public_figures
from reporting.models import Baseline, PostType, Region, Standing
from reporting.templatetags.platsplan import kr, number
from tests.engine.test_rulefile import bases
from tests.factories import make_region_member, make_round, make_submission, moment

pytestmark = pytest.mark.django_db

AT_2022 = load_rules("at-2022")
CALCULATOR = "/method/at-2022/calculator/"
HTMX = {"HX-Request": "true", "HX-Target": "calculator"}


@pytest.fixture(autouse=True)
def _reference() -> None:
    cache.clear()


def page(client: Client, path: str, language: str = "en", **headers: str) -> str:
    """A page's HTML, with its entities read."""
    response = client.get(path, headers={"Accept-Language": language, **headers})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def calculated(client: Client, language: str = "en", **typed: str) -> str:
    """The calculator's page for what is typed."""
    response = client.get(CALCULATOR, typed, headers={"Accept-Language": language})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_the_count_of_inhabitants_is_called_by_its_title(client: Client) -> None:
    assert "Invånarna räknas enligt ”Framskriven folkmängd 2022”." in page(client, "/method/at-2022/", "sv")


@pytest.mark.parametrize("name", available_rules())
def test_every_figure_of_the_file_stands_on_the_page(client: Client, name: str) -> None:
    rules = load_rules(name)
    content = tomllib.loads(rules.text, parse_float=Decimal)
    text = page(client, f"/method/{name}/")
    amounts = [content["total"]["amount_kr"], content["administration"]["amount_kr"]]
    for pot in content["pot"]:
        amounts += [pot["amount_kr"], *(step["amount_kr"] for step in pot["share"].get("step", ()))]
        amounts += [pot["share"]["cap"]["per_unit_kr"]] if "cap" in pot["share"] else []
        assert pot["title"] in text
        for step in pot["share"].get("step", ()):
            assert re.search(rf'<th scope="row" class="pp-n">{step["at"]}</th>', text)
    assert (
        content["administration"]["amount_kr"] + sum(pot["amount_kr"] for pot in content["pot"]) == amounts[0]
    )
    for amount in amounts:
        assert kr(amount) in text
    if "threshold" in content:
        assert f"The limit is {content['threshold']['rate']} AT posts per {number(100_000)}" in text
    for source in content["sources"].values():
        assert source["title"] in text
        assert source.get("url", "") in text
    assert published_versions()[rules.version] in text


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("name", available_rules())
def test_every_assumption_stands_in_the_list_once_for_each_place(
    client: Client, name: str, language: str
) -> None:
    text = page(client, f"/method/{name}/", language)
    listed = text.split('id="assumptions"')[1].split("</section>")[0]
    reasons = [
        basis.why_sv if language == "sv" else basis.why for basis in bases(load_rules(name)) if basis.assumed
    ]
    assert reasons
    for why in set(reasons):
        assert listed.count(why) == reasons.count(why)
    assert listed.count("pp-tag--assume") == len(reasons)
    assert f"{len(reasons)} " in listed


def test_every_published_version_says_when_and_what_it_changed() -> None:
    assert set(version_notes()) == set(published_versions())
    for notes in version_notes().values():
        assert set(notes) == {"published", "change", "change_sv"}


@pytest.mark.parametrize("name", available_rules())
def test_the_parts_of_the_bar_fill_it(name: str) -> None:
    method = method_of(load_rules(name))
    whole = sum(Decimal(pot.width) for pot in method.pots) + Decimal(method.administration_width)
    assert abs(whole - 600) < 1


def test_the_file_is_the_published_one_to_the_letter_and_is_asked_for_anew(client: Client) -> None:
    response = client.get("/method/at-2022/rules.toml")
    assert response.content.decode() == AT_2022.text
    assert response["Cache-Control"] == "public, no-cache"
    again = client.get("/method/at-2022/rules.toml", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["/method/at-1999/", "/method/at-1999/rules.toml", "/method/at-1999/calculator/"]
)
def test_an_unknown_rule_set_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_version_has_an_address_too(client: Client) -> None:
    assert "How AT 2022 is computed" in page(client, "/method/at-2022.1/")


def test_a_grant_without_a_public_plan_says_so_and_computes_nothing(client: Client) -> None:
    assert "No example can be computed" in page(client, "/method/at-2024/")
    assert "Nothing can be computed yet" in page(client, "/method/at-2024/calculator/?region=03&posts=60")


def test_a_grant_on_a_made_up_plan_is_marked(client: Client) -> None:
    for region in Region.objects.all():
        Baseline.objects.create(
            region=region,
            year=2024,
            post_type=PostType.AT,
            planned_posts=40,
            standing=Standing.SYNTHETIC,
            source="made up",
        )
    for path in ("/method/", "/method/at-2024/", "/method/at-2024/calculator/?region=03&posts=60"):
        assert "The plan for 2024 is synthetic" in page(client, path)
    assert "in the demonstration only" in page(client, "/method/at-2024/")


@pytest.mark.parametrize(
    ("posts", "total"),
    [
        pytest.param("59", 0, id="one short of the first step"),
        pytest.param("60", 10_500_000, id="the first step"),
        pytest.param("65", 15_750_000, id="the second step"),
    ],
)
def test_what_uppsala_gets_with_posts_around_the_first_step(client: Client, posts: str, total: int) -> None:
    text = calculated(client, region="03", posts=posts)
    assert f'<p class="pp-total">{kr(total)}</p>' in text
    part = text.split('id="e-tydlig-forbattring"')[1].split("</section>")[0]
    assert kr(total) in part
    assert "Worked example, no decision" in text
    assert "15.35" in text


def test_plan_and_inhabitants_can_be_others_than_the_public_ones(client: Client) -> None:
    text = calculated(client, region="03", posts="60", planned="45", inhabitants="400 000")
    assert f'<p class="pp-total">{kr(15_750_000)}</p>' in text
    assert f"45 planned posts and {number(400_000)} inhabitants" in text


def test_what_others_have_reported_without_its_being_public_changes_nothing(client: Client) -> None:
    asked = f"{CALCULATOR}?region=19&posts=48"
    before = page(client, asked, **HTMX)
    reporting_round = make_round()
    make_submission(
        reporting_round, by=make_region_member("09"), code="09", at_2022="60", comment_at_2022="More."
    )
    assert kr(10_000_000) in before
    assert page(client, asked, **HTMX) == before


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"region": "03", "posts": ""}, "posts", "This field is required."),
        ({"region": "03", "posts": "-"}, "posts", "Enter a whole number of posts, 0 or more."),
        ({"region": "03", "posts": "sixty"}, "posts", "Enter a whole number"),
        ({"region": "03", "posts": "10,5"}, "posts", "Enter whole posts, without decimals."),
        ({"region": "03", "posts": "-3"}, "posts", "A number of posts cannot be negative."),
        ({"region": "03", "posts": "99999"}, "posts", "Check the figure."),
        ({"region": "99", "posts": "60"}, "region", "Choose one of the regions in the list."),
        ({"region": "03", "posts": "60", "planned": "x"}, "planned", "Enter a whole number"),
        ({"region": "03", "posts": "60", "inhabitants": "12"}, "inhabitants", "Enter whole inhabitants"),
    ],
)
def test_a_fault_is_told_at_its_field_and_what_was_typed_stays(
    client: Client, typed: dict[str, str], field: str, message: str
) -> None:
    text = calculated(client, **typed)
    assert message in text.split(f'id="id_{field}_error"')[1].split("</div>")[0]
    assert "pp-total" not in text
    for name, value in typed.items():
        if value and name != "region":
            assert f'value="{value}"' in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    region=st.one_of(st.sampled_from(["03", "19", ""]), st.text(max_size=5)),
    posts=st.one_of(st.integers(-9, 99_999).map(str), st.text(max_size=50)),
    planned=st.one_of(st.just(""), st.integers(0, 9_999).map(str), st.text(max_size=9)),
    inhabitants=st.one_of(st.just(""), st.integers(0, 30_000_000).map(str), st.text(max_size=9)),
)
def test_nothing_that_is_typed_breaks_the_page(
    client: Client, region: str, posts: str, planned: str, inhabitants: str
) -> None:
    cache.clear()
    typed = {"region": region, "posts": posts, "planned": planned, "inhabitants": inhabitants}
    assert client.get(CALCULATOR, typed).status_code in (200, 400)


def test_the_fragment_is_what_the_page_holds(client: Client) -> None:
    address = f"{CALCULATOR}?region=03&posts=60"
    fragment = page(client, address, **HTMX)
    assert "<html" not in fragment
    assert f"Region Uppsala with 60 posts: {kr(10_500_000)}." in fragment
    assert fragment.split("<div hx-swap-oob")[0].strip() in page(client, address)


def test_the_other_rule_set_is_asked_the_same(client: Client) -> None:
    assert 'href="/method/at-2024/calculator/?region=03&posts=60"' in calculated(
        client, region="03", posts="60"
    )


def test_a_network_that_asks_too_often_is_told_to_wait(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = f"{CALCULATOR}?region=03&posts=x"
    monkeypatch.setattr("publication.views.method.ANSWERS_PER_MINUTE", 3)
    monkeypatch.setattr("publication.views.method.timezone", Mock(now=moment))
    answers = [client.get(asked).status_code for _ in range(3)]
    assert set(answers) == {200}
    refused = client.get(asked)
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert client.get(asked, headers=HTMX)["HX-Redirect"] == asked
    assert client.get(CALCULATOR).status_code == 200


def test_the_calculator_computes_what_a_run_would(client: Client) -> None:
    regions = public_figures(AT_2022)
    uppsala = next(region for region in regions if region.code == "03")
    answer = answer_of(AT_2022, regions, Asked(uppsala, 60))
    assert answer is not None
    point = next(gain for gain in answer.curve.gains if gain.posts == 65)
    further = answer_of(AT_2022, regions, Asked(uppsala, 65))
    assert further is not None
    assert point.total_kr == further.total_kr
    assert answer.total_kr == sum(part.amount_kr for part in answer.explanations)


def test_the_pages_ask_the_database_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    caches["pages"].clear()
    client.get(CALCULATOR)  # what is public is read once and kept
    for path, most in (("/method/", 7), ("/method/at-2022/", 5), (f"{CALCULATOR}?region=03&posts=60", 10)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
    for path in ("/method/", "/method/at-2022/"):
        with django_assert_max_num_queries(1):
            assert client.get(path).status_code == 200
