"""What is written into the outbox: one mail per occasion, the right words, nothing smuggled in."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail as django_mail
from django.db import ProgrammingError, connection, transaction
from django.template.loader import get_template
from django.utils import timezone, translation

from reporting import mailer
from reporting.models import Mail, MailKind, Region, ReportingRound, Revision, Role, User
from reporting.outbox import write_mail
from reporting.services.review import approve_report, return_report
from reporting.tasks import send_mail_task
from reporting.templatetags.mail import column, in_days, one_line, plain_text, quoted
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    make_user,
    moment,
    report_of,
)

pytestmark = pytest.mark.django_db
Capture = Callable[..., AbstractContextManager[list[Callable[[], object]]]]
LONGEST_MAIL_BYTES = 100_000


def submitted(**texts: Any) -> tuple[ReportingRound, User, Revision]:
    """Uppsala's ombud has submitted a report; 60 AT posts for 2022 against a plan of 50, with a comment."""
    reporting_round = make_round(codes=["03"], grant=False, slug="2022-2024")
    ombud = make_region_member("03", name="Åsa Öberg", email="asa@example.com")
    warned = {"at_2022": "60", "comment_at_2022": "Ten more blocks.\nDecided in June."}
    revision = make_submission(reporting_round, by=ombud, **(warned | texts))
    return reporting_round, ombud, revision


def write(occasion: str, recipient: str = "a@example.com") -> Mail | None:
    member, _created = User.objects.get_or_create(email="by@example.com", defaults={"name": "By"})
    return write_mail(
        MailKind.INVITATION,
        recipient=recipient,
        occasion=occasion,
        context={"person": member, "invited_by": member, "link": "x", "valid_days": 7},
        language="en",
    )


def test_a_mail_is_written_once_per_recipient_and_occasion() -> None:
    assert write("first") is not None
    assert write("first") is None
    assert write("first", "A@Example.com") is None
    assert write("second") is not None
    assert write("first", "b@example.com") is not None
    assert Mail.objects.count() == 3


def test_a_mail_is_sent_after_the_commit_and_only_once(
    django_capture_on_commit_callbacks: Capture,
) -> None:
    with patch.object(send_mail_task, "delay") as delay:
        with django_capture_on_commit_callbacks() as callbacks:
            submitted()
        delay.assert_not_called()
        for callback in callbacks:
            callback()
    delay.assert_called_once_with(Mail.objects.get().pk)


def test_a_broker_that_is_away_does_not_undo_the_submission(
    django_capture_on_commit_callbacks: Capture, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        patch.object(send_mail_task, "delay", side_effect=ConnectionError("no broker")),
        django_capture_on_commit_callbacks(execute=True),
    ):
        _round, _ombud, revision = submitted()
    assert Revision.objects.filter(pk=revision.pk).exists()
    assert Mail.objects.get().sent_at is None


def test_the_receipt_holds_everything_that_was_submitted() -> None:
    _round, _ombud, revision = submitted(gm_2024="–")
    receipt = Mail.objects.get(kind=MailKind.RECEIPT)
    for form in (receipt.text, receipt.html):
        for words in (
            revision.receipt_number,
            revision.receipt.sha256,
            "19 September 2022 10:00",
            "Åsa Öberg, ombud",
            "Ten more blocks.",
            "Decided in June.",
            "before 1 October 2022 at 23:59",
            "/report/2022-2024/03/versions/1/",
        ):
            assert words in " ".join(form.split()) or words in form
    assert "  AT: 60\n" in receipt.text
    assert receipt.text.count("– (figure missing)") == 1
    assert receipt.html.count("missing</span>") == 1
    assert len(re.findall(r"<td[^>]*>60</td>", receipt.html)) == 1


def test_a_figure_of_zero_is_not_missing() -> None:
    submitted(gm_2022="0")
    receipt = Mail.objects.get(kind=MailKind.RECEIPT)
    assert "of which general medicine: 0\n" in receipt.text
    assert "figure missing" not in receipt.text


@pytest.mark.parametrize("action", ["approved", "returned"])
def test_the_officers_message_reaches_the_region(action: str) -> None:
    reporting_round, ombud, _revision = submitted()
    colleague = make_region_member("03", Role.REPRESENTANT)
    make_region_member("03", Role.SAMORDNARE)
    officer = make_officer(name="Elin Sandström")
    report = report_of(reporting_round)
    message = "Bra.\n<b>Räkna</b> bara block & påbörjade."
    if action == "approved":
        approve_report(submission_id=report.pk, revision_number=1, by=officer, at=moment(20), message=message)
    else:
        return_report(
            submission_id=report.pk,
            revision_number=1,
            by=officer,
            at=moment(20),
            message=message,
            answer_by=date(2022, 9, 27),
        )
    mails = Mail.objects.filter(kind=action)
    assert {mail.recipient for mail in mails} == {ombud.email, colleague.email}
    for mail in mails:
        assert "> <b>Räkna</b> bara block & påbörjade." in mail.text
        assert "&lt;b&gt;Räkna&lt;/b&gt; bara block &amp; påbörjade." in mail.html
        assert "Elin Sandström" in mail.text
        assert ("Answer by: 27 September 2022" in mail.text) == (action == "returned")
        assert ("complete the report by 27 September 2022" in mail.subject) == (action == "returned")


def test_a_comment_never_brings_one_persons_way_in_to_another() -> None:
    reporting_round = make_round(codes=["03"], grant=False)
    ombud = make_region_member("03", email="ombud@example.com")
    colleague = make_region_member("03", Role.REPRESENTANT, email="colleague@example.com")
    words = "Ten more blocks. {secret-link}"
    make_draft(reporting_round, by=ombud, comment_at_2022=words)
    make_submission(reporting_round, by=colleague, at_2022="60", comment_at_2022=words)
    receipt = Mail.objects.get(kind=MailKind.RECEIPT)
    assert (receipt.recipient, receipt.copy_to) == (colleague.email, ombud.email)
    assert mailer.send_mail(receipt.pk, at=timezone.now())
    [sent] = django_mail.outbox
    everything = sent.message().as_string()
    assert "secret-link" in everything
    assert "/accounts/password/reset/key/" not in everything


def test_line_ends_in_names_cannot_add_headers() -> None:
    Region.objects.filter(code="03").update(name="Region\r\nBcc: thief@example.com\r\n\r\nX")
    reporting_round = make_round(codes=["03"], grant=False)
    ombud = make_region_member("03")
    User.objects.filter(pk=ombud.pk).update(name="Eva\nBcc: thief@example.com")
    ombud.refresh_from_db()
    make_submission(reporting_round, by=ombud)
    row = Mail.objects.get()
    assert "\n" not in row.subject
    assert "\r" not in row.subject
    assert mailer.send_mail(row.pk, at=timezone.now())
    [sent] = django_mail.outbox
    assert sent.recipients() == [ombud.email]
    assert sent.message()["Bcc"] is None
    assert "\nBcc:" not in row.text


def test_the_receipt_names_synthetic_figures() -> None:
    for number, is_demo in enumerate((True, False)):
        code = ("03", "09")[number]
        reporting_round = make_round(codes=[code], grant=False, is_demo=is_demo)
        make_submission(reporting_round, code, by=make_region_member(code))
        mail = Mail.objects.get(region_id=code)
        assert mail.text.startswith("EXAMPLE DATA.") == is_demo
        assert ("Example data" in mail.html) == is_demo


def test_every_kind_of_mail_has_both_forms() -> None:
    for kind in MailKind:
        for form in ("txt", "html"):
            get_template(f"email/{kind}.{form}")


def test_a_mail_is_small_and_names_its_language() -> None:
    submitted()
    mail = Mail.objects.get()
    assert len(mail.html.encode()) < LONGEST_MAIL_BYTES
    assert '<html lang="en">' in mail.html
    assert "<img" not in mail.html
    assert "<script" not in mail.html
    assert all(len(line) <= 72 for line in mail.text.splitlines() if "http" not in line)


def test_a_draft_of_another_region_is_in_no_mail() -> None:
    reporting_round = make_round(codes=["03", "09"], grant=False)
    make_draft(reporting_round, "09", by=make_region_member("09"), at_2022="7531")
    make_submission(reporting_round, "03", by=make_region_member("03"))
    mail = Mail.objects.get()
    assert mail.region_id == "03"
    assert "7531" not in re.sub(r"[0-9a-f]{64}", "", mail.text + mail.html)


def test_a_sent_mail_cannot_be_changed_or_removed() -> None:
    submitted()
    mail = Mail.objects.get()
    assert mailer.send_mail(mail.pk, at=timezone.now())
    for statement in (
        "UPDATE reporting_mail SET sent_at = NULL",
        "UPDATE reporting_mail SET text = 'other'",
        "DELETE FROM reporting_mail",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_plain_text_is_wrapped_and_keeps_marks() -> None:
    long = "word " * 30
    shaped = plain_text(f"- {long}\n\n\n\n> {long}\nhttp://example.com/{'x' * 90}\n")
    lines = shaped.split("\n")
    assert all(len(line) <= 72 for line in lines[:-1])
    assert lines[0].startswith("- word")
    assert lines[1].startswith("  word")
    assert any(line.startswith("> word") for line in lines)
    assert "\n\n\n" not in shaped
    assert lines[-1] == f"http://example.com/{'x' * 90}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nb", "a b"),
        ("a\x0bb\x85c", "a b c"),
        ("a\u2028b", "a b"),
        ("  a ", "a"),
        ("1\u00a0000  kr", "1\u00a0000 kr"),
    ],
)
def test_one_line_knows_every_line_end(text: str, line: str) -> None:
    assert one_line(text) == line


def test_quoted_words_cannot_pass_for_ours() -> None:
    assert quoted("One\r\n\r\nWHAT HAPPENS NEXT") == "> One\n>\n> WHAT HAPPENS NEXT"


def test_columns_line_up() -> None:
    assert column(" a ", 5) + column("12", -4) == "a      12"


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "in 1 day"), (12, "in 12 days")])
def test_days_are_written_in_words(days: int, words: str) -> None:
    with translation.override("en"):
        assert in_days(days) == words


def test_the_reader_gets_the_mail_in_their_language() -> None:
    reporting_round = make_round(codes=["03"], grant=False)
    make_submission(reporting_round, by=make_region_member("03", language="sv"))
    mail = Mail.objects.get()
    assert '<html lang="sv">' in mail.html
    assert "19 september 2022" in mail.text
    assert make_user().language == "en"
