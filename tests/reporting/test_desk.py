"""The agency's desk: flags, assignment, what has changed, approving in bulk, and what its pages cost."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from allocation import claims
from allocation.models import Recomputation
from reporting.checking import checks_of
from reporting.errors import NotAllowed, WrongState
from reporting.models import Assignment, Baseline, ReportFlag, ReportingRound, State, Submission
from reporting.services.desk import approve_unflagged, assign_report
from reporting.services.flags import dismiss_flag, refresh_flags
from reporting.services.review import approve_report, return_report
from reporting.templatetags.queue import filter_choices
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)
from tests.reporting.desk import codes_of, signed_in
from tests.reporting.thread_steps import write

pytestmark = pytest.mark.django_db
QUEUE = "/admin/reporting/submission/"


# Assignment


def test_an_assignment_is_kept_with_its_history_and_only_goes_to_who_reviews() -> None:
    officer, colleague, reporting_round = make_officer(), make_officer(), make_round(codes=["03"])
    report = report_of(reporting_round)
    assign_report(submission_id=report.pk, officer_id=officer.pk, by=officer, at=moment())
    assign_report(submission_id=report.pk, officer_id=colleague.pk, by=officer, at=moment(20))
    assign_report(submission_id=report.pk, officer_id=None, by=colleague, at=moment(21))
    kept = Assignment.objects.get()
    assert list(kept.history.order_by("pgh_id").values_list("officer_id", flat=True)) == [  # type: ignore[attr-defined]
        officer.pk,
        colleague.pk,
        None,
    ]
    with pytest.raises(WrongState):
        assign_report(submission_id=report.pk, officer_id=make_user().pk, by=officer, at=moment(21))
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    with pytest.raises(NotAllowed):
        assign_report(submission_id=report.pk, officer_id=officer.pk, by=decider, at=moment(21))


def test_only_others_are_offered_as_colleagues() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=make_region_member())
    page = reverse("admin:reporting_submission_change", args=[report_of(reporting_round).pk])
    alone = signed_in(officer).get(page).content.decode()
    assert "Assign to me" in alone
    assert 'id="id_officer"' not in alone
    colleague = make_officer()
    shown = signed_in(officer).get(page).content.decode()
    assert f'<option value="{colleague.pk}"' in shown
    assert f'<option value="{officer.pk}"' not in shown


def test_reports_are_assigned_from_the_queue_and_found_by_its_filter() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03", "04"])
    client = signed_in(officer)
    data = {"action": "assign_to_me", "_selected_action": [report_of(reporting_round).pk]}
    client.post(QUEUE, data)
    shown = client.get(f"{QUEUE}?assigned=me").content.decode()
    assert "Uppsala" in shown
    assert "Sörmland" not in shown
    assert "Sörmland" in client.get(f"{QUEUE}?assigned=nobody").content.decode()
    assert client.get(f"{QUEUE}?assigned=99999999999999999999").status_code == 200


# A row


def row(client: Client, query: str = "") -> str:
    shown = client.get(f"{QUEUE}{query}").content.decode()
    text = re.sub(r"<[^>]+>", " ", shown[shown.index("<tbody>") : shown.index("</tbody>")])
    return " ".join(text.split())


def test_a_row_tells_region_version_plan_flags_officer_and_what_is_new() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=ombud, at_2022="59", comment_at_2022="More.", gm_2022="")
    report = report_of(reporting_round)
    client = signed_in(officer)
    named = f"{reporting_round.name} Submitted version 1, 19 Sep 10:00 59 plan 50, +9"
    assert row(client) == f"Uppsala changed {named} ST missing Near a limit or step nobody"
    for flag in ReportFlag.objects.filter(submission=report):
        dismiss_flag(flag_id=flag.pk, reason="Seen.", by=officer, at=moment(20))
    client.get(f"{QUEUE}{report.pk}/change/")
    assign_report(submission_id=report.pk, officer_id=officer.pk, by=officer, at=moment(20))
    write(report, ombud)
    Submission.objects.update(changed_at=moment(20))
    assert row(client) == f"Uppsala 1 unread {named} none {officer.name}"
    assert row(signed_in(make_officer())) == f"Uppsala changed 1 unread {named} none {officer.name}"


def test_a_row_has_the_newest_versions_figure_for_the_rounds_first_year() -> None:
    ombud, reporting_round = make_region_member(), make_round(codes=["03"])
    client = signed_in(make_officer())
    for posts in ("50", "51"):
        make_submission(reporting_round, by=ombud, at_2022=posts, at_2023="52")
    assert "version 2, 19 Sep 10:00 51 plan 50, +1" in row(client)
    ReportingRound.objects.update(first_year=2023)  # for which there is no plan
    assert "version 2, 19 Sep 10:00 52 none" in row(client)


def test_the_queue_is_in_the_language_of_who_asks() -> None:
    make_round(codes=["03"])
    client = signed_in(make_officer())
    for language, words in (("en", ("By flags", "nobody")), ("sv", ("På anmärkningar", "ingen"))):
        shown = " ".join(client.get(QUEUE, headers={"accept-language": language}).content.decode().split())
        assert [word for word in words if word not in shown] == []
    drawn = set()
    for language in ("en", "sv"):
        with override(language):
            drawn.add(filter_choices("region", []))  # a word of both languages
    assert len(drawn) == 2


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        pytest.param(1, "Uppsala", "Östergötland", id="region"),
        pytest.param(2, "Östergötland", "Uppsala", id="round"),
        pytest.param(3, "Uppsala", "Östergötland", id="state"),
        pytest.param(6, "Östergötland", "Uppsala", id="officer"),
    ],
)
def test_the_queue_is_sorted_by_a_column_both_ways(column: int, first: str, last: str) -> None:
    earlier, later = make_round(codes=["05"]), make_round(codes=["03"], opens_at=moment(2, 0))
    make_submission(earlier, "05", by=make_region_member("05"))
    for reporting_round, code, name in ((earlier, "05", "Ann"), (later, "03", "Bo")):
        assign_report(
            submission_id=report_of(reporting_round, code).pk,
            officer_id=make_officer(name=name).pk,
            by=make_officer(),
            at=moment(20),
        )
    client = signed_in(make_officer())
    orders = [re.findall("Uppsala|Östergötland", row(client, f"?o={sign}{column}")) for sign in ("", "-")]
    assert orders == [[first, last], [last, first]]
    assert "Östergötland" not in row(client, "?q=upps")


def test_the_queue_is_taken_out_with_officers_and_flags() -> None:
    officer, reporting_round = make_officer(name="Eva Ek"), make_round(codes=["03", "04"])
    make_submission(reporting_round, by=make_region_member(), gm_2022="")
    report = report_of(reporting_round)
    assign_report(submission_id=report.pk, officer_id=officer.pk, by=make_officer(), at=moment(20))
    chosen = list(Submission.objects.values_list("pk", flat=True))
    sent = {"action": "export_csv", "_selected_action": chosen}
    first, second = signed_in(officer).post(QUEUE, sent).content.decode("utf-8-sig").splitlines()[-2:]
    assert ";03;Uppsala;" in first
    assert re.search(r";Eva Ek;.*ST missing \(1\)", first)
    assert second.endswith(";;")


def test_what_a_row_lacks_is_marked_as_in_every_list() -> None:
    make_round(codes=["03"])
    assert '<td class="field-flags">–</td>' in signed_in(make_officer()).get(QUEUE).content.decode()


def test_a_queue_without_reports_shows_no_table() -> None:
    make_round(codes=["03"])
    shown = signed_in(make_officer()).get(f"{QUEUE}?state__exact=approved").content.decode()
    assert "<table" not in shown
    assert "Approved" in shown


def test_a_name_in_a_filter_is_text() -> None:
    client = signed_in(make_officer())
    make_officer(name="<b>Bo & co</b>")
    shown = client.get(QUEUE).content.decode()
    assert "&lt;b&gt;Bo &amp; co&lt;/b&gt;" in shown
    assert "<b>Bo" not in shown


# Changed since last time


def test_a_report_is_marked_until_the_officer_has_looked_and_again_after_a_change() -> None:
    ombud, officer, reporting_round = make_region_member(), make_officer(), make_round(codes=["03"])
    client = signed_in(officer)
    make_submission(reporting_round, by=ombud)
    changed = f"{QUEUE}?changed=1"
    assert "Uppsala" in client.get(changed).content.decode()
    client.get(f"{QUEUE}{report_of(reporting_round).pk}/change/")
    assert "Uppsala" not in client.get(changed).content.decode()
    Submission.objects.update(changed_at=timezone.now() + timedelta(minutes=1))
    assert "Uppsala" in client.get(changed).content.decode()
    assert "Uppsala" in signed_in(make_officer()).get(changed).content.decode()


# Approving all without flags


def test_only_reports_without_flags_are_approved_at_once() -> None:
    reporting_round, officer = make_round(codes=["03", "04"]), make_officer()
    make_submission(reporting_round, by=make_region_member(), gm_2022="")
    for code in ("03", "04"):
        ReportFlag.objects.filter(submission=report_of(reporting_round, code)).exclude(
            code="missing-st"
        ).delete()
    make_submission(reporting_round, "04", by=make_region_member("04"))
    ReportFlag.objects.exclude(code="missing-st").delete()
    seen = {report_of(reporting_round, code).pk: 1 for code in ("03", "04")}
    approved, refused = approve_unflagged(seen=seen, by=officer, at=moment(20))
    assert [report.region_id for report in approved] == ["04"]
    assert [pk for pk, _reason in refused] == [report_of(reporting_round, "03").pk]
    assert report_of(reporting_round, "03").state == State.SUBMITTED


def test_the_page_for_approving_shows_what_stays_and_why_before_anything_is_done() -> None:
    reporting_round, client = make_round(codes=["03"]), signed_in(make_officer())
    make_submission(reporting_round, by=make_region_member(), gm_2022="")
    address = reverse("admin:reporting_submission_approve_unflagged")
    shown = client.get(f"{address}?reporting_round__id__exact={reporting_round.pk}").content.decode()
    assert "1 report stays as it is" in shown
    assert "ST missing" in shown
    client.post(address, {f"seen_{report_of(reporting_round).pk}": "1"})
    assert report_of(reporting_round).state == State.SUBMITTED
    assert signed_in(make_user(is_staff=True, groups=["Beslutsfattare"])).get(address).status_code == 403


# Cost


def test_the_way_through_the_queue_follows_its_filter() -> None:
    reporting_round, client = make_round(codes=["01", "03", "04"]), signed_in(make_officer())
    keys = [report_of(reporting_round, code).pk for code in ("01", "03", "04")]
    shown = client.get(f"{QUEUE}{keys[1]}/change/")
    assert (shown.context["place"], shown.context["queue_count"]) == (2, 3)
    assert f"/{keys[2]}/change/" in shown.context["next_url"]
    assert f"/{keys[0]}/change/" in shown.context["previous_url"]


# The start page


def test_what_the_start_page_counts_is_what_its_links_lead_to() -> None:
    officer, reporting_round = (
        make_officer(),
        make_round(
            codes=["03", "04", "05", "06"],
            opens_at=timezone.now() - timedelta(days=9),
            closes_at=timezone.now() + timedelta(days=9),
        ),
    )
    now = timezone.now()
    for code in ("03", "04", "05"):
        ombud = make_region_member(code)
        make_submission(reporting_round, code, by=ombud, at=now, gm_2022="")
    approve_report(submission_id=report_of(reporting_round, "04").pk, revision_number=1, by=officer, at=now)
    return_report(
        submission_id=report_of(reporting_round, "05").pk,
        revision_number=1,
        by=officer,
        at=now,
        message="Which is it?",
        answer_by=(now - timedelta(days=2)).date(),
    )
    assign_report(
        submission_id=report_of(reporting_round, "04").pk, officer_id=officer.pk, by=officer, at=now
    )
    client = signed_in(officer)
    shown = client.get("/admin/").content.decode()
    links = re.findall(r'<a href="([^"]*\?waits=[^"]*)">[^<]*<strong>(\d+)</strong>', shown)
    assert [int(count) for _href, count in links] == [0, 1, 1, 1]
    for href, count in links:
        page = client.get(html.unescape(href))
        assert page.context["cl"].result_count == int(count), href


def test_the_start_page_leads_to_a_closed_round_in_which_something_is_left() -> None:
    officer, now = make_officer(), timezone.now()
    opened = now - timedelta(days=40)
    closed = make_round(
        slug="closed", name="Closed round", codes=["03"], opens_at=opened, closes_at=now - timedelta(days=2)
    )
    make_submission(closed, by=make_region_member(), at=opened + timedelta(days=1))
    done = make_round(
        slug="done", name="Done round", codes=["03"], grant=False, opens_at=opened, closes_at=now
    )
    make_round(
        slug="open", name="Open round", codes=["03"], opens_at=opened, closes_at=now + timedelta(days=9)
    )
    client = signed_in(officer)
    shown = client.get("/admin/").content.decode()
    assert f'<a href="/admin/?round={closed.pk}">Closed round</a>' in shown
    assert f"?round={done.pk}" not in shown
    chosen = client.get(f"/admin/?round={closed.pk}").content.decode()
    assert ">Open round</a>" in chosen
    assert f"/admin/reporting/reportinground/{closed.pk}/change/" in chosen
    for nonsense in ("x", "0", "99999999999", "-1"):
        assert client.get("/admin/", {"round": nonsense}).status_code == 200


def test_the_start_page_tells_of_a_stuck_recomputation() -> None:
    officer = make_officer()
    opens_at = timezone.now() - timedelta(days=3)
    reporting_round = make_round(opens_at=opens_at, closes_at=opens_at + timedelta(days=20))
    request = Recomputation.objects.create(
        reporting_round=reporting_round, reason="submitted", requested_at=opens_at
    )
    assert claims.take(request.pk, worker="w", at=opens_at)
    assert claims.mark_silent(at=timezone.now()) == [request.pk]
    shown = signed_in(officer).get("/admin/").content.decode()
    assert "is stuck" in shown
    assert "The worker w has fallen silent." in shown


def test_the_review_page_tells_who_has_had_the_report() -> None:
    officer, colleague, reporting_round = make_officer(), make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=make_region_member())
    report, admin = report_of(reporting_round), make_user(is_staff=True, is_superuser=True)
    for person in (officer, colleague, None):
        assign_report(
            submission_id=report.pk, officer_id=person.pk if person else None, by=admin, at=timezone.now()
        )
    shown = signed_in(officer).get(f"{QUEUE}{report.pk}/change/").content.decode()
    listed = shown[shown.index("Who has had it (3 changes)") :]
    assert listed.index("nobody") < listed.index(colleague.name) < listed.index(officer.name)


def test_the_footer_tells_staff_what_the_page_cost() -> None:
    shown = signed_in(make_officer()).get(QUEUE).content.decode()
    assert re.search(r"\d+ database queries, \d+ ms", shown)


# Each thing once, and in words


def test_the_review_page_says_each_thing_once_with_what_the_region_said_about_it() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03"])
    make_submission(
        reporting_round, by=make_region_member(), at_2022="40", comment_at_2022="Fewer lead.", gm_2022=""
    )
    report = report_of(reporting_round)
    flag = ReportFlag.objects.get(code="far-from-plan")
    client = signed_in(officer)
    shown = client.get(f"{QUEUE}{report.pk}/change/").content.decode()
    section = shown[shown.index('id="flags"') :]
    section = section[: section.index("Dialogue with the region")]
    headings = re.findall(r"<strong>([^<]+)</strong>", section)
    assert len(headings) == len(set(headings))
    assert "ST figures are missing" not in headings  # the flag says it
    assert {"Far from the plan", "ST missing", "Submitted in time and by a role that may"} <= set(headings)
    assert section.count("Fewer lead.") == 1
    assert section.index("Far from the plan") < section.index("Fewer lead.") < section.index("Below its plan")
    dismiss_flag(flag_id=flag.pk, reason="They wrote why.", by=officer, at=moment(20))
    section = client.get(f"{QUEUE}{report.pk}/change/").content.decode()
    assert (
        section.index("Below its plan") < section.index("Far from the plan") < section.index("Submitted in")
    )


def test_a_warning_that_no_flag_repeats_any_more_keeps_the_regions_reason() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03"])
    make_submission(reporting_round, by=make_region_member(), at_2022="40", comment_at_2022="Fewer lead.")
    Baseline.objects.filter(region_id="03", year=2022).update(planned_posts=41)
    report = report_of(reporting_round)
    refresh_flags(report, checks=checks_of(report), at=moment(21))
    assert "far-from-plan" not in codes_of(report_of(reporting_round))
    shown = signed_in(officer).get(f"{QUEUE}{report_of(reporting_round).pk}/change/").content.decode()
    assert "AT 2022 is 20 % below the plan" in shown
    assert "Fewer lead." in shown


def test_the_history_tells_of_flags_in_words() -> None:
    officer, reporting_round = make_officer(), make_round(codes=["03"])
    make_submission(
        reporting_round, by=make_region_member(), at_2022="59", comment_at_2022="More.", gm_2022=""
    )
    client = signed_in(officer)
    shown = client.get(f"{QUEUE}{report_of(reporting_round).pk}/history/").content.decode()
    for words in ("Near a limit or step", "ST missing", "Missing: ", "one more AT post in 2022"):
        assert words in shown
    for code in ("far-from-plan", "near-limit", "missing-st", "at_2022", "2 entries"):
        assert code not in shown
