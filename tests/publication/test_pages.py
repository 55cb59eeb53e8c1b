"""The open pages, as a visitor without an account gets them."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from publication.counties import counties
from reporting.models import Baseline, Inhabitants, PublishedRate, Region, Standing
from tests.factories import make_officer, make_region_member

NBSP = "\u00a0"
HTMX = {"HX-Request": "true", "HX-Target": "mapcard"}


class Page(HTMLParser):
    """What a page consists of: its links, forms, ids, and whatever the security policy forbids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.forbidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "a":
            self.links.append(named.get("href") or "")
        if named.get("id"):
            self.ids.append(str(named["id"]))
        inline = [name for name in named if name == "style" or name.startswith("on")]
        is_data = named.get("type") == "application/json"  # which no browser executes
        if inline or tag == "style" or (tag == "script" and "src" not in named and not is_data):
            self.forbidden.append(f"<{tag} {named}>")


def body(client: Client, path: str = "/", language: str = "sv", **headers: str) -> str:
    response = client.get(path, headers={"Accept-Language": language, **headers})
    assert response.status_code == 200
    return str(response.content.decode())


def table_rows(html: str) -> list[str]:
    """Region codes in the order of the table's rows."""
    return re.findall(r'<tr id="r-(\d\d)"', html)


def test_the_21_published_rates_are_on_the_page(db: None, client: Client) -> None:
    html = body(client)
    rates = PublishedRate.objects.filter(year=2022)
    assert len(rates) == 21
    for published in rates:
        row = html.split(f'id="r-{published.region_id}"')[1].split("</tr>")[0]
        assert f"<strong>{str(published.rate).replace('.', ',')}</strong>" in row


def test_the_nation_has_1608_posts_and_15_35(db: None, client: Client) -> None:
    footing = body(client).split("<tfoot>")[1].split("</tfoot>")[0]
    assert f">1{NBSP}608<" in footing
    assert ">15,35<" in footing


def test_the_opening_sentence_names_the_four_below_the_limit(db: None, client: Client) -> None:
    lede = body(client, language="en").split("pp-lede")[1].split("</p>")[0]
    assert "Stockholm, Uppsala, Västra Götaland and Skåne are below the limit of 15.35" in lede
    assert "The other 17 regions reach it." in lede


def test_the_opening_sentence_follows_the_figures(db: None, client: Client) -> None:
    Baseline.objects.filter(region="19").update(planned_posts=42)
    lede = body(client, language="en").split("pp-lede")[1].split("</p>")[0]
    assert "Västra Götaland, Skåne and Västmanland are below" in lede
    assert "The other 16 regions reach it." in lede


def test_a_changed_plan_is_said_to_differ_from_what_was_published(db: None, client: Client) -> None:
    assert "equal the published ones" in body(client, language="en")
    Baseline.objects.filter(region="19").update(planned_posts=42)
    assert "differs from the published one for Västmanland" in body(client, language="en")


def test_posts_and_inhabitants_are_marked_as_reconstructed(db: None, client: Client) -> None:
    html = body(client, "/?region=03", language="en")
    caption = html.split("<caption>")[1].split("</caption>")[0]
    card = html.split('class="pp-mapcard"')[1].split("</div>")[0]
    assert "Reconstructed" in caption
    assert "Reconstructed" in card


def test_a_figure_that_is_made_up_puts_the_banner_on_the_page(db: None, client: Client) -> None:
    assert "pp-demo" not in body(client)
    Baseline.objects.filter(region="03").update(standing=Standing.SYNTHETIC)
    assert "pp-demo" in body(client)


def test_four_counties_are_hatched_and_all_are_links(db: None, client: Client) -> None:
    html = body(client)
    assert html.count('class="hatch"') == 4
    assert html.count('class="pp-map__c"') == 21


def test_a_missing_plan_leaves_the_county_unfilled_and_the_cells_marked(db: None, client: Client) -> None:
    Baseline.objects.filter(region="03").delete()
    html = body(client, "/?region=03", language="en")
    row = html.split('id="r-03"')[1].split("</tr>")[0]
    assert row.count("not available") == 2
    assert 'class="base c0"' in html
    assert "Figures are not available for Uppsala." in html
    assert table_rows(html)[-1] == "03"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "03",
            [
                "Region Uppsala",
                "12.64",
                "50 AT posts 2022",
                f"395{NBSP}570 inhabitants",
                "<strong>11 posts</strong>",
            ],
        ),
        ("19", ["Region Västmanland", "15.38", "Reaches the limit", "<strong>43 posts</strong>"]),
    ],
)
def test_the_card_of_a_county(db: None, client: Client, code: str, expected: list[str]) -> None:
    whole = body(client, f"/?region={code}", language="en")
    fragment = body(client, f"/?region={code}", language="en", **HTMX)
    for text in expected:
        assert text in whole
        assert text in fragment
    assert "pp-map__lead" in whole
    assert fragment.strip() in whole


def test_htmx_gets_the_card_alone_and_caches_keep_the_two_apart(db: None, client: Client) -> None:
    response = client.get("/?region=03", headers=HTMX)
    assert b"<html" not in response.content
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.parametrize(
    "query",
    [
        "region=00",
        "region=",
        "region=03%27%20OR%201",
        "region=" + "9" * 5000,
        "sort=no-such",
        "sort=value&dir=sideways",
        "sort=&dir=",
        "sort=base&sort=name&region=01&region=03",
        "region=%F0%9F%98%80&sort=%FF",
    ],
)
def test_an_unknown_choice_falls_back(db: None, client: Client, query: str) -> None:
    assert len(table_rows(body(client, f"/?{query}"))) == 21
    body(client, f"/?{query}", **HTMX)


@pytest.mark.parametrize(
    ("query", "first", "last", "heading", "order"),
    [
        ("", "09", "01", "value", "descending"),
        ("?sort=value&dir=asc", "01", "09", "value", "ascending"),
        ("?sort=base", "01", "09", "base", "descending"),
        ("?sort=base&dir=asc", "09", "01", "base", "ascending"),
        ("?sort=name", "10", "05", "name", "ascending"),
        ("?sort=name&dir=desc", "05", "10", "name", "descending"),
    ],
)
def test_the_table_sorts_by_link(
    db: None, client: Client, query: str, first: str, last: str, heading: str, order: str
) -> None:
    html = body(client, f"/{query}")
    codes = table_rows(html)
    assert (codes[0], codes[-1]) == (first, last)
    headings = re.findall(r'<th scope="col"([^>]*)>', html)
    columns = dict(zip(["name", "base", "value", "bars"], headings, strict=True))
    assert f'aria-sort="{order}"' in columns[heading]
    assert html.count("aria-sort=") == 1


def test_a_sort_link_turns_the_order_and_keeps_the_county(db: None, client: Client) -> None:
    links = Page(body(client, "/?region=03&sort=base&dir=desc")).links
    assert "?sort=base&dir=asc&region=03" in links
    assert "?sort=name&region=03" in links


def test_the_line_between_above_and_below_stands_only_where_the_order_is_by_rate(
    db: None, client: Client
) -> None:
    def cut(query: str) -> list[str]:
        return re.findall(r'<tr id="r-(\d\d)" class="[^"]*is-cut', body(client, query))

    assert cut("/") == ["19"]
    assert len(cut("/?sort=value&dir=asc")) == 1
    assert cut("/?sort=name") == []


@pytest.mark.parametrize("regions", [1, 21])
def test_the_number_of_queries_does_not_grow_with_the_regions(
    db: None, client: Client, django_assert_num_queries: DjangoAssertNumQueries, regions: int
) -> None:
    Baseline.objects.filter(region="03").update(planned_posts=50 + regions)  # a state that no page is kept of
    if regions == 1:
        for model in (Baseline, Inhabitants, PublishedRate):
            model._default_manager.exclude(region="03").delete()
    with django_assert_num_queries(7):  # the version, five reads of it, and the version again
        client.get("/?region=03")
    with django_assert_num_queries(1):  # the version, which tells that the page at hand is right
        client.get("/?region=03")


@pytest.mark.django_db
def test_without_data_the_page_says_what_will_appear(client: Client) -> None:
    for model in (PublishedRate, Baseline, Inhabitants, Region):
        model._default_manager.all().delete()
    html = body(client, language="en")
    assert "There are no results yet" in html
    assert "<table" not in html


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?region=03",
        "/accessibility/",
        "/contact/",
        "/privacy/",
        "/accounts/login/",
    ],
)
def test_every_link_leads_somewhere(db: None, client: Client, path: str) -> None:
    page = Page(body(client, path))
    assert len(page.ids) == len(set(page.ids))
    for link in sorted(set(page.links)):
        target = urlsplit(urljoin(path, link))
        if target.netloc:
            continue
        answer = client.get(f"{target.path}?{target.query}")
        assert answer.status_code == 200, link
        if target.fragment:
            assert target.fragment in Page(answer.content.decode()).ids, link


@pytest.mark.parametrize(
    "path",
    ["/", "/?region=03", "/accessibility/", "/privacy/", "/accounts/login/", "/accounts/password/reset/"],
)
def test_no_page_needs_what_the_security_policy_forbids(db: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert Page(response.content.decode()).forbidden == []
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]


def test_language_follows_the_visitor_and_the_switch_stays_on_the_page(db: None, client: Client) -> None:
    assert '<html lang="sv">' in body(client, language="sv")
    assert '<html lang="sv">' in body(client, language="de")
    assert '<html lang="en">' in body(client, language="en")
    switched = client.post(reverse("set_language"), {"language": "en", "next": "/?region=03&sort=name"})
    assert switched["Location"] == "/?region=03&sort=name"
    assert '<html lang="en">' in body(client, language="sv")


def test_svg_geometry_has_decimal_points_in_swedish(db: None, client: Client) -> None:
    html = body(client, "/?region=03")
    widths = re.findall(r'class="pp-bar__fill[^"]*" x="0.0" width="([^"]+)"', html)
    assert len(widths) == 21
    assert all(0 < Decimal(width) <= 300 for width in widths)
    assert 'cx="237.9" cy="657.9"' in html
    assert 'd="M153.5 -10V24"' in html


@pytest.mark.parametrize("path", ["/contact/", "/accessibility/"])
def test_whoever_needs_the_agency_finds_how_to_reach_it(
    db: None, client: Client, settings: Settings, path: str
) -> None:
    unstated = body(client, path, language="en")
    assert "has not stated how the agency is reached" in unstated
    assert "mailto:" not in unstated
    settings.AGENCY_EMAIL, settings.AGENCY_PHONE = "platsplan@agency.example", "08-465 004 00"
    stated = body(client, path, language="en")
    assert "mailto:platsplan@agency.example" in Page(stated).links
    assert "08-465 004 00" in stated
    assert "has not stated" not in stated
    assert "Platsplan is run by Myndigheten för prov." in stated


def test_the_accessibility_statement_says_what_the_law_asks_for(db: None, client: Client) -> None:
    # DIGG's regulations: who, how far, what is lacking, how it was assessed and when, where to complain.
    html = body(client, "/accessibility/", language="sv")
    for words in (
        "Myndigheten för prov",
        "2018:1937",
        "delvis förenlig",
        "Det som inte är tillgängligt",
        "oskäligt betungande",
        "bedömt tjänsten själva",
        "Redogörelsen uppdaterades senast",
    ):
        assert words in html
    assert "https://www.digg.se/tdosanmalan" in Page(html).links


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("path", ["/", "/accessibility/", "/contact/", "/privacy/"])
def test_the_open_pages_only_read(db: None, client: Client, method: str, path: str) -> None:
    assert getattr(client, method)(path).status_code == 405


def test_a_page_that_is_not_there_says_so_in_our_look(db: None, client: Client) -> None:
    response = client.get("/no-such-page/", headers={"Accept-Language": "en"})
    assert response.status_code == 404
    html = response.content.decode()
    assert "The page was not found" in html
    assert "pp-header" in html
    assert reverse("publication:results") in Page(html).links


def test_a_form_without_its_token_is_refused_in_our_look(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post(
        reverse("account_login"), {}, headers={"Accept-Language": "en"}
    )
    assert response.status_code == 403
    assert "The form had become too old" in response.content.decode()


def test_the_visitor_decides_what_the_menu_holds(db: None, client: Client) -> None:
    assert reverse("account_login") in Page(body(client)).links
    client.force_login(make_region_member("03", name="Maria Lindqvist"))
    html = body(client)
    assert "/report/" in Page(html).links
    assert "Maria Lindqvist" in html
    assert "Region Uppsala" in html
    assert reverse("admin:index") not in Page(html).links
    client.force_login(make_officer())
    html = body(client)
    assert reverse("admin:index") in Page(html).links
    assert "/report/" not in Page(html).links


def test_the_outlines_are_those_of_the_regions(db: None) -> None:
    assert set(counties()) == set(Region.objects.values_list("code", flat=True))
