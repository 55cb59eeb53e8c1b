"""Files with messages: kept, refused, served and cleared away."""

import io
import stat
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from reporting import filestore
from reporting.models import (
    Attachment,
    Membership,
    Message,
    Role,
    Side,
)
from reporting.services.messages import (
    AttachmentsRefused,
    MessageRefused,
    Upload,
)
from tests.factories import (
    make_officer,
    make_region_member,
    make_round,
    make_user,
    moment,
    report_of,
)
from tests.files import EXE, pdf, png, xlsx
from tests.reporting.thread_steps import folder, open_round, send, signed_in, stored_files, upload, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _reference(tmp_path: Path, settings: Any) -> None:
    """Reference data, and a folder for attachments that is this test's own."""
    store = settings.STORAGES["attachments"]
    private = {**store, "OPTIONS": {**store["OPTIONS"], "location": str(tmp_path / "attachments")}}
    settings.STORAGES = {**settings.STORAGES, "attachments": private}


def say_more_files_than_there_are() -> None:
    Message.objects.create(
        submission=report_of(make_round()), side=Side.REGION, author=make_region_member(), author_name="x",
        author_role=Role.OMBUD, body="x", at=moment(), attachment_count=1,
    )  # fmt: skip
    connection.check_constraints()


def test_a_message_has_all_the_files_it_says() -> None:
    with pytest.raises(ProgrammingError, match="other attachments"), transaction.atomic():
        say_more_files_than_there_are()


def test_the_same_form_twice_makes_one_message_and_keeps_one_file() -> None:
    ombud, report, key = make_region_member(), report_of(make_round()), uuid.uuid4()
    first = write(report, ombud, uploads=[upload()], form_key=key)
    assert write(report, ombud, uploads=[upload()], form_key=key) == first
    assert Message.objects.count() == Attachment.objects.count() == len(stored_files()) == 1
    Membership.objects.create(user=ombud, region_id="09", role=Role.REPRESENTANT)
    with pytest.raises(MessageRefused, match="another report"):
        write(report_of(report.reporting_round, "09"), ombud, form_key=key)


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
