"""The pages of file and keys, without a browser: what is answered, and that nothing is saved by mistake."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from reporting.models import ApiToken, DraftValue, PendingUpload, Role, Submission, User
from reporting.selectors import draft_texts
from tests.factories import make_draft, make_region_member, make_round
from tests.reporting import broken_files

pytestmark = pytest.mark.django_db


def signed_in(user: User, *, strict: bool = False) -> Client:
    client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=strict)
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def report_with_draft(by: User) -> Submission:
    now = timezone.now()
    opened = make_round(opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=19))
    return make_draft(opened, by=by, at=now)


def sent(client: Client, report: Submission, content: bytes, name: str = "file.xlsx"):
    return client.post(f"{report.get_absolute_url()}file/", {"file": SimpleUploadedFile(name, content)})


def filled(client: Client, report: Submission, **values: Any) -> bytes:
    """The downloaded template with other values in it."""
    response = client.get(f"{report.get_absolute_url()}file/template.xlsx")
    assert response["Content-Disposition"] == f'attachment; filename="{report.case_number}.xlsx"'
    book = load_workbook(BytesIO(response.content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value in values:
                row[3].value = values[str(row[0].value)]
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_file_goes_from_download_through_the_difference_into_the_draft() -> None:
    person = make_region_member(role=Role.SAMORDNARE)
    client, report = signed_in(person), report_with_draft(person)
    response = sent(client, report, filled(client, report, at_2022=60), name="../<b>mine</b>.xlsx")
    assert response.status_code == 302
    page = client.get(response.url)
    text = page.content.decode()
    assert "1 cell changes" in text
    assert "&lt;b&gt;mine" in text or "b&gt;.xlsx" in text
    assert "<b>mine" not in text
    assert draft_texts(report)["at_2022"] != "60"
    done = client.post(response.url, {"save": "1", "seen": page.context["preview"].seen}, follow=True)
    assert "1 cell of the file is saved in the draft." in done.content.decode()
    assert draft_texts(report)["at_2022"] == "60"
    assert "does not wait any longer" in client.get(response.url, follow=True).content.decode()


def test_nothing_is_saved_from_a_page_that_shows_an_older_difference() -> None:
    person = make_region_member()
    client, report = signed_in(person), report_with_draft(person)
    response = sent(client, report, filled(client, report, at_2022=60))
    answer = client.post(response.url, {"save": "1", "seen": "0" * 64})
    assert answer.status_code == 409
    assert "Look it through again" in answer.content.decode()
    assert draft_texts(report)["at_2022"] != "60"


def test_errors_are_listed_and_the_copy_with_remarks_is_downloaded() -> None:
    person = make_region_member()
    client, report = signed_in(person), report_with_draft(person)
    response = sent(client, report, filled(client, report, at_2022="<script>", st_2022="=1+1"))
    text = client.get(response.url).content.decode()
    assert "2 cells to correct" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    copy = client.get(f"{response.url}remarks/")
    assert copy["Content-Type"].endswith("spreadsheetml.sheet")
    assert load_workbook(BytesIO(copy.content))["AT and ST"]["D7"].comment is not None
    answer = client.post(response.url, {"save": "1", "seen": ""})
    assert answer.status_code == 409
    assert draft_texts(report)["at_2022"] != "<script>"
    client.post(response.url, {"drop": "1"})
    assert not PendingUpload.objects.exists()


def test_a_file_with_very_many_errors_shows_the_first_and_keeps_the_rest_in_the_copy() -> None:
    person = make_region_member()
    client, report = signed_in(person), report_with_draft(person)
    book = load_workbook(BytesIO(filled(client, report)))
    sheet = book.worksheets[0]
    start = sheet.max_row + 1
    for line in range(start, start + 1_000):
        sheet.cell(line, 1, f"unknown_{line}")
    file = BytesIO()
    book.save(file)
    response = sent(client, report, file.getvalue())
    text = client.get(response.url).content.decode()
    assert "1000 cells to correct" in text
    assert text.count("unknown_") == 100
    assert "The first 100 stand here." in text
    copy = load_workbook(BytesIO(client.get(f"{response.url}remarks/").content))
    assert copy.worksheets[0].cell(start + 999, 1).comment is not None


def test_a_file_that_waits_is_its_readers_own() -> None:
    person, colleague = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    client, report = signed_in(person), report_with_draft(person)
    response = sent(client, report, filled(client, report, at_2022=60))
    other = signed_in(colleague)
    for method, form in (("get", {}), ("post", {"save": "1"}), ("post", {"drop": "1"})):
        answer = getattr(other, method)(response.url, form)
        assert answer.status_code == 302
        assert answer.url == f"{report.get_absolute_url()}file/"
    assert other.get(f"{response.url}remarks/").status_code == 302
    assert PendingUpload.objects.count() == 1
    assert client.get(response.url).status_code == 200


def test_broken_files_are_told_on_the_page_and_nothing_is_kept() -> None:
    """A few of each kind; every file of the corpus is read in test_broken_files.py."""
    person = make_region_member()
    client, report = signed_in(person), report_with_draft(person)
    before = draft_texts(report)
    told = {name: (code, content) for name, code, content in broken_files.corpus()}
    for name, (code, content) in told.items():
        response = sent(client, report, content, name)
        assert response.status_code == (413 if code == "too-large" else 422), (name, code)
        assert "The file was not read in" in response.content.decode()
    assert client.post(f"{report.get_absolute_url()}file/", {}).status_code == 422
    assert client.post(f"{report.get_absolute_url()}file/", {"file": "text"}).status_code == 422
    assert not PendingUpload.objects.exists()
    assert draft_texts(report) == before


@pytest.mark.parametrize("size", [2_000_001, 6_000_000])
def test_a_file_that_is_too_large_is_told_with_its_limit(size: int) -> None:
    person = make_region_member()
    client, report = signed_in(person), report_with_draft(person)
    response = sent(client, report, b"PK" + b"x" * size)
    assert response.status_code == 413
    assert "at most 2 MB can be read in" in response.content.decode()


def test_a_file_without_the_forms_token_is_refused() -> None:
    person = make_region_member()
    report = report_with_draft(person)
    strict = signed_in(person, strict=True)
    assert sent(strict, report, broken_files.workbook()).status_code == 403
    assert not PendingUpload.objects.exists()


def test_the_ombud_makes_a_key_that_is_shown_once() -> None:
    ombud = make_region_member()
    client = signed_in(ombud)
    made = client.post("/report/region/03/keys/", {"name": "HR <system>"})
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    text = client.get("/report/region/03/keys/").content.decode()
    assert secret not in text
    assert "HR &lt;system&gt;" in text
    assert "Never used" in text
    key = ApiToken.objects.get()
    assert client.post(f"/report/region/03/keys/{key.pk}/revoke/", follow=True).status_code == 200
    assert "Revoked by" in client.get("/report/region/03/keys/").content.decode()


def test_others_of_the_region_see_the_keys_and_change_none() -> None:
    ombud, colleague = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    signed_in(ombud).post("/report/region/03/keys/", {"name": "HR"})
    key = ApiToken.objects.get()
    client = signed_in(colleague)
    text = client.get("/report/region/03/keys/").content.decode()
    assert "HR" in text
    assert "Only the ombud makes and revokes keys." in text
    assert client.post("/report/region/03/keys/", {"name": "More"}).status_code in (302, 403)
    assert client.post(f"/report/region/03/keys/{key.pk}/revoke/").status_code == 403
    stranger = signed_in(make_region_member("04"))
    assert stranger.get("/report/region/03/keys/").status_code == 404
    assert stranger.post(f"/report/region/04/keys/{key.pk}/revoke/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None
    assert ApiToken.objects.count() == 1
    assert not DraftValue.objects.exists()


def test_so_many_files_a_minute_and_then_none_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.views.files.FILES_PER_MINUTE", 2)
    at = timezone.now().replace(second=1)
    monkeypatch.setattr("reporting.views.files.timezone.now", lambda: at)
    person, colleague = make_region_member(), make_region_member(role=Role.SAMORDNARE)
    client, report = signed_in(person), report_with_draft(person)
    cache.clear()
    assert [sent(client, report, b"no template").status_code for _ in range(2)] == [422, 422]
    monkeypatch.setattr("reporting.views.files.receive_upload", None)  # is not called any more
    answer = sent(client, report, b"no template")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Wait a minute and try again." in answer.content.decode()
    assert client.get(f"{report.get_absolute_url()}file/").status_code == 200
    monkeypatch.undo()
    assert sent(signed_in(colleague), report, b"no template").status_code == 422
