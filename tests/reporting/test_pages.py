"""The regions' pages, without a browser."""

import json
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from allocation import runner
from allocation.models import AllocationRun, Recomputation
from reporting.models import DraftValue, ReportingRound, Revision, Role, State, User
from reporting.services.review import approve_report, return_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    report_of,
    report_texts,
)

pytestmark = pytest.mark.django_db


def open_round(**fields):
    now = timezone.now()
    return make_round(
        **{"opens_at": now - timedelta(days=3), "closes_at": now + timedelta(days=19), **fields}
    )


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def page(client: Client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200, response
    return response.content.decode()


def read_through(client: Client, address: str) -> dict[str, str]:
    """The form that a person sends who has read the page through and attested it."""
    hidden = re.findall(r'type="hidden" name="(seen|language)" value="(\w+)"', page(client, address))
    return {**dict(hidden), "attested": "1"}


def test_the_start_page_tells_round_days_left_state_and_what_to_do() -> None:
    reporting_round = open_round()
    text = page(signed_in(make_region_member()), "/report/")
    assert reporting_round.name in text
    assert '<span class="pp-deadline__n">19</span>' in text
    assert "Not started" in text
    assert "3 to fill in or correct." in text
    assert report_of(reporting_round).get_absolute_url() in text


@pytest.mark.parametrize("address", ["/report/", "/report/people/03/", "/accounts/", "/accounts/mail/", "/"])
def test_the_menu_leads_to_report_and_grant_from_every_page(address: str) -> None:
    reporting_round = open_round()
    menu = page(signed_in(make_region_member()), address).split("</header>")[0]
    assert f'href="{report_of(reporting_round).get_absolute_url()}"' in menu
    assert f'href="/grant/{reporting_round.slug}/03/"' in menu


def test_of_two_open_rounds_the_start_page_shows_the_one_that_closes_first() -> None:
    later = open_round()
    sooner = open_round(closes_at=timezone.now() + timedelta(days=5))
    text = page(signed_in(make_region_member()), "/report/")
    assert report_of(sooner).get_absolute_url() in text
    assert report_of(later).get_absolute_url() not in text


@pytest.mark.parametrize(("role", "may_go_on"), [(Role.REPRESENTANT, True), (Role.SAMORDNARE, False)])
def test_only_who_may_submit_is_led_to_submitting(role: Role, may_go_on: bool) -> None:
    person, reporting_round = make_region_member(role=role), open_round()
    report = make_draft(reporting_round, by=person, at=timezone.now())
    text = page(signed_in(person), "/report/")
    assert (f'href="{report.get_absolute_url()}submit/"' in text) is may_go_on
    assert ("The ombud or a representant submits." in text) is not may_go_on


def test_after_the_closing_moment_no_page_asks_for_a_report() -> None:
    at = timezone.now()
    reporting_round = open_round(opens_at=at - timedelta(days=3), closes_at=at - timedelta(seconds=1))
    client = signed_in(make_region_member())
    for address in ("/report/", report_of(reporting_round).get_absolute_url()):
        text = page(client, address)
        assert "Reporting is closed" in text
        assert "pp-deadline__n" not in text
        assert "Fill in the figures" not in text


def test_without_a_round_the_start_page_says_so() -> None:
    assert "No round is open" in page(signed_in(make_region_member()), "/report/")


def test_an_account_without_a_region_is_told_whom_to_ask() -> None:
    assert "You have no region yet" in page(signed_in(make_user()), "/report/")


def test_after_sign_in_everyone_lands_on_their_own_start() -> None:
    assert signed_in(make_region_member()).get("/after-sign-in/")["Location"] == "/report/"
    assert signed_in(make_officer()).get("/after-sign-in/")["Location"] == "/admin/"


def test_the_plan_stands_beside_every_at_figure() -> None:
    reporting_round = open_round()
    text = page(signed_in(make_region_member()), report_of(reporting_round).get_absolute_url())
    assert "Plan 50" in text
    assert text.count("no plan") == 2  # 2023 and 2024 have no plan in the reference data


def test_saving_a_draft_keeps_every_text_and_goes_back_to_the_page() -> None:
    reporting_round = open_round()
    client, address = signed_in(make_region_member()), report_of(reporting_round).get_absolute_url()
    answer = client.post(address, {"at_2022": "sixty", "gm_2022": "<b>", "save": "1"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    text = page(client, address)
    assert 'value="sixty"' in text
    assert 'value="&lt;b&gt;"' in text
    assert "Enter a whole number" in text


def test_reviewing_an_incomplete_report_lists_what_is_missing_and_links_to_it() -> None:
    reporting_round = open_round()
    client, address = signed_in(make_region_member()), report_of(reporting_round).get_absolute_url()
    answer = client.post(address, {"at_2022": "60", "st_2022": "10", "gm_2022": "11", "review": "1"})
    assert answer["Location"] == f"{address}?check"
    text = page(client, answer["Location"])
    assert "The report cannot be submitted yet" in text
    for field in ("comment_at_2022", "at_2023", "at_2024", "gm_2022"):
        assert f'href="#id_{field}"' in text
        assert f'id="id_{field}"' in text
    assert "AT 2022 is 20 % above the plan" in text
    assert "11 is more than ST in total, 10." in text


def test_a_report_with_missing_figures_is_not_said_to_have_no_errors() -> None:
    reporting_round = open_round()
    text = page(signed_in(make_region_member()), report_of(reporting_round).get_absolute_url())
    assert "3 AT figures missing" in text
    assert "No errors</span>" not in text


def test_a_complete_report_is_read_through_submitted_and_receipted() -> None:
    reporting_round = open_round()
    client, address = signed_in(make_region_member()), report_of(reporting_round).get_absolute_url()
    answer = client.post(address, {**report_texts(), "review": "1"})
    assert answer["Location"] == f"{address}submit/"
    assert "Submit version 1" in page(client, answer["Location"])
    answer = client.post(f"{address}submit/", read_through(client, f"{address}submit/"))
    assert answer["Location"] == f"{address}versions/1/"
    receipt = page(client, answer["Location"])
    assert Revision.objects.get().receipt.sha256 in receipt
    assert Revision.objects.get().receipt_number in receipt


def test_what_a_colleague_changes_meanwhile_is_not_submitted_unread() -> None:
    reporting_round, representant = open_round(), make_region_member(role=Role.REPRESENTANT)
    report = make_draft(reporting_round, by=representant, at=timezone.now())
    client, address = signed_in(representant), f"{report.get_absolute_url()}submit/"
    form = read_through(client, address)
    colleague = make_region_member(role=Role.SAMORDNARE)
    make_draft(reporting_round, by=colleague, at=timezone.now(), at_2022="600", comment_at_2022="Many.")
    answer = client.post(address, form)
    text = answer.content.decode()
    assert (answer.status_code, Revision.objects.count()) == (200, 0)
    assert "Somebody has changed the figures since you opened this page" in text
    assert "600" in text
    assert client.post(address, read_through(client, address))["Location"].endswith("/versions/1/")


def test_two_people_with_old_pages_do_not_undo_each_other() -> None:
    reporting_round = open_round()
    address = report_of(reporting_round).get_absolute_url()
    first, second = signed_in(make_region_member()), signed_in(make_region_member(role=Role.SAMORDNARE))
    first.post(address, {"known": "{}", "at_2022": "50", "st_2022": "", "save": "1"})
    second.post(address, {"known": "{}", "at_2022": "", "st_2022": "120", "save": "1"})
    assert dict(DraftValue.objects.values_list("field", "text")) == {"at_2022": "50", "st_2022": "120"}


def test_a_field_can_be_emptied() -> None:
    reporting_round = open_round()
    person = make_region_member()
    report = make_draft(reporting_round, by=person, at=timezone.now(), at_2022="50")
    known = json.dumps({"at_2022": [1, "50"]})
    signed_in(person).post(report.get_absolute_url(), {"known": known, "at_2022": "", "save": "1"})
    assert DraftValue.objects.get(field="at_2022").text == ""


def test_what_was_typed_too_late_still_stands_on_the_page() -> None:
    reporting_round = open_round(closes_at=timezone.now() - timedelta(minutes=1))
    client, address = signed_in(make_region_member()), report_of(reporting_round).get_absolute_url()
    answer = client.post(address, {"at_2022": "61", "save": "1"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "AT 2022: <strong>61</strong>" in text
    assert "The time for reporting is over" in text
    assert not DraftValue.objects.exists()


@pytest.mark.parametrize("has_submitted", [True, False])
def test_a_closed_report_is_a_table_to_read_not_a_dead_form(has_submitted: bool) -> None:
    reporting_round, person = open_round(), make_region_member()
    if has_submitted:
        make_submission(reporting_round, by=person, at=timezone.now(), at_2023="51")
    make_draft(reporting_round, by=person, at=timezone.now(), at_2023="sixty", comment_at_2023="Many.")
    reporting_round.closes_at = timezone.now() - timedelta(seconds=1)
    reporting_round.save()
    text = page(signed_in(person), report_of(reporting_round).get_absolute_url())
    assert "<input" not in text.split("<main")[1].split("</main>")[0]
    assert ("Version 1, submitted on" in text) is has_submitted
    assert "Draft, not submitted" in text
    assert "<dd>sixty</dd>" in text
    assert "Many." in text


def test_an_uppgiftssamordnare_sees_no_submit_button_and_cannot_post_it() -> None:
    reporting_round = open_round()
    person = make_region_member(role=Role.SAMORDNARE)
    report = make_draft(reporting_round, by=person, at=timezone.now())
    client = signed_in(person)
    assert "Submit version" not in page(client, f"{report.get_absolute_url()}submit/")
    answer = client.post(f"{report.get_absolute_url()}submit/")
    assert answer.status_code == 403
    assert "Only the ombud or a representant can submit" in answer.content.decode()
    assert not Revision.objects.exists()


def test_an_approved_report_shows_its_figures_locked() -> None:
    reporting_round, person = open_round(), make_region_member()
    revision = make_submission(reporting_round, by=person, at=timezone.now())
    approve_report(
        submission_id=revision.submission_id, revision_number=1, by=make_officer(), at=timezone.now()
    )
    text = page(signed_in(person), revision.submission.get_absolute_url())
    assert "The figures are approved and locked" in text
    assert 'name="save"' not in text


def test_a_return_stands_on_the_start_page_with_its_message() -> None:
    reporting_round, person = open_round(), make_region_member()
    revision = make_submission(reporting_round, by=person, at=timezone.now())
    return_report(
        submission_id=revision.submission_id,
        revision_number=1,
        by=make_officer(name="Elin"),
        at=timezone.now(),
        message="Which is right? <script>",
    )
    text = page(signed_in(person), "/report/")
    assert "Which is right? &lt;script&gt;" in text
    assert "Elin" in text
    assert "Answer in the report" in text
    assert report_of(reporting_round).state == State.RETURNED


def test_after_the_deadline_a_returned_report_is_called_open_and_says_how_to_answer() -> None:
    reporting_round, person = open_round(), make_region_member()
    revision = make_submission(reporting_round, by=person, at=timezone.now())
    client, report = signed_in(person), revision.submission
    ReportingRound.objects.update(closes_at=timezone.now())
    assert "Reporting is closed" in page(client, report.get_absolute_url())
    return_report(
        submission_id=report.pk,
        revision_number=1,
        by=make_officer(),
        at=timezone.now(),
        message="Which is right?",
        answer_by=date(2030, 1, 31),
    )
    for address in ("/report/", report.get_absolute_url(), f"{report.get_absolute_url()}submit/"):
        text = page(client, address)
        assert "Open for your completion</strong>Answer by 31 January 2030." in text, address
        assert "Reporting is closed" not in text, address
    assert f'href="{report.get_absolute_url()}messages/#h-write"' in page(client, report.get_absolute_url())


ADDRESSES = ("", "submit/", "versions/1/")


@pytest.mark.parametrize("part", ADDRESSES)
def test_strangers_do_not_learn_that_a_report_exists(part: str) -> None:
    reporting_round = open_round()
    revision = make_submission(reporting_round, by=make_region_member(), at=timezone.now())
    address = f"{revision.submission.get_absolute_url()}{part}"
    assert Client().get(address).status_code == 302
    for stranger in (make_region_member("09"), make_user(), make_user(is_staff=True)):
        client = signed_in(stranger)
        assert client.get(address).status_code == 404
        if part != "versions/1/":
            assert client.post(address, {"at_2022": "1"}).status_code == 404


def test_the_agency_reads_versions_but_never_drafts() -> None:
    reporting_round = open_round()
    revision = make_submission(reporting_round, by=make_region_member(), at=timezone.now())
    client, address = signed_in(make_officer()), revision.submission.get_absolute_url()
    assert client.get(f"{address}versions/1/").status_code == 200
    assert client.get(address).status_code == 404
    assert client.get(f"{address}versions/2/").status_code == 404


@pytest.mark.parametrize("address", ["/report/", "report"])
def test_pages_cost_the_same_however_much_has_happened(address: str, django_assert_max_num_queries) -> None:
    reporting_round, person = open_round(), make_region_member()
    for extra in range(8):
        make_submission(reporting_round, by=person, at=timezone.now(), st_2022=str(150 + extra))
    client = signed_in(person)
    with django_assert_max_num_queries(13):
        page(client, address if address.startswith("/") else report_of(reporting_round).get_absolute_url())


def test_demonstration_figures_are_marked_on_every_page() -> None:
    reporting_round, person = open_round(is_demo=True), make_region_member()
    revision = make_submission(reporting_round, by=person, at=timezone.now())
    client, address = signed_in(person), revision.submission.get_absolute_url()
    grant = f"/grant/{reporting_round.slug}/03/"
    for where in ("/report/", address, f"{address}submit/", f"{address}versions/1/", grant):
        assert "Example data" in page(client, where)


def test_the_grant_page_explains_each_part_and_is_for_those_who_may_see_the_report() -> None:
    reporting_round, person = open_round(), make_region_member()
    make_submission(
        reporting_round, by=person, at=timezone.now(), at_2022="60", comment_at_2022="New blocks."
    )
    address = f"/grant/{reporting_round.slug}/03/"
    assert "Nothing computed yet" in page(signed_in(person), address)
    runner.recompute(Recomputation.objects.get().pk, at=timezone.now())
    text = page(signed_in(person), address).replace("\u00a0", " ")
    assert "10 500 000 kr" in text
    assert "5 posts more reach the next step, 15 750 000 kr." in text
    assert "No report can change that" in text
    assert signed_in(make_officer()).get(address).status_code == 200
    assert signed_in(make_region_member("09")).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_pages_name_the_version_that_counted_even_if_its_figures_made_no_new_run() -> None:
    reporting_round, person = open_round(), make_region_member()
    for st_posts in ("120", "121"):
        make_submission(reporting_round, by=person, at=timezone.now(), st_2022=st_posts)
        runner.recompute(Recomputation.objects.latest("pk").pk, at=timezone.now())
    assert AllocationRun.objects.count() == 1
    assert "counted from version 2" in page(signed_in(person), "/report/")
    text = page(signed_in(person), f"/grant/{reporting_round.slug}/03/")
    assert "Counted from version 2" in text
    assert "/versions/2/" in text
    assert "/versions/1/" not in text


def test_the_agency_keeps_the_addresses() -> None:
    assert signed_in(make_region_member()).get("/accounts/email/").status_code == 404


def test_no_cache_gives_a_page_to_somebody_else() -> None:
    reporting_round, ombud = make_round(codes=["03"]), make_region_member("03")
    client = Client()
    client.force_login(ombud)
    for address in (report_of(reporting_round).get_absolute_url(), "/report/", "/report/people/03/", "/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert {"private", "no-cache"} <= set(answer["Cache-Control"].split(", ")), address
        assert "Cookie" in answer["Vary"], address
    assert "no-store" in client.get("/accounts/")["Cache-Control"]  # what says it itself is not changed
