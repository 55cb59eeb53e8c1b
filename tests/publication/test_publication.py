"""What the agency has published is shown, and nothing else."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from allocation import runner
from allocation.errors import PublicationRefused
from allocation.models import AllocationRun, Publication, PublishedReport, Recomputation, RunRegion
from allocation.services.publications import publish_run, withdraw_publication
from publication.measures import MEASURES
from reporting.errors import NotAllowed
from reporting.models import ReportingRound, Role, User
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user, moment
from tests.kept import kept
from tests.publication.published import next_second

pytestmark = pytest.mark.django_db
NBSP = "\u00a0"
WAIT = {"at_wait": "7,3", "comment_at_2022": "Fler block."}
PATHS = (
    *(f"/?measure={measure.key}&year={year}&region=03" for measure in MEASURES for year in (2022, 2024)),
    "/regions/03/",
    "/compare/?regions=03,12",
)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches["pages"].clear()


def make_decider() -> User:
    return make_user(is_staff=True, groups=["Beslutsfattare"])


def computed(reporting_round: ReportingRound, *, day: int) -> AllocationRun:
    runner.recompute(Recomputation.objects.latest("pk").pk, at=moment(day))
    return AllocationRun.objects.filter(round_grant__reporting_round=reporting_round).latest("pk")


@pytest.fixture(scope="module")
def run_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """The key of the run that `run` gives."""
    with kept(django_db_blocker):
        reporting_round = make_round(slug="2022-2024")
        for code, posts in (("03", "60"), ("09", "17")):
            make_submission(
                reporting_round, code, by=make_region_member(code), at=moment(), at_2022=posts, **WAIT
            )
        made = computed(reporting_round, day=20)
        connection.check_constraints()
        yield made.pk


@pytest.fixture
def run(run_once: int, db: None) -> AllocationRun:
    """A run of what Uppsala and Gotland have reported."""
    return AllocationRun.objects.get(pk=run_once)


@pytest.fixture
def reporting_round(run: AllocationRun) -> ReportingRound:
    return run.round_grant.reporting_round


def get(path: str, *, language: str = "en") -> str:
    response = Client(headers={"accept-language": language}).get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def row(html: str, code: str = "03") -> str:
    return html.split(f'id="r-{code}"')[1].split("</tr>")[0]


def test_an_unpublished_runs_figures_and_amounts_are_in_no_open_answer(run: AllocationRun) -> None:
    uppsala = RunRegion.objects.get(run=run, region="03")
    assert uppsala.total_kr > 0
    assert run.round_grant.current_run_id == run.pk
    secrets = [f"{uppsala.total_kr:,}".replace(",", NBSP), "15.17", ">7.3<", "+10"]
    for path in PATHS:
        html = get(path)
        for secret in secrets:
            assert secret not in html, (path, secret)
    assert Client().get("/regions/03/curve-2022.json").status_code == 404
    # The same answers hold them once the agency has published, so the search above would have found them.
    publish_run(run=run, by=make_decider(), at=moment(21))
    whole = "".join(get(path) for path in PATHS)
    assert [secret for secret in secrets if secret not in whole] == []
    assert Client().get("/regions/03/curve-2022.json").status_code == 200


def test_what_comes_after_the_publication_does_not_show(
    reporting_round: ReportingRound, run: AllocationRun
) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    assert ">60<" in row(get("/?measure=reported"))
    make_submission(
        reporting_round,
        "03",
        by=make_region_member("03", Role.REPRESENTANT),
        at=moment(22),
        at_2022="61",
        **WAIT,
    )
    newer = computed(reporting_round, day=23)
    assert newer.pk != run.pk
    assert ">60<" in row(get("/?measure=reported"))
    publish_run(run=newer, by=make_decider(), at=moment(24))
    assert ">61<" in row(get("/?measure=reported"))


def test_a_withdrawn_publication_leaves_the_pages_at_once_and_none_comes_back(
    reporting_round: ReportingRound, run: AllocationRun
) -> None:
    decider = make_decider()
    publish_run(run=run, by=decider, at=moment(21))
    make_submission(
        reporting_round, "09", by=make_region_member("09", Role.REPRESENTANT), at=moment(22), at_2022="19"
    )
    second = publish_run(run=computed(reporting_round, day=23), by=decider, at=moment(24))
    assert ">60<" in row(get("/?measure=reported"))
    withdraw_publication(publication_id=second.pk, by=decider, reason="Fel plan.", at=moment(25))
    assert "Nothing is published for 2022" in get("/?measure=reported")
    assert "No grant is published" in get("/regions/03/")
    with pytest.raises(PublicationRefused):
        withdraw_publication(publication_id=second.pk, by=decider, reason="Igen.", at=moment(25))
    publish_run(run=second.run, by=decider, at=moment(26))
    assert ">60<" in row(get("/?measure=reported"))


def test_a_replaced_run_is_not_published(reporting_round: ReportingRound, run: AllocationRun) -> None:
    make_submission(
        reporting_round, "09", by=make_region_member("09", Role.REPRESENTANT), at=moment(22), at_2022="19"
    )
    computed(reporting_round, day=23)
    with pytest.raises(PublicationRefused, match="replaced"):
        publish_run(run=run, by=make_decider(), at=moment(24))


def test_only_deciders_publish_and_withdraw(run: AllocationRun) -> None:
    for person in (make_officer(), make_region_member("12"), make_user(is_staff=True)):
        with pytest.raises(NotAllowed):
            publish_run(run=run, by=person, at=moment(21))
    published = publish_run(run=run, by=make_user(is_staff=True, is_superuser=True), at=moment(21))
    with pytest.raises(NotAllowed):
        withdraw_publication(publication_id=published.pk, by=make_officer(), reason="Nej.", at=moment(22))
    with pytest.raises(PublicationRefused, match="reason"):
        withdraw_publication(publication_id=published.pk, by=make_decider(), reason=" ", at=moment(22))


def test_the_same_run_is_not_published_twice(run: AllocationRun) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    with pytest.raises(PublicationRefused, match="already"):
        publish_run(run=run, by=make_decider(), at=moment(22))


def test_the_database_keeps_what_was_published(reporting_round: ReportingRound, run: AllocationRun) -> None:
    published = publish_run(run=run, by=make_decider(), at=moment(21))
    newer = make_submission(
        reporting_round,
        "03",
        by=make_region_member("03", Role.REPRESENTANT),
        at=moment(22),
        at_2022="61",
        **WAIT,
    )
    report = published.reports.get(region="03")
    for refused in (
        lambda: Publication.objects.filter(pk=published.pk).update(note="another"),
        lambda: Publication.objects.filter(pk=published.pk).delete(),
        lambda: PublishedReport.objects.filter(pk=report.pk).update(revision=newer),
        lambda: PublishedReport.objects.create(publication=published, region_id="12", revision=newer),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            refused()


def test_the_button_on_the_runs_page_asks_first_and_publishes(run: AllocationRun) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_decider(), backend="reporting.accounts.InvitedBackend")
    address = f"/admin/allocation/allocationrun/{run.pk}/"
    assert f"{address}publish/" in client.get(f"{address}change/").content.decode()
    assert "from 2 of 21 regions" in client.get(f"{address}publish/").content.decode()
    assert not Publication.objects.exists()
    assert client.post(f"{address}publish/", {"note": " Preliminary. "}).status_code == 302
    published = Publication.objects.get()
    assert published.note == "Preliminary."
    page = f"/admin/allocation/publication/{published.pk}/"
    assert page in client.get(f"{address}change/").content.decode()
    assert "Give the reason" in client.post(f"{page}withdraw/", {"reason": ""}).content.decode()
    assert client.post(f"{page}withdraw/", {"reason": "Wrong."}).status_code == 302
    assert "Wrong." in client.get(f"{page}change/").content.decode()
    assert "Withdrawn" in client.get("/admin/allocation/publication/").content.decode()


def test_an_open_page_is_kept_until_something_is_published(run: AllocationRun) -> None:
    client = Client(headers={"accept-language": "sv"})
    first = client.get("/?measure=kr&junk=<script>")
    assert first["Cache-Control"] == "public, no-cache"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in first["Vary"].split(",")}
    assert "csrfmiddlewaretoken" not in first.content.decode()
    assert "junk" not in first.content.decode()
    told = {"If-None-Match": first["ETag"]}
    assert client.get("/?measure=kr", headers=told).status_code == 304
    later = next_second(first["Last-Modified"])
    assert client.get("/?measure=kr", headers={"If-Modified-Since": later}).status_code == 304
    publish_run(run=run, by=make_decider(), at=moment(21))
    second = client.get("/?measure=kr", headers=told)
    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]
    assert Client(headers={"accept-language": "en"}).get("/?measure=kr", headers=told).status_code == 200


def test_who_is_signed_in_gets_a_page_of_their_own_that_nobody_else_gets(run: AllocationRun) -> None:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(make_region_member("12", name="Maria Lindqvist"))
    mine = client.get("/")
    assert "Maria Lindqvist" in mine.content.decode()
    assert mine["Cache-Control"] == "private, no-cache"
    assert "ETag" not in mine
    assert "Maria Lindqvist" not in get("/", language="sv")
    publish_run(run=run, by=make_decider(), at=moment(21))
    assert ">60<" in client.get("/?measure=reported").content.decode()


def test_pages_are_sent_compressed_to_those_who_take_it(run: AllocationRun) -> None:
    plain = Client().get("/")
    packed = Client().get("/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) * 3 < len(plain.content)


def test_the_number_of_queries_is_bounded(
    run: AllocationRun, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    for path, most in (("/?measure=kr", 12), ("/regions/03/", 6), ("/compare/", 1)):
        with django_assert_max_num_queries(most):
            get(path)
        with django_assert_max_num_queries(1):
            get(path)


def test_missing_is_a_dash_and_never_nought(run: AllocationRun) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    html = get("/?measure=reported")
    assert "not available" in row(html, "12")
    assert ">0<" not in row(html, "12")
    assert "2 of 21 regions" in html.split("<tfoot>")[1]
    assert f"0{NBSP}kr" in row(get("/?measure=kr"), "12")  # nothing is awarded to who has not reported


def test_an_address_names_regions_that_are_there_and_at_most_four(run: AllocationRun) -> None:
    for path in ("/regions/99/", "/regions/3/", "/regions/03'/", "/regions/03/curve-2031.json"):
        assert Client().get(path).status_code == 404
    for asked, count in (
        ("", 0),
        ("03,12,03", 2),
        ("03,99", 1),
        ("01,03,04,05,06", 4),
        ("'", 0),
        ("03&regions=12&year=2023", 2),
        ("03&year=1", 1),
    ):
        html = get(f"/compare/?regions={asked}")
        head = html.split("<thead>")[1].split("</thead>")[0] if count else ""
        assert (head.count("/regions/"), "<thead>" in html) == (count, bool(count)), asked


def test_a_region_that_has_no_room_in_the_comparison_is_named(run: AllocationRun) -> None:
    html = get("/compare/?regions=01,03,04,05,12,06,99")
    assert "The country is all regions that have a published figure." in html
    assert "Skåne and Jönköpings län were chosen as well and are not shown." in html
    assert html.count(" checked") == 4
    assert "chosen as well" not in get("/compare/?regions=01,03,04,05")


def test_an_amount_is_marked_as_assumed_also_where_no_post_was_added(reporting_round: ReportingRound) -> None:
    make_submission(reporting_round, "08", by=make_region_member("08"), at=moment(), at_2022="47")
    publish_run(run=computed(reporting_round, day=20), by=make_decider(), at=moment(21))

    def card(code: str) -> str:
        return get(f"/?measure=kr&region={code}").split(f'data-region="{code}"')[1].split("</div>")[0]

    assert "More than planned: 0<" in card("08")
    assert "Assumption" in card("08")
    assert "Assumption" not in card("05")  # 0 kr, since nothing was reported


def test_the_waiting_time_cites_neither_plans_nor_inhabitants(run: AllocationRun) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    for measure, cited in (("wait", False), ("change", True)):
        about = get(f"/?measure={measure}").split('id="about"')[1]
        assert ("<dt>Reports" in about, "<dt>Planned AT posts" in about) == (True, cited)
        assert ("<dt>Inhabitants" in about, "<dt>Published rate" in about) == (cited, cited)


def test_sums_over_some_of_the_regions_say_over_how_many(run: AllocationRun) -> None:
    publish_run(run=run, by=make_decider(), at=moment(21))
    foot = get("/?measure=kr").split("<tfoot>")[1].split("</tfoot>")[0]
    assert ">The country<" in foot
    assert "2 of 21 regions" in foot
    assert "<strong>1 of 2</strong> regions reach the limit" in get("/?measure=rate")
