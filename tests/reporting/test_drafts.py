"""Saving drafts field by field: versions, merging, conflicts, and the page that saves in place."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reporting.checking import checks_of
from reporting.errors import DraftConflict, RoundNotOpen
from reporting.flagging import sentence_of
from reporting.forms import Sent, read_known
from reporting.models import (
    COMMENT_MAX,
    TEXT_MAX,
    DraftValue,
    ReportFlag,
    Role,
    State,
    Submission,
    User,
)
from reporting.prospect import prospect_of
from reporting.services.drafts import TextTooLong, merge_draft, save_draft
from reporting.services.review import approve_report
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    report_of,
    report_texts,
)

pytestmark = pytest.mark.django_db
FIELDS = ("at_2022", "at_2023", "comment_at_2022", "contact_name")


@pytest.fixture
def report() -> Submission:
    now = timezone.now()
    return report_of(make_round(opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=19)))


@pytest.fixture
def person() -> User:
    return make_region_member(name="Maria")


def save(report: Submission, by: User, versions: dict[str, int] | None, **texts: str) -> Any:
    return merge_draft(submission_id=report.pk, texts=texts, versions=versions, by=by, at=timezone.now())


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def autosave(client: Client, report: Submission, by: User, known: dict[str, Any], **texts: str) -> Any:
    sent = {"as": str(by.pk), "page": "posts", "known": json.dumps(known), **texts}
    return client.post(f"{report.get_absolute_url()}draft/", sent)


# the service


def test_every_change_of_a_field_is_a_version(report, person) -> None:
    for text in ("5", "50", "50", ""):
        save(report, person, None, at_2022=text)
    value = report.draft_values.get()
    assert (value.text, value.version, value.updated_by) == ("", 3, person)
    assert [event.text for event in value.history.order_by("pgh_id")] == ["5", "50", ""]


def test_saving_starts_the_report(report, person) -> None:
    assert save(report, person, {}, at_2022="5").submission.state == State.DRAFT


def test_different_fields_merge_by_themselves(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE)
    save(report, person, {}, at_2022="60")
    merge = save(report, colleague, {}, at_2023="61")
    assert not merge.conflicts
    assert {field: value.text for field, value in merge.values.items()} == {"at_2022": "60", "at_2023": "61"}


def test_the_same_field_is_not_overwritten_and_the_others_are_saved(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE)
    save(report, person, {}, at_2022="60")
    merge = save(report, colleague, {}, at_2022="70", at_2023="61")
    assert merge.conflicts == {"at_2022": "70"}
    assert (merge.values["at_2022"].text, merge.values["at_2022"].updated_by) == ("60", person)
    assert report.draft_values.get(field="at_2023").text == "61"


def test_who_has_seen_the_other_text_may_replace_it(report, person) -> None:
    save(report, person, {}, at_2022="60")
    assert not save(report, person, {"at_2022": 1}, at_2022="70").conflicts
    assert report.draft_values.get().version == 2


def test_the_same_text_twice_is_no_conflict_so_a_lost_answer_may_be_repeated(report, person) -> None:
    for _ in range(2):
        assert not save(report, person, {}, at_2022="60").conflicts
    assert report.draft_values.get().version == 1


def test_many_fields_are_saved_all_or_none(report, person) -> None:
    save(report, person, {}, at_2022="60")
    with pytest.raises(DraftConflict) as refused:
        save_draft(
            submission_id=report.pk,
            texts={"at_2022": "70", "at_2023": "61"},
            versions={},
            by=person,
            at=timezone.now(),
        )
    assert refused.value.fields == ("at_2022",)
    assert [value.text for value in report.draft_values.all()] == ["60"]


def test_what_is_no_figure_is_kept_as_typed(report, person) -> None:
    save(report, person, {}, at_2022=" sixty\x00 ", comment_at_2022="one\r\ntwo\rthree")
    assert dict(report.draft_values.values_list("field", "text")) == {
        "at_2022": " sixty ",
        "comment_at_2022": "one\ntwo\nthree",
    }


def test_unknown_fields_are_left_out(report, person) -> None:
    save(report, person, {}, at_1999="1", csrfmiddlewaretoken="x")
    assert not DraftValue.objects.exists()


def test_at_the_closing_moment_nothing_is_saved(person) -> None:
    closed = report_of(make_round())
    with pytest.raises(RoundNotOpen):
        save_draft(
            submission_id=closed.pk,
            texts={"at_2022": "1"},
            by=person,
            at=closed.reporting_round.closes_at,
        )


# what a page sends


def test_only_what_differs_from_what_the_page_knew_is_saved() -> None:
    known = json.dumps({"at_2022": [3, "60"], "comment_at_2022": [1, "a\nb"]})
    sent = Sent(
        {"known": known, "at_2022": "60", "comment_at_2022": "a\r\nb", "at_2023": "", "contact_name": "M"},
        fields=FIELDS,
    )
    assert sent.changed_texts() == {"contact_name": "M"}


@pytest.mark.parametrize(
    ("keep", "texts", "version"),
    [
        ("mine:at_2022:5", {"at_2022": "70"}, 5),
        ("theirs:at_2022:5", {}, 3),
        ("mine:at_2022:x", {"at_2022": "70"}, 3),
    ],
)
def test_a_choice_replaces_what_was_seen_or_drops_what_was_typed(keep, texts, version) -> None:
    known = json.dumps({"at_2022": [3, "60"]})
    sent = Sent({"known": known, "at_2022": "70", "keep": keep}, fields=FIELDS)
    assert (sent.changed_texts(), sent.versions()["at_2022"]) == (texts, version)


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", "[" * 100_000, '{"a": 1}', '{"a": [true, ""]}', '{"a": [1]}', '{"a": ["1", ""]}'],
)
def test_what_a_page_knew_and_nobody_can_read_was_not_known(text) -> None:
    assert read_known(text) == {}


# saving in place


def test_autosave_answers_versions_time_findings_and_what_others_changed(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE, name="Olof")
    make_draft(report.reporting_round, by=colleague, at=timezone.now(), at_2023="61")
    answer = autosave(signed_in(person), report, person, {}, at_2022="sixty").json()
    assert {field: value["version"] for field, value in answer["values"].items()} == {
        "at_2022": 1,
        "at_2023": 1,
    }
    assert answer["values"]["at_2023"] | {"time": ""} == {
        "text": "61", "version": 1, "by": "Olof", "mine": False, "time": "",
    }  # fmt: skip
    assert answer["conflicts"] == []
    assert "Enter a whole number" in answer["html"]
    assert answer["time"] == timezone.localtime().strftime("%H:%M")


def test_the_comment_box_comes_with_the_warning(report, person) -> None:
    client = signed_in(person)
    hidden = 'id="note-at_2022" data-pp-shell class="pp-form-note" hidden'
    assert hidden in autosave(client, report, person, {}, at_2022="50").json()["html"]
    html = autosave(client, report, person, {"at_2022": [1, "50"]}, at_2022="60").json()["html"]
    assert hidden not in html
    assert "AT 2022 is 20 % above the plan" in html


def test_a_conflict_in_place_shows_both_texts_and_who(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE, name="Olof <b>")
    make_draft(report.reporting_round, by=colleague, at=timezone.now(), at_2022="61")
    answer = autosave(signed_in(person), report, person, {}, at_2022="70").json()
    assert answer["conflicts"] == ["at_2022"]
    assert answer["values"]["at_2022"]["text"] == "61"
    assert "Saved by Olof &lt;b&gt;" in answer["html"]
    assert 'value="mine:at_2022:1"' in answer["html"]
    assert report.draft_values.get().text == "61"


def test_nothing_is_saved_in_the_name_of_somebody_else(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE, name="Olof")
    answer = autosave(signed_in(colleague), report, person, {}, at_2022="70")
    assert answer.status_code == 403
    assert not DraftValue.objects.exists()


def test_a_page_asks_whether_anything_has_changed(report, person) -> None:
    client, address = signed_in(person), f"{report.get_absolute_url()}draft/"
    first = client.get(address).json()
    assert (first["user"], client.get(address, {"stamp": first["stamp"]}).status_code) == (person.pk, 204)
    make_draft(report.reporting_round, by=person, at=timezone.now(), at_2022="1")
    assert client.get(address, {"stamp": first["stamp"]}).json()["stamp"] != first["stamp"]


def test_a_report_that_is_locked_says_why_nothing_is_saved(person) -> None:
    now = timezone.now()
    report = report_of(make_round(opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=1)))
    make_submission(report.reporting_round, by=person, at=now)
    approve_report(submission_id=report.pk, revision_number=1, by=make_officer(), at=now)
    answer = autosave(signed_in(person), report, person, {}, at_2022="70")
    assert (answer.status_code, "approved" in answer.json()["message"]) == (409, True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_regions_draft_does_not_exist(report, method) -> None:
    for stranger in (make_region_member("09"), make_officer()):
        assert getattr(signed_in(stranger), method)(f"{report.get_absolute_url()}draft/").status_code == 404
    assert getattr(Client(), method)(f"{report.get_absolute_url()}draft/").status_code == 302


def test_a_page_that_does_not_exist_is_a_bad_request(report, person) -> None:
    client, address = signed_in(person), f"{report.get_absolute_url()}draft/"
    assert client.post(address, {"as": person.pk, "page": "other"}).status_code == 400


# without a script


def test_without_a_script_a_conflict_shows_both_and_the_choice_holds(report, person) -> None:
    colleague = make_region_member(role=Role.SAMORDNARE, name="Olof")
    make_draft(report.reporting_round, by=colleague, at=timezone.now(), at_2022="61", st_2022="9")
    client, address = signed_in(person), report.get_absolute_url()
    sent = {"known": "{}", "at_2022": "70", "at_2023": "52", "st_2022": "", "save": "1"}
    answer = client.post(address, sent)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Saved by Olof" in text
    assert 'value="70"' in text
    assert 'value="9"' in text  # untouched here, so the colleague's stands
    assert report.draft_values.get(field="at_2022").text == "61"
    assert report.draft_values.get(field="at_2023").text == "52"
    # pressing save once more chooses nothing
    assert client.post(address, sent).status_code == 409
    del sent["save"]
    assert client.post(address, sent | {"keep": "mine:at_2022:1"}).status_code == 302
    assert report.draft_values.get(field="at_2022").text == "70"


def test_without_a_script_the_other_text_can_be_taken(report, person) -> None:
    make_draft(report.reporting_round, by=person, at=timezone.now(), at_2022="61")
    answer = signed_in(person).post(
        report.get_absolute_url(), {"known": "{}", "at_2022": "70", "keep": "theirs:at_2022:1"}
    )
    assert (answer.status_code, report.draft_values.get().text) == (302, "61")


def test_a_choice_does_not_replace_what_came_after_it_was_offered(report, person) -> None:
    for text in ("61", "62"):
        make_draft(report.reporting_round, by=person, at=timezone.now(), at_2022=text)
    answer = signed_in(person).post(
        report.get_absolute_url(), {"known": "{}", "at_2022": "70", "keep": "mine:at_2022:1"}
    )
    assert (answer.status_code, report.draft_values.get().text) == (409, "62")


# if it were submitted now


def prospect(report: Submission, **texts: str) -> Any:
    return prospect_of(report_texts(**texts), checks_of(report), submission=report, is_late=False)


def test_a_report_like_the_plan_can_be_submitted_and_nothing_stands_out(report) -> None:
    seen = prospect(report)
    assert (seen.blocking, seen.flags) == ((), ())


def test_missing_figures_stop_a_submission_but_not_a_draft(report) -> None:
    seen = prospect(report, at_2023="")
    assert [finding.code for finding in seen.blocking] == ["missing"]
    assert seen.in_draft == ()


def test_the_region_is_told_what_the_reviewer_is_led_to(report) -> None:
    seen = prospect(report, at_2022="60", comment_at_2022="New blocks.", st_2024="–", gm_2024="–")
    assert seen.blocking == ()
    told = {flag.key: [str(detail) for detail in flag.details] for flag in seen.flags}
    assert told["missing-st"] == ["Missing: ST in total 2024, ST in general medicine 2024."]
    by = make_region_member()
    make_submission(
        report.reporting_round, by=by, at=timezone.now(), at_2022="60", comment_at_2022="New blocks.",
        st_2024="–", gm_2024="–",
    )  # fmt: skip
    flags = ReportFlag.objects.filter(submission=report)
    reviewed: dict[str, list[str]] = {}
    for flag in flags:
        reviewed.setdefault(flag.code, []).append(str(sentence_of(flag)))
    assert set(told) == {"far-from-plan", "missing-st", "near-limit"}
    assert {code: sorted(lines) for code, lines in told.items()} == {
        code: sorted(lines) for code, lines in reviewed.items()
    }


def test_a_warning_waits_for_its_comment(report) -> None:
    assert [finding.code for finding in prospect(report, at_2022="60").blocking] == ["far-from-plan"]


# cost


def queries(run: Any) -> int:
    """Statements that read or write; not those that only begin or end a transaction."""
    with CaptureQueriesContext(connection) as captured:
        run()
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_page_and_autosave_take_at_most_twelve_queries(report, person) -> None:
    make_submission(report.reporting_round, by=person, at=timezone.now(), st_2022="150")
    make_draft(report.reporting_round, by=person, at=timezone.now(), at_2022="60", at_2023="80")
    client, address = signed_in(person), report.get_absolute_url()
    known = {"at_2022": [2, "60"]}
    assert queries(lambda: client.get(address)) <= 12
    assert queries(lambda: autosave(client, report, person, known, at_2022="61")) <= 12
    assert queries(lambda: client.get(f"{address}draft/", {"stamp": "old"})) <= 5


def test_a_text_that_no_field_could_take_is_not_kept_and_the_page_says_so(
    report: Submission, person: User
) -> None:
    longest = "x" * TEXT_MAX
    save(report, person, None, comment_at_2022=longest)
    with pytest.raises(TextTooLong, match="at most 20000"):
        save(report, person, None, comment_at_2022=longest + "x", at_2022="7")
    assert not DraftValue.objects.filter(submission=report, field="at_2022").exists()
    answer = signed_in(person).post(
        f"{report.get_absolute_url()}draft/", {"page": "posts", "contact_name": longest + "x"}
    )
    assert answer.status_code == 409
    assert "Nothing was saved." in answer.json()["message"]
    page = signed_in(person).post(report.get_absolute_url(), {"contact_name": longest + "x"})
    assert longest + "x" in page.content.decode()  # nothing that was typed is lost


@pytest.mark.parametrize(
    ("table", "column", "limit"),
    [
        ("reporting_draftvalue", "text", TEXT_MAX),
        ("reporting_figure", "comment", COMMENT_MAX),
        ("reporting_indicator", "comment", COMMENT_MAX),
    ],
)
def test_the_database_itself_refuses_longer_texts(table: str, column: str, limit: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass", [table]
        )
        rules = [rule for (rule,) in cursor.fetchall()]
    assert f"CHECK ((length({column}) <= {limit}))" in rules


def test_a_text_past_the_service_is_refused_by_the_database(report: Submission, person: User) -> None:
    save(report, person, None, comment_at_2022="x")
    with pytest.raises(IntegrityError, match="draft_text_fits"):
        DraftValue.objects.update(text="x" * (TEXT_MAX + 1))
