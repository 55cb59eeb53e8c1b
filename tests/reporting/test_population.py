"""Population references: read from Statistics Sweden's file, looked at, kept, and never changed once used."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from allocation import runner
from allocation.models import Recomputation
from reporting.errors import FieldProblem, NotAllowed
from reporting.models import Inhabitants, PopulationReference, Region, Standing
from reporting.pxweb import PxWebManyYears, PxWebRefused, read_population
from reporting.services.population import (
    PopulationSource,
    compare_population,
    load_population,
    national_total,
)
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user, moment
from tests.reporting.pxweb_files import persons_now, pxweb_csv

pytestmark = pytest.mark.django_db
ADD = "/admin/reporting/populationreference/add/"


def counties() -> dict[str, str]:
    return dict(Region.objects.order_by("code").values_list("code", "county"))


def source(**fields: Any) -> PopulationSource:
    return PopulationSource(
        **{
            "title": "Folkmängd 31 december 2023",
            "slug": "actual-2023-12-31",
            "reference_date": date(2023, 12, 31),
            "standing": Standing.OFFICIAL,
            "source": "SCB",
            "licence": "CC0",
            "file_name": "folkmangd.csv",
            "file_sha256": "0" * 64,
            **fields,
        }
    )


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"delimiter": ","},
        {"delimiter": "\t", "encoding": "iso-8859-1"},
        {"encoding": "utf-8", "thousands": " "},
        {"thousands": "\u00a0", "encoding": "iso-8859-1"},
        {"title": "Folkmängd efter region och år", "note": "Källa: SCB"},
        {"nation": None},
    ],
    ids=["semicolons", "commas", "tabs", "spaces", "no-break spaces", "title and note", "no country"],
)
def test_a_table_is_read_however_it_was_exported(shape: dict[str, Any]) -> None:
    persons = persons_now()
    table = read_population(pxweb_csv(persons, **shape), counties=counties())
    assert dict(table.persons) == persons
    assert table.year == 2023
    assert table.nation == (None if "nation" in shape else sum(persons.values()))


def test_of_several_years_one_must_be_named() -> None:
    rows = [f"{code} {name};100;{200 + int(code)}" for code, name in counties().items()]
    content = "\n".join(["region;2022;2023", *rows]).encode()
    with pytest.raises(PxWebManyYears, match="2022, 2023"):
        read_population(content, counties=counties())
    assert read_population(content, counties=counties(), year=2023).persons["03"] == 203
    with pytest.raises(PxWebRefused, match="no column for 2021"):
        read_population(content, counties=counties(), year=2021)


BROKEN = {
    "empty": (lambda good: b" \n", "empty"),
    "too large": (lambda good: good + b" " * 200_001, "larger than 200 kB"),
    "a workbook": (lambda good: b"PK\x03\x04\x00\x00" + good, "not a text file"),
    "UTF-16": (lambda good: good.decode("utf-8-sig").encode("utf-16"), "not a text file"),
    "no heading": (lambda good: good.split(b"\r\n", 1)[1], "No heading"),
    "no year": (lambda good: good.replace(b" 2023", b""), "No column has a year"),
    "a municipality": (lambda good: good + b'"0114 Upplands V\xc3\xa4sby";"48000"\r\n', "not the code"),
    "twice": (lambda good: good + b'"03 Uppsala l\xc3\xa4n";"1"\r\n', "several rows"),
    "one region short": (lambda good: good.replace(b'"03 Uppsala', b'"x Uppsala'), "not a region"),
    "another county's name": (lambda good: good.replace(b'"03 Uppsala', b'"03 Gotlands'), "03 is Uppsala"),
    "a formula": (lambda good: good.replace(b';"395026"', b';"=1+1"'), "not a whole number"),
    "half a person": (lambda good: good.replace(b';"395026"', b';"395026,5"'), "not a whole number"),
    "nobody": (lambda good: good.replace(b';"395026"', b';"0"'), "cannot be right"),
    "less than nobody": (lambda good: good.replace(b';"395026"', b';"-5"'), "not a whole number"),
    "missing": (lambda good: good.replace(b';"395026"', b';".."'), "not a whole number"),
    "digits without end": (
        lambda good: good.replace(b';"395026"', b';"' + b"9" * 5000 + b'"'),
        "whole number",
    ),
    "open quotation mark": (lambda good: good + b'"25 Norr', "quotation marks|not a region|several"),
    "rows without end": (lambda good: good + b"a\n" * 3000, "more rows"),
    "columns without end": (lambda good: good + b";" * 100, "more rows or columns"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_such_table_is_refused_and_says_why(name: str) -> None:
    breaking, words = BROKEN[name]
    with pytest.raises(PxWebRefused, match=words):
        read_population(breaking(pxweb_csv(persons_now())), counties=counties())


def test_a_region_that_is_missing_is_named() -> None:
    persons = persons_now()
    del persons["09"]
    with pytest.raises(PxWebRefused, match="09 Gotlands län"):
        read_population(pxweb_csv(persons), counties=counties())


@pytest.mark.parametrize(
    ("in_file", "typed", "words"),
    [
        (None, None, "Type the national total"),
        (100, 99, "is typed here"),
        (101, None, "a difference of 1"),
        (None, 99, "a difference of 1"),
    ],
)
def test_the_regions_must_sum_to_the_country(in_file: int | None, typed: int | None, words: str) -> None:
    with pytest.raises(FieldProblem, match=words):
        national_total(in_file=in_file, typed=typed, regions=100)
    assert national_total(in_file=100, typed=100, regions=100) == 100


def test_large_changes_are_marked_and_must_be_confirmed() -> None:
    persons = persons_now()
    before = Inhabitants.objects.get(reference__slug="projection-2022", region="09").persons
    persons["09"] = before * 104 // 100
    assert not compare_population(persons, reference_date=date(2023, 12, 31)).much
    persons["09"] += 1
    [much] = compare_population(persons, reference_date=date(2023, 12, 31)).much
    assert much.region.code == "09"
    details: dict[str, Any] = {"persons": persons, "nation": sum(persons.values()), "at": moment()}
    officer = make_officer()
    with pytest.raises(FieldProblem, match="changed much"):
        load_population(source=source(), much_confirmed=False, by=officer, **details)
    assert not PopulationReference.objects.filter(slug="actual-2023-12-31").exists()
    reference = load_population(source=source(), much_confirmed=True, by=officer, **details)
    assert reference.inhabitants.count() == 21
    with pytest.raises(FieldProblem, match="already exists") as refused:
        load_population(source=source(), much_confirmed=True, by=officer, **details)
    assert refused.value.field == "slug"
    with pytest.raises(NotAllowed):
        load_population(source=source(slug="x"), much_confirmed=True, by=make_user(is_staff=True), **details)


def test_a_reference_that_a_run_was_computed_from_never_changes() -> None:
    projected = PopulationReference.objects.get(slug="projection-2022")
    Inhabitants.objects.filter(reference=projected, region="03").update(persons=395_000)  # not used yet
    make_submission(make_round(), "03", by=make_region_member("03"))
    for request in Recomputation.objects.all():
        runner.recompute(request.pk, at=moment())
    projected.refresh_from_db()
    assert projected.is_used
    mine = Inhabitants.objects.filter(reference=projected, region="03")
    for change in (
        lambda: mine.update(persons=1),
        mine.delete,
        lambda: PopulationReference.objects.filter(pk=projected.pk).update(reference_date=date(2000, 1, 1)),
        lambda: PopulationReference.objects.filter(pk=projected.pk).update(is_used=False),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert not PopulationReference.objects.get(slug="actual-2021-12-31").is_used


def test_nothing_is_saved_before_the_table_has_been_looked_at(client: Client) -> None:
    client.force_login(make_officer())
    persons = persons_now()
    persons["09"] += 20_000
    typed = {
        "title": "Folkmängd 31 december 2023",
        "slug": "actual-2023-12-31",
        "reference_date": "2023-12-31",
        "standing": "official",
        "source": "SCB, tabell BE0101N1, hämtad 22 februari 2024",
        "licence": "CC0",
    }

    def sent(content: bytes, **fields: str) -> Any:
        return client.post(ADD, {**typed, **fields, "file": SimpleUploadedFile("folk.csv", content)})

    assert client.get(ADD).status_code == 200
    wrong_year = sent(pxweb_csv(persons), reference_date="2022-12-31")
    assert set(wrong_year.context["form"].errors) == {"reference_date"}
    seen = sent(pxweb_csv(persons))
    assert (seen.status_code, PopulationReference.objects.count()) == (200, 2)
    assert [row.region.code for row in seen.context["comparison"].much] == ["09"]
    sealed = seen.context["form"].initial["seen"]

    assert client.post(ADD, {"seen": sealed}).status_code == 400
    assert client.post(ADD, {"seen": sealed[:-3] + "abc"}).status_code == 302  # altered
    assert PopulationReference.objects.count() == 2
    kept = client.post(ADD, {"seen": sealed, "much_confirmed": "on"})
    reference = PopulationReference.objects.get(slug="actual-2023-12-31")
    assert kept["Location"] == f"/admin/reporting/populationreference/{reference.pk}/change/"
    assert reference.national_total == sum(persons.values())
    assert (reference.licence, len(reference.file_sha256)) == ("CC0", 64)
    assert client.get(kept["Location"]).status_code == 200
