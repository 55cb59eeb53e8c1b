"""What a search engine and a screen reader are told of each open page."""

import html
import re

import pytest
from django.test import Client

PAGES = [
    "/",
    "/?measure=kr&year=2024",
    "/compare/",
    "/regions/03/",
    "/regions/20/",
    "/method/",
    "/method/at-2022/",
    "/method/at-2024/",
    "/method/at-2022/calculator/",
    "/open-data/",
    "/api/v1/docs",
    "/verify/",
    "/accessibility/",
    "/privacy/",
    "/contact/",
]


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_open_page_has_a_description_of_its_own(client: Client, language: str) -> None:
    found = {}
    for path in PAGES:
        page = client.get(path, headers={"Accept-Language": language}).content.decode()
        [said] = re.findall(r'<meta name="description" content="([^"]*)">', page)
        assert 40 < len(html.unescape(said)) < 170, path
        found[path] = said
    assert len(set(found.values())) == len(PAGES)


@pytest.mark.django_db
def test_every_cell_of_the_results_has_a_heading(client: Client) -> None:
    page = client.get("/").content.decode()
    head = page.split("pp-table--results")[1].split("<thead>")[1].split("</thead>")[0]
    body = page.split("pp-table--results")[1].split("<tbody>")[1].split("</tr>")[0]
    assert "<td" not in head
    assert len(re.findall(r'<th scope="col"', head)) == len(re.findall(r"<t[hd]\b", body))
