"""Receipts: what they say, that they are handed out unchanged, and that anyone can recompute them."""

import hashlib
import io
import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
import typst
from django.conf import settings as project_settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from reporting import mailer, receipt_pdf
from reporting.content import content_of
from reporting.errors import DraftChanged, NotAttested
from reporting.models import Mail, MailKind, Receipt, ReceiptFile, Revision, Role, User
from reporting.pdf import _SHOWN, shown
from reporting.qr import qr_svg
from reporting.receipt_pdf import draw_receipt
from reporting.receipts import receipt_file
from reporting.services.submissions import submit_report
from tests.factories import make_draft, make_officer, make_region_member, make_round, make_submission, moment
from tests.reporting.smtp import smtp_server

pytestmark = pytest.mark.django_db

HOSTILE = '#panic("x") $a$ *b* @c <d> #read("/etc/passwd") \\ "q" {{x}}'


def submitted(person: User | None = None, **texts: Any) -> Revision:
    person = person or make_region_member(name="Åsa Öberg", role=Role.REPRESENTANT)
    return make_submission(make_round(slug="2022-2024", is_demo=True), by=person, **texts)


def words_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def client_of(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="reporting.accounts.InvitedBackend")
    return client


def test_a_receipt_says_who_submitted_what_and_when_in_swedish_time() -> None:
    revision = submitted(
        gp_own_persons="182", gp_own_full_time="151,5", at_queue="–", comment_at_queue="Not counted."
    )
    record = json.loads(revision.receipt.record)
    assert record["receipt"] == revision.receipt_number == "PP-2022-2024-03-1"
    assert record["submitted"] == {
        "at": "2022-09-19T10:00:00.000000+02:00", "by": "Åsa Öberg", "role": "representant",
    }  # fmt: skip
    figures = {figure["field"]: figure for figure in record["figures"]}
    assert figures["at_2022"]["value"] == "50"
    assert (figures["gp_own_full_time"]["value"], figures["gp_own_full_time"]["unit"]) == (
        "151.5",
        "full_time",
    )
    assert (figures["at_queue"]["value"], figures["at_queue"]["comment"]) == (None, "Not counted.")
    assert "gp_named" not in figures
    assert record["example_data"] is True


def test_the_sentence_that_was_attested_is_kept_word_for_word() -> None:
    revision = submitted()
    assert revision.attestation_language == "sv"
    assert revision.attestation == (
        "Jag, Åsa Öberg, representant för Region Uppsala, intygar för regionens räkning att uppgifterna i "
        f"version 1 av rapporten {revision.submission.reporting_round.name} är riktiga och fullständiga så "
        "vitt jag vet."
    )
    assert json.loads(revision.receipt.record)["attestation"]["text"] == revision.attestation


@pytest.mark.parametrize("attested_in", [None, "", "de"])
def test_without_an_attestation_nothing_is_submitted(attested_in: str | None) -> None:
    person, reporting_round = make_region_member(), make_round()
    report = make_draft(reporting_round, by=person)
    with pytest.raises(NotAttested):
        submit_report(submission_id=report.pk, by=person, at=moment(), attested_in=attested_in)
    assert not Revision.objects.exists()


def test_a_sentence_in_another_language_than_was_read_is_refused() -> None:
    person, reporting_round = make_region_member(), make_round()
    report = make_draft(reporting_round, by=person)
    page = client_of(person)
    with patch.object(timezone, "now", return_value=moment()):
        text = page.get(f"{report.get_absolute_url()}submit/").content.decode()
    [seen] = re.findall(r'name="seen" value="(\w{64})"', text)
    with pytest.raises(DraftChanged):
        submit_report(submission_id=report.pk, by=person, at=moment(), attested_in="sv", seen_sha256=seen)
    assert submit_report(
        submission_id=report.pk, by=person, at=moment(), attested_in="en", seen_sha256=seen
    ).attestation.startswith("I, ")


def test_the_checksum_is_that_of_the_json_file() -> None:
    revision = submitted()
    answer = client_of(revision.submitted_by).get("/report/2022-2024/03/versions/1/receipt.json")
    assert hashlib.sha256(answer.content).hexdigest() == revision.receipt.sha256
    assert 'filename="PP-2022-2024-03-1.json"' in answer["Content-Disposition"]
    assert json.loads(answer.content)["receipt"] == "PP-2022-2024-03-1"


def test_the_commands_of_the_handbook_recompute_the_checksums(tmp_path: Path) -> None:
    revision = submitted(
        comment_at_2022="", contact_name='Å "x" \\ é', at_queue="–", comment_at_queue="a\nb\t<c>"
    )
    receipt, entry = revision.receipt, revision.receipt.log_entry
    (tmp_path / "PP-2022-2024-03-1.json").write_bytes(receipt.record.encode())
    (tmp_path / "entry.txt").write_text(
        f"{entry.sequence}\n{entry.previous_sha256}\nreceipt\n{entry.subject}\n{entry.content_sha256}\n"
        f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}\n"
    )
    handbook = (project_settings.BASE_DIR / "docs" / "receipts.md").read_text(encoding="utf-8")
    commands = [
        line for block in re.findall(r"```sh\n(.*?)```", handbook, re.DOTALL) for line in block.splitlines()
    ]
    assert len(commands) >= 4
    for command in commands:
        if any(name in shlex.split(command) and not shutil.which(name) for name in ("jq", "openssl")):
            continue
        output = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        wanted = entry.sha256 if "entry.txt" in command else receipt.sha256
        assert wanted in output.stdout, command


def test_the_pdf_is_tagged_titled_and_in_its_language() -> None:
    receipt = submitted().receipt
    for language, title in (("sv", "Kvittens PP-2022-2024-03-1"), ("en", "Receipt PP-2022-2024-03-1")):
        reader = PdfReader(io.BytesIO(draw_receipt(receipt, language=language)))
        root = cast("dict[str, Any]", reader.trailer["/Root"])
        assert root["/Lang"] == language
        assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712  # pypdf's own kind of boolean
        assert root["/StructTreeRoot"]["/K"]
        assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
        assert reader.metadata is not None
        assert reader.metadata.title == title
        metadata = root["/Metadata"].get_object().get_data().decode()
        assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_the_code_on_the_pdf_leads_to_the_check_and_says_so_to_who_cannot_see_it() -> None:
    receipt = submitted().receipt
    with patch.object(receipt_pdf, "qr_svg", wraps=qr_svg) as drawn:
        pdf = draw_receipt(receipt, language="sv")
    address = drawn.call_args.args[0]
    assert address == (
        f"{project_settings.PLATSPLAN_BASE_URL}/verify/?number={receipt.number}&sha256={receipt.sha256}"
    )
    answer = Client(headers={"accept-language": "en"}).get(address).content.decode()
    assert "The receipt is genuine" in answer
    objects = PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    alternatives: list[str] = []
    waiting = [objects]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            alternatives += [str(node["/Alt"])] if node.get("/S") == "/Figure" else []
            waiting += [node["/K"]] if "/K" in node else []
    assert [text for text in alternatives if receipt.number in text]


def test_a_code_is_drawn_module_by_module_with_room_around_it() -> None:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data("Platsplan")
    matrix = code.get_matrix()
    svg = qr_svg("Platsplan")
    drawn = [[False] * len(matrix) for _row in matrix]
    for start, line, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h", svg):
        for place in range(int(start), int(start) + int(length)):
            drawn[int(line)][place] = True
    assert drawn == matrix
    assert not any(any(row[:4]) or any(row[-4:]) for row in drawn)


def test_the_pdf_says_everything_that_the_record_says() -> None:
    texts: dict[str, Any] = {
        "at_2022": "1200",
        "comment_at_2022": "Fler block.",
        "gm_2024": "–",
        "contact_name": "Samira",
    }
    receipt = submitted(**texts, gp_own_full_time="151,5", gp_own_persons="182").receipt
    words = words_of(draw_receipt(receipt, language="sv"))
    wanted = [
        "Exempeldata", "Region Uppsala", "PP-2022-2024-03-1", "19 september 2022 10:00:00", "1\u00a0200",
        "Åsa Öberg, representant", "Fler block.", "uppgift saknas", "151,5", "heltidsekvivalenter", "Samira",
        "Jag, Åsa Öberg", receipt.log_entry.sha256, "sha256sum PP-2022-2024-03-1.json",
    ]  # fmt: skip
    closed = "".join(words.replace("\u200b", "").split())
    assert [text for text in wanted if "".join(text.split()) not in closed] == []
    assert receipt.sha256 in words  # whole, so that it can be copied


def test_the_pdf_of_a_later_version_says_which_one_it_replaces() -> None:
    first = submitted()
    changed: dict[str, Any] = {"at_2022": "60", "comment_at_2022": "Fler."}
    assert first.submitted_by is not None
    second = make_submission(
        first.submission.reporting_round, by=first.submitted_by, at=moment(20), **changed
    )
    words = [words_of(draw_receipt(revision.receipt, language="sv")) for revision in (first, second)]
    assert ["ersätter version 1" in text for text in words] == [False, True]


def test_the_same_receipt_gives_the_same_bytes_and_is_kept_as_it_was_handed_out() -> None:
    receipt = submitted().receipt
    assert draw_receipt(receipt, language="sv") == draw_receipt(receipt, language="sv")
    first = receipt_file(receipt, language="sv")
    with patch.object(receipt_pdf, "draw_receipt", side_effect=AssertionError):
        assert receipt_file(receipt, language="sv") == first
    assert first.sha256 == hashlib.sha256(bytes(first.pdf)).hexdigest()
    assert receipt_file(receipt, language="en").sha256 != first.sha256


def test_what_a_person_types_never_becomes_markup() -> None:
    receipt = submitted(at_2022="60", comment_at_2022=HOSTILE, contact_name="#import *").receipt
    words = words_of(draw_receipt(receipt, language="sv"))
    for part in ('#panic("x")', "$a$", "*b*", '#read("/etc/passwd")', "{{x}}", "#import *"):
        assert part in words, part
    assert "root:" not in words


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("😀", "[U+1F600]"),
        ("漢", "[U+6F22]"),
        ("\u202eevil", "[U+202E]evil"),
        ("a\u0300", "à"),
        ("\u0489", "[U+0489]"),
        ("\x01", "[U+0001]"),
        ("\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "[U+FFFD]"),
        ("å – ’ €", "å – ’ €"),
    ],
)
def test_a_character_without_a_glyph_is_written_as_its_number(typed: str, written: str) -> None:
    assert shown(typed) == written


def test_every_character_that_is_let_through_can_be_drawn() -> None:
    letters = [chr(code) for first, last in _SHOWN for code in range(first, last + 1)]
    receipt = submitted(at_2022="60", comment_at_2022="x").receipt
    record = json.loads(receipt.record)
    record["figures"][0]["comment"] = " ".join(letters) + "\n" + "w" * 600
    receipt.record = json.dumps(record)
    assert len(PdfReader(io.BytesIO(draw_receipt(receipt, language="sv"))).pages) >= 2


def test_the_receipt_mail_encloses_pdf_and_json_in_the_persons_language(settings: Settings) -> None:
    revision = submitted(make_region_member(language="sv", name="Åsa Öberg"))
    mail = Mail.objects.get(kind=MailKind.RECEIPT)
    with smtp_server(settings) as postbox:
        assert mailer.send_mail(mail.pk, at=timezone.now())
    [message] = postbox.accepted
    pdf, record = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type()) == ("PP-2022-2024-03-1.sv.pdf", "application/pdf")
    assert (record.get_filename(), record.get_content_type()) == (
        "PP-2022-2024-03-1.json",
        "application/json",
    )
    assert pdf.get_content() == bytes(ReceiptFile.objects.get(language="sv").pdf)
    assert "Kvittens" in words_of(pdf.get_content())
    assert hashlib.sha256(record.get_content()).hexdigest() == revision.receipt.sha256


def test_a_pdf_that_cannot_be_drawn_delays_the_mail_and_not_the_submission(settings: Settings) -> None:
    submitted()
    mail = Mail.objects.get(kind=MailKind.RECEIPT)
    with smtp_server(settings) as postbox:
        with patch.object(typst, "compile", side_effect=typst.TypstError("no", "no")):
            assert not mailer.send_mail(mail.pk, at=mail.created_at)
        mail.refresh_from_db()
        assert mail.last_error.startswith("ReceiptNotDrawn")
        assert mailer.send_mail(mail.pk, at=mail.created_at + timedelta(minutes=1))
    assert len(postbox.accepted) == 1


@pytest.mark.parametrize("ending", ["receipt.json", "receipt.sv.pdf", "receipt.en.pdf"])
def test_only_those_who_may_read_the_version_get_its_files(ending: str) -> None:
    revision = submitted()
    address = f"/report/2022-2024/03/versions/1/{ending}"
    assert client_of(revision.submitted_by).get(address).status_code == 200
    assert client_of(make_officer()).get(address).status_code == 200
    assert client_of(make_region_member("09")).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert (
        client_of(revision.submitted_by).get("/report/2022-2024/03/versions/1/receipt.de.pdf").status_code
        == 404
    )


@pytest.mark.parametrize("table", ["receipt", "receiptfile", "logentry"])
def test_raw_sql_cannot_change_a_receipt(table: str) -> None:
    receipt_file(submitted().receipt, language="sv")
    for statement in (
        f"UPDATE reporting_{table} SET sha256 = repeat('0', 64)",
        f"DELETE FROM reporting_{table}",
        f"TRUNCATE reporting_{table} CASCADE",
    ):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            connection.cursor().execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")


def test_what_is_stored_says_what_was_typed() -> None:
    revision = submitted(gp_own_persons="182", st_2022="–")
    content = content_of(revision)
    assert content.answers["gp_own_persons"].value == 182
    assert content.answers["st_2022"].value is None
    assert Receipt.objects.get().number == revision.receipt_number
