"""The history: every model is in it or says why not; it is searched, exported, and never rewritten."""

import csv
import io
from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from allocation.models import RecomputationRun
from config.celery import app
from reporting.audit import Question, changes, kind_of, question_about, tracked_kinds
from reporting.models import Export, LogEntry, Submission, User
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user

pytestmark = pytest.mark.django_db

# Neither tracked nor append-only, and why that is right.
WITHOUT_HISTORY = {
    "reporting.eventcontext": "of which page or task the history tells; what is known stays, by trigger",
    "reporting.deskview": "when somebody last looked at a report: it decides nothing",
    "reporting.readmark": "how far somebody has read; a trigger lets it only grow",
    "reporting.mail": "what was sent never changes (trigger sent_is_sent); before that attempts are counted",
    "reporting.news": "what was told never changes (trigger told_is_told)",
    "reporting.pendingupload": "a file that nobody has saved yet; what is saved has a history",
    "allocation.scenario": "somebody's own what-if: never a run, never paid; says itself who changed it last",
    "allocation.scenarioregion": "part of a scenario",
    "allocation.sweeprun": "a set of what-ifs; its question is fixed by trigger",
    "allocation.sweepchunk": "part of a sweep; what is computed never changes by trigger",
}


def test_every_model_is_tracked_or_append_only_or_says_why_not() -> None:
    tracked: list[Any] = [
        getattr(model, "pgh_tracked_model", None)
        for model in apps.get_models()
        if getattr(model, "pgh_tracked_model", None)
    ]
    # the plain tables behind groups and rights are tracked through their proxies
    tables = {model._meta.db_table for model in tracked} | {RecomputationRun._meta.db_table}
    open_models = set()
    for name in ("reporting", "allocation"):
        for model in apps.get_app_config(name).get_models(include_auto_created=True):
            triggers = {trigger.name for trigger in getattr(model._meta, "triggers", ())}
            is_history = hasattr(model, "pgh_tracked_model") and model.pgh_tracked_model is not None
            if is_history:
                assert {"append_only", "never_emptied"} <= triggers, f"{model._meta.label}: can be rewritten"
            elif model._meta.db_table not in tables and "append_only" not in triggers:
                open_models.add(model._meta.label_lower)
    assert open_models == set(WITHOUT_HISTORY)


def test_no_secret_stands_in_a_history() -> None:
    for kind in tracked_kinds():
        columns = {field.name for field in kind.fields}
        assert not columns & {"password", "last_login", "secret_sha256", "secret", "extra_data"}, kind.label
        assert "data" not in columns or kind.label == "reporting.reportflag", kind.label
    assert not any(kind.label == "reporting.draftvalue" for kind in tracked_kinds())


def test_an_account_has_a_history_without_password_and_sign_ins() -> None:
    person = make_user(name="Anna")
    person.set_password("another long password")
    person.last_login = timezone.now()
    person.save()
    assert len(changes(of(person), limit=9)) == 1
    User.objects.filter(pk=person.pk).update(is_active=False)
    newest, oldest = changes(of(person), limit=9)
    assert [field.name for field in newest.changed] == ["is_active"]
    assert newest.before is not None
    assert (newest.before["is_active"], newest.after["is_active"]) == (True, False)
    assert oldest.before is None
    assert not {"password", "last_login"} & newest.after.keys()


def test_rights_that_are_given_and_taken_are_kept() -> None:
    person, group = make_user(is_staff=True), Group.objects.create(name="A group")
    person.groups.add(group)
    person.groups.remove(group)
    kinds = [kind for kind in tracked_kinds() if kind.label == "reporting.usergroup"]
    assert [change.label for change in changes(Question(kinds=kinds), limit=9)] == ["delete", "insert"]


def of(person: User) -> Question:
    kind = kind_of(User)
    assert kind is not None
    return Question(kinds=[kind], object_id=str(person.pk), whole=kind)


@pytest.mark.parametrize("statement", ["UPDATE {table} SET pgh_label = 'x'", "DELETE FROM {table}"])
def test_no_history_is_rewritten(statement: str) -> None:
    make_user()
    Group.objects.create(name="A group").user_set.add(User.objects.get())
    for table in ("reporting_userevent", "reporting_usergroupevent"):
        with (
            pytest.raises(DatabaseError, match="Cannot"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(table=table))


def test_a_task_stands_beside_what_it_changed() -> None:
    person = make_user()

    @app.task(name="tests.close_account")
    def close_account() -> None:
        User.objects.filter(pk=person.pk).update(is_active=False)

    close_account()
    assert changes(of(person), limit=1)[0].context == {"task": "tests.close_account"}


def test_a_request_stands_beside_what_it_changed_without_secret_links(client: Client) -> None:
    administrator = make_user(is_staff=True, is_superuser=True)
    person = make_user()
    client.force_login(administrator)
    address = reverse("admin:reporting_user_change", args=[person.pk])
    form = {
        "name": "Another", "email": person.email, "language": "sv", "is_active": "on",
        "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert client.post(address, form, REMOTE_ADDR="192.0.2.7").status_code == 302
    context = changes(of(person), limit=1)[0].context
    assert context == {"user": administrator.pk, "url": address, "from": "192.0.2.7"}


def test_a_link_that_lets_somebody_in_never_stands_in_a_history(rf) -> None:
    from config.history import RequestHistoryMiddleware

    request = rf.post("/invitations/a-secret-link/")
    told = RequestHistoryMiddleware(lambda _request: None).get_context(request)
    assert told["url"] == "/invitations/<str:token>/"


def many_changes() -> User:
    officer = make_officer(name="Elin Sandström")
    reporting_round = make_round()
    with pghistory.context(user=officer.pk):
        make_submission(reporting_round, "03", by=make_region_member("03"))
        make_submission(reporting_round, "09", by=make_region_member("09"))
    return officer


def test_the_search_narrows_by_person_kind_region_and_period(client: Client) -> None:
    officer = many_changes()
    client.force_login(officer)
    today = timezone.localdate()

    def found(**asked: Any) -> list[str]:
        page = client.get(reverse("audit"), asked)
        assert page.status_code == 200
        return [f"{entry.kind} {entry.title}" for entry, _address in page.context["rows"]]

    uppsala = found(kind="reporting.submission", region="03", person="sandstr")
    assert uppsala
    assert all("Uppsala" in title for title in uppsala)
    assert found(kind="reporting.submission", person="nobody of that name") == []
    report = Submission.objects.get(region="09")
    assert found(kind="reporting.submission", row=report.pk)
    assert all("Kronoberg" not in title for title in found(row=str(officer.pk), kind="reporting.user"))
    assert found(row="sandstr", kind="reporting.user") == [f"person {officer.name}"]
    assert found(kind="reporting.submission", until=today - timedelta(days=1)) == []
    assert found(kind="reporting.submission", since=today) != []


def test_the_pages_of_a_search_show_each_change_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    officer = many_changes()
    client.force_login(officer)
    everything = changes(Question(kinds=tracked_kinds()), limit=10_000)
    monkeypatch.setattr("reporting.admin.audit.PAGE_SIZE", 60)
    address, seen = reverse("audit"), []
    while True:
        with django_assert_max_num_queries(16):
            page = client.get(address)
        seen += [entry.change.place for entry, _address in page.context["rows"]]
        if not page.context["following"]:
            break
        address = f"{reverse('audit')}?{page.context['following']}"
    assert len(seen) > 120
    assert seen == [change.place for change in everything]


@pytest.mark.parametrize(
    "after", ["x", "2022-13-01~a~1", "2022-01-01T00:00~a~1", "2022-01-01T00:00:00+00:00~a~x"]
)
def test_a_place_that_cannot_be_read_begins_at_the_newest(client: Client, after: str) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get(reverse("audit"), {"after": after}).status_code == 200


def test_the_file_holds_no_formula(client: Client) -> None:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    make_user(name='=HYPERLINK("http://example.com")')
    answer = client.post(f"{reverse('audit')}?kind=reporting.user", {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_file_leaves_a_note_and_holds_what_the_search_finds(client: Client) -> None:
    officer = many_changes()
    client.force_login(officer)
    answer = client.post(f"{reverse('audit')}?kind=reporting.submission&region=03", {"format": "xlsx"})
    [sheet] = load_workbook(io.BytesIO(answer.content)).worksheets
    rows = [row for row in sheet.iter_rows(values_only=True) if "Uppsala" in str(row[8])]
    noted = Export.objects.get()
    assert (noted.by, noted.row_count) == (officer, len(rows))
    assert officer.name in {row[1] for row in rows}
    nothing = client.post(f"{reverse('audit')}?until=2000-01-01", {"format": "csv"}, follow=True)
    assert "messagelist" in nothing.content.decode()


def test_only_those_with_the_permission_search(client: Client) -> None:
    client.force_login(make_user(is_staff=True, groups=["Beslutsfattare"]))
    assert client.get(reverse("audit")).status_code == 403
    assert client.post(reverse("audit"), {"format": "csv"}).status_code == 403


def test_an_object_shows_its_own_history(client: Client, django_assert_max_num_queries: Any) -> None:
    officer = many_changes()
    client.force_login(officer)
    report = Submission.objects.get(region="03")
    with django_assert_max_num_queries(14):
        page = client.get(reverse("admin:reporting_submission_history", args=[report.pk]))
    content = page.content.decode()
    assert "Elin Sandström" in content
    assert "<del>" in content
    review = client.get(reverse("admin:reporting_submission_change", args=[report.pk])).content.decode()
    assert reverse("admin:reporting_submission_history", args=[report.pk]) in review


def test_a_history_tells_of_the_parts_and_of_nobody_elses() -> None:
    person, group = make_user(is_staff=True), Group.objects.create(name="A group")
    other = make_user(is_staff=True)
    for user in (person, other):
        user.groups.add(group)
    question = question_about(person)
    assert question is not None
    found = changes(question, limit=9)
    assert {change.kind.label for change in found} == {"reporting.user", "reporting.usergroup"}
    assert {change.after.get("user_id", person.pk) for change in found} == {person.pk}
    assert question_about(LogEntry()) is None


def test_who_signed_in_stays_when_the_same_request_signs_out() -> None:
    with pghistory.context(user=7, url="/x/"):
        person = make_user()
        pghistory.context(user=None)
        User.objects.filter(pk=person.pk).update(is_active=False)
    assert [change.context["user"] for change in changes(of(person), limit=9)] == [7, 7]
