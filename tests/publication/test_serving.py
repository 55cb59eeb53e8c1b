"""What is open is made once, sent often, and left behind at once when something is published."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread
from typing import Any
from unittest import mock

import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from allocation.services.publications import publish_run, withdraw_publication
from publication import keeping, opendata, selectors
from publication.keeping import Newest
from publication.validators import shown_since
from reporting.models import ReportingRound
from tests.factories import make_region_member
from tests.publication.published import Published, next_second

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
RUN = "/open-data/2022-2024/at-2022/run-1/"
KEPT = (
    "/?measure=kr",
    "/regions/03/",
    "/regions/03/curve-2022.json",
    "/compare/?regions=03,09",
    "/method/",
    "/method/at-2022/",
    "/method/at-2022/calculator/",
    "/method/at-2022/calculator/?region=03",
    "/open-data/",
    "/open-data/catalogue.ttl",
    *(f"{RUN}{name}" for name in ("figures.csv", "traces.json", "rates.xlsx", "bundle.json")),
)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches["pages"].clear()


def get(path: str, **headers: str) -> Any:
    """The answer to somebody without any cookie."""
    return Client().get(path, headers={"accept-language": "en"} | headers)


@contextmanager
def process(number: int, held: dict[int, tuple[Newest, Newest, dict]]) -> Iterator[None]:
    """Be another process of the web: with what it has read and kept itself, and nothing else."""
    pages = LocMemCache(f"process {number}", {})
    version = selectors.open_version
    fresh = (Newest(selectors._read, version), Newest(opendata._read, version), dict[str, Any]())
    figures, data, met = held.setdefault(number, fresh)
    with (
        mock.patch.object(keeping, "caches", {"pages": pages}),
        mock.patch.object(selectors, "_figures", figures),
        mock.patch.object(opendata, "_data", data),
        mock.patch.object(selectors, "_met", met),
    ):
        yield


@pytest.mark.parametrize("path", KEPT)
def test_what_is_open_costs_one_query_once_it_was_made_and_is_not_sent_twice(
    published: Published, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    first = get(path)
    assert first["Cache-Control"] == "public, no-cache"
    with django_assert_num_queries(1):
        second = get(path)
    assert (second.content, second["ETag"]) == (first.content, first["ETag"])
    for header in (
        {"if-none-match": first["ETag"]},
        {"if-modified-since": next_second(first["Last-Modified"])},
    ):
        unsent = get(path, **header)
        assert (unsent.status_code, unsent.content, unsent["ETag"]) == (304, b"", first["ETag"])
    assert get(path, **{"if-none-match": 'W/"other"'}).status_code == 200


def test_each_year_measure_order_region_and_language_has_a_page_of_its_own(published: Published) -> None:
    addresses = (
        "/",
        "/?year=2023",
        "/?measure=kr",
        "/?measure=kr&year=2024",
        "/?sort=name",
        "/?sort=name&dir=desc",
        "/?region=03",
        "/compare/?regions=03",
        "/compare/?regions=03&year=2023",
    )
    asked = [(path, language) for path in addresses for language in ("sv", "en")]
    bodies = [get(path, **{"accept-language": language}).content for path, language in asked]
    assert len(set(bodies)) == len(asked)
    for (path, language), body in zip(asked, bodies, strict=True):
        assert get(path, **{"accept-language": language}).content == body
    card = get("/?region=03", **{"hx-request": "true", "hx-target": "mapcard"})
    assert card.content not in bodies


def test_a_publication_and_its_withdrawal_reach_every_process_at_once(published: Published) -> None:
    held: dict[int, tuple[Newest, Newest, dict]] = {}

    def seen() -> list[tuple[bool, int, int]]:
        found = []
        for number in (1, 2):
            with process(number, held):
                page = get("/?measure=kr").content
                found.append(
                    (
                        b'id="r-03"' in page,
                        get("/regions/03/curve-2022.json").status_code,
                        get(f"{RUN}awards.csv").status_code,
                    )
                )
        return found

    shown, gone = (True, 200, 200), (False, 404, 404)
    assert seen() == [shown, shown]
    assert seen() == [shown, shown]
    withdraw_publication(
        publication_id=published.publication.pk, by=published.decider, reason="Fel.", at=datetime.now(UTC)
    )
    assert seen() == [gone, gone]
    publish_run(run=published.hidden, by=published.decider, at=datetime.now(UTC))
    assert [one[0] for one in seen()] == [True, True]


def test_a_round_that_is_renamed_is_renamed_on_the_open_pages_at_once(published: Published) -> None:
    assert b"A name of its own" not in get("/regions/03/").content + get("/open-data/").content
    ReportingRound.objects.filter(pk=published.round.pk).update(name="A name of its own")
    assert b"A name of its own" in get("/regions/03/").content


def test_nothing_of_who_is_signed_in_is_kept_nor_of_who_brings_a_session_that_has_ended(
    published: Published,
) -> None:
    member = make_region_member("12", name="Maria Lindqvist")
    client = Client()
    client.force_login(member)
    stale, told = Client(), Client()
    stale.cookies["sessionid"] = "x" * 32
    told.cookies["messages"] = "x"
    for path in ("/", "/regions/12/", "/method/", "/method/at-2022/", "/open-data/"):
        for visitor in (client, stale, told):
            answer = visitor.get(path)
            assert answer["Cache-Control"] == "private, no-cache"
            assert "Cookie" in answer["Vary"]
            assert "ETag" not in answer
        assert "Maria Lindqvist" in client.get(path).content.decode()
    assert not caches["pages"]._cache  # type: ignore[attr-defined]
    for path in ("/", "/regions/12/"):
        assert "Maria Lindqvist" not in get(path).content.decode()
        # And the other way round: what is kept for all is not what they get.
        assert "Maria Lindqvist" in client.get(path).content.decode()


def test_a_cookie_of_another_site_gets_the_page_that_is_kept(published: Published) -> None:
    first = get("/")
    client = Client(headers={"accept-language": "en"})
    client.cookies["_other"] = "1"
    assert client.get("/")["ETag"] == first["ETag"]
    assert len(caches["pages"]._cache) == 1  # type: ignore[attr-defined]


def test_what_is_typed_into_the_calculator_is_not_kept(published: Published) -> None:
    for typed in ("region=03&posts=60", "region=x", "planned=1", "region=03&inhabitants=7"):
        assert "ETag" not in get(f"/method/at-2022/calculator/?{typed}")
    assert not caches["pages"]._cache  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("takes", "packed"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip;q=0", False), ("gzip; q=0.0", False), ("br", False)],
)
def test_pages_are_packed_for_those_who_take_it(published: Published, takes: str, packed: bool) -> None:
    answer = get("/", **{"accept-encoding": takes})
    assert (answer.get("Content-Encoding") == "gzip") is packed
    assert (answer.content[:2] == b"\x1f\x8b") is packed


def test_a_page_of_the_second_before_a_publication_is_not_taken_for_the_one_after(
    published: Published,
) -> None:
    moments = [AT + timedelta(milliseconds=50 * number) for number in range(1, 20)]
    with mock.patch("django.utils.timezone.now", side_effect=moments):
        before = get("/?measure=kr")
        withdraw_publication(
            publication_id=published.publication.pk, by=published.decider, reason="Fel.", at=AT
        )
        after = get("/?measure=kr", **{"if-modified-since": before["Last-Modified"]})
    assert after.status_code == 200
    # A date is never later than now (RFC 9110, 8.8.2.1).
    assert before["Last-Modified"] == after["Last-Modified"] == "Tue, 03 Feb 2026 12:00:00 GMT"
    assert shown_since(AT) == AT
    assert shown_since(AT + timedelta(microseconds=1)) == AT + timedelta(seconds=1)


def test_many_who_ask_at_once_wait_for_one_who_makes_it() -> None:
    together, begun, go_on = Barrier(8), Event(), Event()
    made: list[int] = []
    got: list[bytes] = []

    def make() -> bytes:
        made.append(1)
        begun.set()
        go_on.wait(10)
        return b"a page"

    def ask() -> None:
        together.wait(10)
        got.append(keeping.kept_or_made(keeping.key_of("one"), make).body)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert (len(made), got) == (1, [b"a page"] * 8)


def test_what_cannot_be_made_is_asked_for_again() -> None:
    key = keeping.key_of("one")
    with pytest.raises(ZeroDivisionError):
        keeping.kept_or_made(key, lambda: bytes(1 // 0))
    assert keeping.kept_or_made(key, lambda: b"a page").body == b"a page"


def test_keys_tell_their_parts_apart() -> None:
    assert keeping.key_of("a", "b") != keeping.key_of("a\0001 b")
    assert keeping.key_of("ab", "") != keeping.key_of("a", "b")
