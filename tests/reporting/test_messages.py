"""The thread between a region and the agency: who writes, who reads, what a file must be, what is unread."""

import io
import stat
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from reporting import filestore, threads
from reporting.errors import NotAllowed
from reporting.models import (
    Attachment,
    Membership,
    Message,
    ReadMark,
    ReportingRound,
    Role,
    Side,
    State,
    Submission,
    User,
)
from reporting.reference import load_reference_data
from reporting.services.messages import (
    MESSAGES_PER_HOUR,
    AttachmentsRefused,
    MessageRefused,
    Upload,
    mark_read,
    post_message,
)
from reporting.services.review import return_report
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)
from tests.files import EXE, pdf, png, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(tmp_path: Path, settings: Any) -> None:
    """Reference data, and a folder for attachments that is this test's own."""
    load_reference_data()
    store = settings.STORAGES["attachments"]
    private = {**store, "OPTIONS": {**store["OPTIONS"], "location": str(tmp_path / "attachments")}}
    settings.STORAGES = {**settings.STORAGES, "attachments": private}


def folder() -> Path:
    return Path(filestore.attachment_store().path(""))


def stored_files() -> list[Path]:
    return [path for path in folder().rglob("*") if path.is_file()]


def upload(name: str = "Beslut.pdf", content: bytes | None = None) -> Upload:
    data = pdf() if content is None else content
    return Upload(name=name, content=io.BytesIO(data), size=len(data))


def open_round(**fields: Any) -> ReportingRound:
    now = timezone.now()
    return make_round(
        **{"opens_at": now - timedelta(days=3), "closes_at": now + timedelta(days=19), **fields}
    )


def write(report: Submission, by: User, body: str = "Hello", **fields: Any) -> Message:
    side = Side.AGENCY if by.is_staff else Side.REGION
    return post_message(submission_id=report.pk, by=by, body=body, **{"side": side, "at": moment(), **fields})


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def send(client: Client, address: str, body: str = "Hello", *files: SimpleUploadedFile, **more: Any) -> Any:
    fields = {"body": body, "form_key": str(uuid.uuid4()), "attachments": list(files), **more}
    return client.post(address, fields)


def test_both_sides_write_and_the_thread_keeps_events_and_messages_in_order() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(name="Eva"), make_officer(name="Elin")
    make_submission(reporting_round, by=ombud, at=moment(19), at_2022="60", comment_at_2022="Ten more.")
    report = report_of(reporting_round)
    return_report(
        submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message="Is 60 right?"
    )
    answer = write(report, ombud, "Yes.", at=moment(21))
    write(report, officer, "Thank you.", at=moment(22))
    thread = threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION)
    told = [(entry.by, entry.text or str(entry.comments[0])) for entry in thread.entries]
    assert told == [
        ("Eva", "AT 2022: Ten more."), ("Elin", "Is 60 right?"), ("Eva", "Yes."), ("Elin", "Thank you."),
    ]  # fmt: skip
    assert (answer.event, answer.revision) == (report.events.get(kind="returned"), report.revisions.get())
    assert answer.author_role == Role.OMBUD
    assert report_of(reporting_round).state == State.RETURNED


def test_a_message_is_never_changed_and_stays_with_its_report() -> None:
    reporting_round, ombud = make_round(), make_region_member()
    other = make_submission(reporting_round, "09", by=make_region_member("09"))
    message = write(report_of(reporting_round), ombud, uploads=[upload()])
    connection.check_constraints()  # as a commit would
    for statement in (
        "UPDATE reporting_message SET body = 'other'",
        "DELETE FROM reporting_message",
        "TRUNCATE reporting_message CASCADE",
        "UPDATE reporting_attachment SET name = 'other.pdf'",
        "DELETE FROM reporting_attachment",
        # no further file for a message that has been written
        f"""INSERT INTO reporting_attachment (message_id, position, name, kind, size, sha256, stored_as)
            VALUES ({message.pk}, 2, 'a.pdf', 'pdf', 1, 'x', 'y')""",
        # nothing about another region's version
        f"""INSERT INTO reporting_message (submission_id, side, author_id, author_name, author_role, body, at,
            revision_id, attachment_count, form_key) VALUES ({message.submission_id}, 'region', {ombud.pk},
            'x', 'ombud', 'x', now(), {other.pk}, 0, '{uuid.uuid4()}')""",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def say_more_files_than_there_are() -> None:
    Message.objects.create(
        submission=report_of(make_round()), side=Side.REGION, author=make_region_member(), author_name="x",
        author_role=Role.OMBUD, body="x", at=moment(), attachment_count=1,
    )  # fmt: skip
    connection.check_constraints()


def test_a_message_has_all_the_files_it_says() -> None:
    with pytest.raises(ProgrammingError, match="other attachments"), transaction.atomic():
        say_more_files_than_there_are()


@pytest.mark.parametrize("body", ["", " \r\n\t", "\x00"])
def test_an_empty_message_is_refused(body: str) -> None:
    with pytest.raises(MessageRefused, match="Write a message"):
        write(report_of(make_round()), make_region_member(), body, uploads=[upload()])
    assert stored_files() == []


def test_the_database_refuses_an_empty_message_too() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    with pytest.raises(IntegrityError, match="messages_say_something"), transaction.atomic():
        Message.objects.create(
            submission=report, side=Side.REGION, author=ombud, author_role=Role.OMBUD, body="", at=moment()
        )


def test_a_message_has_room_for_four_thousand_characters() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    assert len(write(report, ombud, "x" * 4_000).body) == 4_000
    with pytest.raises(MessageRefused, match="4001 characters"):
        write(report, ombud, "x" * 4_001)


def test_the_same_form_twice_makes_one_message_and_keeps_one_file() -> None:
    ombud, report, key = make_region_member(), report_of(make_round()), uuid.uuid4()
    first = write(report, ombud, uploads=[upload()], form_key=key)
    assert write(report, ombud, uploads=[upload()], form_key=key) == first
    assert Message.objects.count() == Attachment.objects.count() == len(stored_files()) == 1
    Membership.objects.create(user=ombud, region_id="09", role=Role.REPRESENTANT)
    with pytest.raises(MessageRefused, match="another report"):
        write(report_of(report.reporting_round, "09"), ombud, form_key=key)


def test_nobody_floods_the_thread() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    for minute in range(MESSAGES_PER_HOUR):
        write(report, ombud, at=moment(19, 10, minute))
    with pytest.raises(MessageRefused, match="30 messages within an hour"):
        write(report, ombud, at=moment(19, 10, 59))
    write(report, ombud, at=moment(19, 11, 1))


@pytest.mark.parametrize("role", list(Role))
def test_everyone_who_serves_the_region_may_write(role: Role) -> None:
    assert write(report_of(make_round()), make_region_member(role=role)).author_role == role


def test_others_may_not_write() -> None:
    report = report_of(make_round())
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    gone = make_region_member("03", Role.SAMORDNARE, is_active=False)
    for person, side in (
        (make_region_member("09"), Side.REGION),
        (make_region_member("09", Role.REPRESENTANT), Side.AGENCY),
        (gone, Side.REGION),
        (decider, Side.AGENCY),
        (make_officer(), Side.REGION),
        (make_user(), Side.REGION),
    ):
        with pytest.raises(NotAllowed):
            write(report, person, side=side, uploads=[upload()])
    assert not Message.objects.exists()
    assert stored_files() == []


def test_files_are_kept_under_names_that_say_nothing_and_only_for_the_owner() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    message = write(report, ombud, uploads=[upload("C:\\x\\Beslut Å.PDF"), upload("bild.png", png())])
    first, second = message.attachments.order_by("position")
    assert (first.name, first.kind, first.size) == ("Beslut Å.pdf", "pdf", len(pdf()))
    assert second.name == "bild.png"
    assert len(stored_files()) == 2
    for path in stored_files():
        assert "eslut" not in str(path.relative_to(folder()))
        assert path.suffix == ""
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert filestore.content_of(first) == pdf()
    assert not str(folder()).startswith(str(settings.STATIC_ROOT))


def test_every_refused_file_is_named_and_nothing_is_written() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    too_large = Upload(name="stor.pdf", content=io.BytesIO(pdf()), size=settings.ATTACHMENT_MAX_BYTES + 1)
    with pytest.raises(AttachmentsRefused) as refusal:
        write(report, ombud, uploads=[
            upload(), upload("trojan.pdf", EXE), too_large, upload("a.pdf", png()), upload("tom.pdf", b""),
        ])  # fmt: skip
    assert [reason.partition(":")[0] for reason in refusal.value.reasons] == [
        "trojan.pdf", "stor.pdf", "a.pdf", "tom.pdf",
    ]  # fmt: skip
    assert "larger than 10 MB" in refusal.value.reasons[1]
    assert "Rename the file to .png" in refusal.value.reasons[2]
    with pytest.raises(AttachmentsRefused, match="at most 5 files"):
        write(report, ombud, uploads=[upload()] * 6)
    assert not Message.objects.exists()
    assert stored_files() == []


def test_a_message_that_fails_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Attachment.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(report_of(make_round()), make_region_member(), uploads=[upload()])
    assert stored_files() == []
    assert not Message.objects.exists()


def test_files_that_nobody_refers_to_are_removed_after_a_day() -> None:
    kept = write(report_of(make_round()), make_region_member(), uploads=[upload()])
    filestore.store_file(io.BytesIO(b"left behind"))
    now = timezone.now()
    assert filestore.remove_orphans(at=now) == 0
    assert filestore.remove_orphans(at=now + timedelta(hours=25)) == 1
    assert filestore.content_of(kept.attachments.get()) == pdf()


def test_what_the_other_side_writes_is_unread_until_it_has_been_shown() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(), make_officer()
    colleague, elsewhere = make_region_member("03", Role.SAMORDNARE), make_region_member("09")
    report = report_of(reporting_round)
    write(report, officer)
    first = write(report, officer, "Two")
    assert threads.unread_for_region(ombud) == {report.pk: 2}
    assert threads.unread_for_region(elsewhere) == threads.unread_for_region(officer) == {}
    assert threads.unread_for_agency(officer) == threads.unread_for_agency(ombud) == {}
    mark_read(
        submission_id=report.pk,
        side=Side.REGION,
        by=ombud,
        last_message=first.pk,
        last_event=0,
        at=moment(20),
    )
    assert threads.unread_for_region(ombud) == {}
    assert threads.unread_for_region(colleague) == {report.pk: 2}
    answer = write(report, ombud, "Answer")
    assert threads.unread_for_agency(officer) == {report.pk: 1}
    [entry] = [
        entry
        for entry in threads.thread_of(report, reader_id=officer.pk, side=Side.AGENCY).entries
        if entry.anchor == f"m-{first.pk}"
    ]
    assert entry.read_by == (ombud.name,)
    assert threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION).last_message == answer.pk


def test_a_return_is_unread_for_the_region() -> None:
    reporting_round, ombud, officer = make_round(), make_region_member(), make_officer()
    make_submission(reporting_round, by=ombud)
    report = report_of(reporting_round)
    return_report(submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message="Why?")
    assert threads.unread_for_region(ombud) == {report.pk: 1}
    shown = threads.thread_of(report, reader_id=ombud.pk, side=Side.REGION)
    assert shown.new_count == 1
    mark_read(
        submission_id=report.pk, side=Side.REGION, by=ombud, at=moment(21),
        last_message=shown.last_message, last_event=shown.last_event,
    )  # fmt: skip
    assert threads.unread_for_region(ombud) == {}


def test_a_mark_never_goes_back() -> None:
    ombud, report = make_region_member(), report_of(make_round())
    for last in (7, 3):
        mark_read(
            submission_id=report.pk, side=Side.REGION, by=ombud, at=moment(20),
            last_message=last, last_event=last,
        )  # fmt: skip
    assert (ReadMark.objects.get().last_message, ReadMark.objects.get().last_event) == (7, 7)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReadMark.objects.update(last_message=1)


def test_the_page_marks_as_read_what_it_shows_and_the_header_counts() -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer(name="Elin")
    report = report_of(reporting_round)
    write(report, officer, "Is it <b>right</b>?")
    client = signed_in(ombud)
    assert '<span class="pp-count">1' in client.get("/report/").content.decode()
    address = f"/report/{reporting_round.slug}/03/messages/"
    assert client.get("/report/messages/").headers["Location"] == address
    client.head(address)
    first = client.get(address).content.decode()
    assert "Is it &lt;b&gt;right&lt;/b&gt;?" in first
    assert "is-new" in first
    second = client.get(address).content.decode()
    assert "is-new" not in second
    assert "pp-count" not in second
    desk = signed_in(officer).get(f"/admin/reporting/submission/{report.pk}/change/").content.decode()
    assert f"Read by {ombud.name}" in desk


def test_a_region_writes_with_a_file_and_the_officer_finds_it() -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer()
    report = report_of(reporting_round)
    address = f"/report/{reporting_round.slug}/03/messages/"
    answer = send(signed_in(ombud), address, "See the decision.", SimpleUploadedFile("Beslut Å.pdf", pdf()))
    message = Message.objects.get()
    assert answer.headers["Location"] == f"{address}#m-{message.pk}"
    desk = signed_in(officer)
    assert "1 unread message" in desk.get("/admin/").content.decode()
    queue = desk.get("/admin/reporting/submission/?unread=1").content.decode()
    assert "1 unread" in queue
    review = f"/admin/reporting/submission/{report.pk}/change/"
    assert "See the decision." in desk.get(review).content.decode()
    assert "No unread messages" in desk.get(review).content.decode()
    sent = send(desk, f"/admin/reporting/submission/{report.pk}/message/", "Thank you.")
    assert sent.headers["Location"].startswith(f"{review}#m-")
    assert "Thank you." in signed_in(ombud).get(address).content.decode()


@pytest.mark.parametrize("door", ["region", "agency"])
def test_a_refused_file_costs_nobody_what_they_typed(door: str) -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer()
    report = report_of(reporting_round)
    client, address = {
        "region": (signed_in(ombud), f"/report/{reporting_round.slug}/03/messages/"),
        "agency": (signed_in(officer), f"/admin/reporting/submission/{report.pk}/message/"),
    }[door]
    answer = send(client, address, "What I <i>typed</i>.", SimpleUploadedFile("a.pdf", EXE))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "What I &lt;i&gt;typed&lt;/i&gt;." in text
    assert "a.pdf: Only PDF" in text
    assert "Choose the files again" in text
    assert not Message.objects.exists()


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_a_form_without_a_usable_key_is_sent_all_the_same(key: str) -> None:
    reporting_round, ombud = open_round(), make_region_member()
    address = f"/report/{reporting_round.slug}/03/messages/"
    assert send(signed_in(ombud), address, "Hello", form_key=key).status_code == 302
    assert Message.objects.count() == 1


def test_a_file_that_is_far_too_large_is_not_kept_while_it_comes_in(settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 200_000
    reporting_round = open_round()
    address = f"/report/{reporting_round.slug}/03/messages/"
    answer = send(
        signed_in(make_region_member()), address, "Typed.", SimpleUploadedFile("a.pdf", b"x" * 1_000_000)
    )
    assert "a.pdf: The file is larger" in answer.content.decode()
    assert "Typed." in answer.content.decode()
    [kept] = answer.wsgi_request.FILES.getlist("attachments")
    assert 200_000 < kept.size <= 200_000 + 64 * 1024


def test_a_request_beyond_all_reason_is_turned_away_unread(settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 1_000
    answer = send(signed_in(make_region_member()), "/report/x/03/messages/", "x" * 2_000)
    assert answer.status_code == 413
    assert Client().get("/healthz").status_code == 200


def download(client: Client, slug: str, file: Attachment) -> Any:
    return client.get(f"/report/{slug}/03/messages/files/{file.pk}/")


def test_a_file_is_served_to_those_who_may_and_only_as_a_file() -> None:
    reporting_round, ombud = open_round(), make_region_member()
    report = report_of(reporting_round)
    content = xlsx()
    file = write(report, ombud, uploads=[upload("Beslut Åå.xlsx", content)]).attachments.get()
    decider = make_user(is_staff=True, groups=["Beslutsfattare"])
    for person in (ombud, make_region_member("03", Role.SAMORDNARE), make_officer(), decider):
        answer = download(signed_in(person), reporting_round.slug, file)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Beslut%20%C3%85%C3%A5.xlsx"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer.content == content
    for person in (make_region_member("09"), make_user(), make_user(is_staff=True)):
        assert download(signed_in(person), reporting_round.slug, file).status_code == 404
    assert download(Client(), reporting_round.slug, file).status_code == 302
    elsewhere = signed_in(ombud).get(f"/report/{reporting_round.slug}/09/messages/files/{file.pk}/")
    assert elsewhere.status_code == 404


def test_a_file_that_somebody_has_changed_on_the_disk_is_not_served(caplog: pytest.LogCaptureFixture) -> None:
    reporting_round, ombud = open_round(), make_region_member()
    file = write(report_of(reporting_round), ombud, uploads=[upload()]).attachments.get()
    [path] = stored_files()
    path.write_bytes(EXE)
    assert download(signed_in(ombud), reporting_round.slug, file).status_code == 404
    path.unlink()
    assert download(signed_in(ombud), reporting_round.slug, file).status_code == 404
    assert "cannot be served" in caplog.text


def test_another_regions_thread_is_not_found() -> None:
    reporting_round = open_round()
    report = report_of(reporting_round)
    address = f"/report/{reporting_round.slug}/03/messages/"
    for person in (make_region_member("09"), make_officer(), make_user()):
        assert signed_in(person).get(address).status_code == 404
        assert send(signed_in(person), address).status_code == 404
    deputy = make_region_member("09", Role.REPRESENTANT)
    for person in (deputy, make_user(is_staff=True, groups=["Beslutsfattare"])):
        path = f"/admin/reporting/submission/{report.pk}/message/"
        assert send(signed_in(person), path).status_code == 403
    assert signed_in(make_user()).get("/report/messages/").status_code == 404
    assert not Message.objects.exists()


def test_forms_are_refused_without_a_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_region_member(), backend="reporting.accounts.InvitedBackend")
    assert send(client, f"/report/{open_round().slug}/03/messages/").status_code == 403
    assert not Message.objects.exists()


def test_pages_cost_the_same_however_long_the_thread(django_assert_max_num_queries: Any) -> None:
    reporting_round, ombud, officer = open_round(), make_region_member(), make_officer()
    report = report_of(reporting_round)
    for number in range(9):
        write(report, ombud, str(number), uploads=[upload()])
        write(report, officer, str(number), uploads=[upload()])
    client = signed_in(ombud)
    address = f"/report/{reporting_round.slug}/03/messages/"
    client.get(address)
    with django_assert_max_num_queries(16):
        client.get(address)
