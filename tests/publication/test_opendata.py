"""The open data: only what is published, and the same figures in every form."""

import csv
import html
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from allocation.services.publications import publish_run, withdraw_publication
from publication import opendata
from publication.opendata_files import file_of
from publication.opendata_results import RESULTS
from publication.opendata_rows import RUN_TABLES
from publication.opendata_tables import PLAN, Column, Kind, Table
from reporting.reference import REGIONS_CSV
from tests.publication.published import Published, next_second

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parent.parent.parent
RUN_1 = "/open-data/2022-2024/at-2022/run-1/"
# Years, numbers of runs, versions and steps are counted, not measured.
UNITLESS = {"year", "run", "step", "report_version"}


@pytest.fixture(autouse=True)
def nothing_at_hand() -> None:
    """Every file is read and made anew."""
    caches["pages"].clear()
    opendata._data.forget()


def got(client: Client, address: str, **headers: str) -> bytes:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content


def rows_of(client: Client, address: str, extension: str) -> list[dict[str, Any]]:
    """A file's rows as dictionaries, whichever its form."""
    content = got(client, f"{address}.{extension}")
    if extension == "csv":
        return list(csv.DictReader(io.StringIO(content.decode())))
    if extension == "json":
        return list(json.loads(content)["rows"])
    head, *rows = load_workbook(io.BytesIO(content))["data"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def printed_rates() -> dict[str, str]:
    """Region code -> the rate of 2022 as it was printed, from the file that comes with the product."""
    with REGIONS_CSV.open(encoding="utf-8") as file:
        rates = {row["code"]: row["published_rate_2022"] for row in csv.DictReader(file)}
    assert len(rates) == 21
    return rates


def test_the_21_published_rates_are_those_of_the_bundle(published: Published, client: Client) -> None:
    bundle = json.loads(got(client, f"{RUN_1}bundle.json"))
    assert {one["code"]: one["planned_rate"] for one in bundle["results"]["regions"]} == printed_rates()


@pytest.mark.parametrize("extension", ["csv", "json", "xlsx"])
def test_the_21_published_rates_are_the_same_in_every_file(
    published: Published, client: Client, extension: str
) -> None:
    rates = printed_rates()
    for address in ("/open-data/rates", "/open-data/results", f"{RUN_1}rates"):
        rows = [row for row in rows_of(client, address, extension) if str(row["year"]) == "2022"]
        for column in ("planned_rate", "published_rate"):
            found = {row["region_code"]: f"{float(row[column]):.2f}" for row in rows}
            assert found == rates


def test_all_files_of_a_table_say_the_same(published: Published, client: Client) -> None:
    def plain(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)

    for table in ("figures", "awards", "traces"):
        first = rows_of(client, RUN_1 + table, "csv")
        assert first
        assert list(first[0]) == [column.name for column in RUN_TABLES[table].columns]
        for extension in ("json", "xlsx"):
            rows = [
                {name: plain(value) for name, value in row.items()}
                for row in rows_of(client, RUN_1 + table, extension)
            ]
            assert rows == first


def test_the_table_of_the_open_pages_says_what_they_say(published: Published, client: Client) -> None:
    rows = rows_of(client, "/open-data/results", "csv")
    assert [(row["region_code"], row["year"]) for row in rows[:4]] == [
        ("01", "2022"),
        ("01", "2023"),
        ("01", "2024"),
        ("03", "2022"),
    ]
    assert len(rows) == 63
    by_place = {(row["region_code"], row["year"]): row for row in rows}
    uppsala, dalarna = by_place["03", "2022"], by_place["20", "2022"]
    assert (uppsala["reported_posts"], uppsala["change"], uppsala["reported_rate"]) == ("58", "8", "14.66")
    assert (uppsala["reports_run"], uppsala["grant_state"]) == ("2022-2024/at-2022/run-1", "preliminary")
    assert (dalarna["reported_posts"], dalarna["reports_standing"], dalarna["total_kr"]) == ("", "", "0")
    assert by_place["03", "2023"]["total_kr"] == ""
    total = sum(int(row["total_kr"]) for row in rows if row["total_kr"])
    assert total == published.run.allocated_kr


def test_a_region_or_year_can_be_had_alone(published: Published, client: Client) -> None:
    def kept(address: str) -> set[tuple[str, str]]:
        rows = csv.DictReader(io.StringIO(got(client, address).decode()))
        return {(row["region_code"], row.get("year", "")) for row in rows}

    assert kept("/open-data/results.csv?region=03&year=2023") == {("03", "2023")}
    assert len(kept("/open-data/results.csv?year=2023")) == 21
    for table in RUN_TABLES:
        assert {code for code, _year in kept(f"{RUN_1}{table}.csv?region=09")} == {"09"}
    answer = client.get(f"{RUN_1}traces.json?region=09&junk=1")
    assert 'filename="platsplan-2022-2024-at-2022-run-1-traces-09.json"' in answer["Content-Disposition"]
    assert json.loads(answer.content)["about"]["source"].endswith("/traces.json?region=09")
    latest = client.get("/open-data/2022-2024/at-2022/latest/traces.json?region=09")
    assert latest["Location"] == f"{RUN_1}traces.json?region=09"


def test_a_regions_page_leads_to_its_files_and_to_the_check(published: Published, client: Client) -> None:
    page = got(client, "/regions/09/").decode()
    section = page.split('id="downloads"')[1]
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', section)]
    files = [link for link in links if link.startswith("/open-data/") and "." in link]
    assert len(files) == 10
    for link in files:
        assert client.get(link).status_code == 200, link
    [calculator] = [link for link in links if "/calculator/" in link]
    assert "region=09&posts=17" in calculator
    assert client.get(calculator).status_code == 200
    for command in ("verify", "explain --region 09"):
        assert f"python -m allocation.engine {command} platsplan-2022-2024-at-2022-run-1.json" in section


@pytest.mark.parametrize("table", [RESULTS, PLAN, *RUN_TABLES.values()], ids=lambda table: table.key)
def test_every_column_of_every_file_is_described(published: Published, client: Client, table: Table) -> None:
    folder = "/open-data/" if table in (RESULTS, PLAN) else RUN_1
    address = f"{folder}{table.key}"
    whole = json.loads(got(client, f"{address}.json"))
    described = {column["name"]: column for column in whole["columns"]}
    assert [list(row) for row in whole["rows"]] == [list(described)] * len(whole["rows"])
    assert list(rows_of(client, address, "csv")[0]) == list(described)
    assert list(rows_of(client, address, "xlsx")[0]) == list(described)
    page = got(client, "/open-data/", **{"Accept-Language": "sv"}).decode()
    for column in described.values():
        assert column["en"] != column["sv"], column
        assert html.escape(column["sv"]) in page
        assert column["unit"] or column["type"] in ("text", "json", "boolean") or column["name"] in UNITLESS
    book = load_workbook(io.BytesIO(got(client, f"{address}.xlsx")))
    explained = {row[0] for row in book["about"].values}
    assert set(described) <= explained


def test_a_workbook_is_the_same_bytes_each_time(published: Published, client: Client) -> None:
    packed = zipfile.ZipFile(io.BytesIO(got(client, f"{RUN_1}awards.xlsx")))
    assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    year = str(published.publication.published_at.year).encode()
    assert packed.read("docProps/core.xml").count(b">" + year) == 2


def test_every_row_names_its_run_and_the_checksum_of_the_rules(published: Published, client: Client) -> None:
    for table in RUN_TABLES:
        for row in rows_of(client, RUN_1 + table, "csv"):
            assert (row["round"], row["grant"], row["run"]) == ("2022-2024", "at-2022", "1")
            assert row["rules_version"] == published.run.rules_version
            assert row["rules_sha256"] == published.run.rules_sha256


def test_what_is_not_published_stands_in_no_file(published: Published, client: Client) -> None:
    figures = rows_of(client, f"{RUN_1}figures", "json")
    reported = {
        row["region_code"] for row in figures if row["kind"] == "reported" and row["posts"] is not None
    }
    assert reported == {"03", "09"}
    assert {row["posts"] for row in figures if row["region_code"] == "19"} == {43, None}
    everything = got(client, "/open-data/") + got(client, "/open-data/catalogue.ttl")
    everything += b"".join(
        got(client, f"{RUN_1}{table}.{extension}") for table in RUN_TABLES for extension in ("csv", "json")
    )
    everything += got(client, f"{RUN_1}bundle.json") + got(client, "/open-data/rates.csv")
    assert published.hidden.inputs_sha256.encode() not in everything
    assert not re.search(rf"(?<![0-9a-f.]){published.DRAFT_POSTS}(?![0-9a-f])".encode(), everything)
    assert b"/run-2/" not in everything
    hidden = RUN_1.replace("run-1", "run-2")
    for name in ("bundle.json", *(f"{table}.csv" for table in RUN_TABLES)):
        assert client.get(hidden + name).status_code == 404


def test_a_replaced_run_keeps_its_address_and_a_withdrawal_empties_them_all(
    published: Published, client: Client
) -> None:
    before = got(client, f"{RUN_1}awards.csv")
    newer = publish_run(run=published.hidden, by=published.decider, at=timezone.now())
    assert got(client, f"{RUN_1}awards.csv") == before
    latest = client.get("/open-data/2022-2024/at-2022/latest/awards.csv")
    assert latest["Location"] == RUN_1.replace("run-1", "run-2") + "awards.csv"
    assert got(client, latest["Location"]) != before
    withdraw_publication(publication_id=newer.pk, by=published.decider, reason="Fel", at=timezone.now())
    for address in (
        f"{RUN_1}awards.csv",
        latest["Location"],
        "/open-data/2022-2024/at-2022/latest/awards.csv",
    ):
        assert client.get(address).status_code == 404
    assert b"run-" not in got(client, "/open-data/catalogue.ttl")


@pytest.mark.parametrize("name", ["awards.csv", "awards.json", "awards.xlsx", "bundle.json"])
def test_a_file_is_sent_again_only_when_it_has_changed(
    published: Published, client: Client, name: str
) -> None:
    first = client.get(RUN_1 + name)
    assert client.get(RUN_1 + name, headers={"If-None-Match": first["ETag"]}).status_code == 304
    later = next_second(first["Last-Modified"])
    assert client.get(RUN_1 + name, headers={"If-Modified-Since": later}).status_code == 304
    assert client.get(RUN_1 + name, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    assert first["Access-Control-Allow-Origin"] == "*"


def test_a_file_costs_one_query_once_it_has_been_read(
    published: Published, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(16):
        got(client, f"{RUN_1}traces.json")
    with django_assert_num_queries(1):
        got(client, f"{RUN_1}traces.json")


@pytest.mark.parametrize("text", ["=1+1", "+46", "-x", "@SUM(A1)", "\t=1", "\r=1", '=cmd|" /C calc"!A0'])
def test_a_text_that_looks_like_a_formula_is_harmless(text: str) -> None:
    table = Table("t", "t", "t", (Column("a", Kind.TEXT, "a"), Column("b", Kind.WHOLE, "b")))
    made = {
        extension: file_of(extension, table, [{"a": text, "b": -3}], about={"note": text}, at=timezone.now())
        for extension in ("csv", "xlsx")
    }
    [_head, row] = csv.reader(io.StringIO(made["csv"].decode(), newline=""))
    assert row == ["'" + text, "-3"]
    book = load_workbook(io.BytesIO(made["xlsx"]))
    cells = [cell for sheet in book for cells in sheet.iter_rows() for cell in cells]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert book["data"]["B2"].value == -3


def test_the_command_on_the_page_verifies_the_bundle(
    published: Published, client: Client, tmp_path: Path
) -> None:
    page = got(client, "/open-data/").decode()
    [command] = re.findall(r"<code>(python -m [^<]+)</code>", page)
    assert command in (PROJECT / "docs" / "open-data.md").read_text()
    answer = client.get(f"{RUN_1}bundle.json")
    words = command.split()
    assert words[-1] in answer["Content-Disposition"]
    bundle = tmp_path / words[-1]

    def verified(content: bytes) -> int:
        bundle.write_bytes(content)
        line = [sys.executable, *words[1:-1], str(bundle)]
        return subprocess.run(line, cwd=PROJECT, capture_output=True).returncode

    assert verified(answer.content) == 0
    assert verified(answer.content.replace(b'"amount_kr": 0', b'"amount_kr": 1', 1)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/open-data/catalogue.csv",
        "/open-data/rates.pdf",
        "/open-data/results.pdf",
        "/open-data/results.csv?year=2031",
        "/open-data/results.csv?region=77",
        f"{RUN_1}awards.csv?region=09x",
        f"{RUN_1}awards.pdf",
        f"{RUN_1}drafts.csv",
        "/open-data/2022-2024/at-2024/run-1/awards.csv",
        "/open-data/other/at-2022/run-1/awards.csv",
        "/open-data/2022-2024/at-2022/run-99999999999999999999/awards.csv",
        "/open-data/2022-2024/at-2022/latest/../../x",
        "/open-data/rules/at-1999.toml",
    ],
)
def test_what_does_not_exist_is_not_found(published: Published, client: Client, address: str) -> None:
    assert client.get(address).status_code in (302, 404)
    assert not client.get(address).get("Location", "").startswith("http")


def test_the_page_works_with_nothing_published(published: Published, client: Client) -> None:
    withdraw_publication(
        publication_id=published.publication.pk, by=published.decider, reason="Fel", at=timezone.now()
    )
    page = got(client, "/open-data/", **{"Accept-Language": "en"}).decode()
    assert "No run is published yet" in page
