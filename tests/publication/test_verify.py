"""The open page that tells whether a receipt is genuine, and nothing more."""

import io
import json

import pgtrigger
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from publication.views.receipts import CHECKS_PER_MINUTE
from reporting.chain import keep_check
from reporting.limits import network_of, within_limit
from reporting.models import Receipt, Revision
from reporting.receipts import receipt_file
from tests.factories import make_region_member, make_round, make_submission, moment

pytestmark = pytest.mark.django_db

GENUINE = "The receipt is genuine"
REFUSED = "The receipt cannot be confirmed"


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def revision() -> Revision:
    """A submitted version with figures and names that must not be told."""
    person = make_region_member(name="Åsa Öberg")
    return make_submission(
        make_round(slug="2022-2024"),
        by=person,
        at_2022="4321",
        comment_at_2022="Secret.",
        contact_name="Samira",
    )


@pytest.fixture
def visitor() -> Client:
    """Somebody without an account."""
    return Client(headers={"accept-language": "en"})


def sent(visitor: Client, content: bytes, name: str = "receipt.pdf") -> str:
    answer = visitor.post("/verify/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_address_on_the_receipt_tells_what_it_is_of_and_nothing_that_it_says(
    visitor: Client, revision: Revision
) -> None:
    answer = visitor.get(f"/verify/{revision.receipt.sha256}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    for told in (
        GENUINE,
        "PP-2022-2024-03-1",
        "Region Uppsala",
        "19 September 2022 10:00:00",
        "newest version",
    ):
        assert told in text, told
    for kept in ("4321", "4 321", "Secret.", "Samira", "Åsa Öberg"):
        assert kept not in text, kept
    assert "no-store" in answer["Cache-Control"]


def test_number_and_checksum_must_both_be_right(visitor: Client, revision: Revision) -> None:
    sha256 = revision.receipt.sha256
    spaced = " ".join(sha256[start : start + 8] for start in range(0, 64, 8)).upper()
    for number, checksum, wanted in (
        ("PP-2022-2024-03-1", sha256, GENUINE),
        (" pp-2022-2024-03-1 ", spaced, GENUINE),
        ("PP-2022-2024-03-2", sha256, REFUSED),
        ("PP-2022-2024-03-1", "0" * 64, REFUSED),
        ("PP-2022-2024-03-1", revision.sha256, REFUSED),
    ):
        text = visitor.get("/verify/", {"number": number, "sha256": checksum}).content.decode()
        assert wanted in text, (number, checksum)
        assert (GENUINE if wanted == REFUSED else REFUSED) not in text


@pytest.mark.parametrize("checksum", ["", "abc", "g" * 64, "0" * 63, "\x00", "٣" * 64, "'; --", "0" * 300])
def test_what_is_no_checksum_is_answered_plainly(visitor: Client, revision: Revision, checksum: str) -> None:
    answer = visitor.get("/verify/", {"number": "PP", "sha256": checksum})
    assert answer.status_code in (200, 400)
    assert GENUINE not in answer.content.decode()
    assert visitor.get("/verify/not-a-checksum/").status_code == 404


def test_a_replaced_version_says_so(visitor: Client, revision: Revision) -> None:
    make_submission(
        revision.submission.reporting_round, by=revision.submitted_by, at=moment(20), st_2022="121"
    )
    text = visitor.get(f"/verify/{revision.receipt.sha256}/").content.decode()
    assert "There is a newer version" in text
    assert "submitted version 2" in text


def test_the_files_are_recognised_and_forged_ones_are_not(visitor: Client, revision: Revision) -> None:
    receipt = revision.receipt
    for language in ("sv", "en"):
        pdf = bytes(receipt_file(receipt, language=language).pdf)
        assert GENUINE in sent(visitor, pdf)
        assert REFUSED in sent(visitor, pdf.replace(b"Typst", b"Typsu", 1))
        assert REFUSED in sent(visitor, pdf + b"\n")
    assert GENUINE in sent(visitor, receipt.record.encode(), "r.json")
    laid_out = json.dumps(json.loads(receipt.record), indent=None).encode()
    assert GENUINE in sent(visitor, laid_out, "r.json")
    assert REFUSED in sent(visitor, receipt.record.replace("4321", "4322").encode(), "r.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"{",
        b"[]",
        b'"x"',
        b'{"a":"\\ud800"}',
        b"[" * 50_000,
        b'{"a":' * 5_000,
        b"1" * 10_000,
        b"\xff\xfe{}",
    ],
)
def test_files_that_are_no_receipt_are_refused_without_an_error(
    visitor: Client, revision: Revision, content: bytes
) -> None:
    text = sent(visitor, content, "x.json")
    assert GENUINE not in text


def test_a_large_file_is_refused(visitor: Client) -> None:
    assert "larger than any receipt" in sent(visitor, b"x" * 1_000_001)


def test_a_receipt_that_the_log_does_not_know_is_not_vouched_for(visitor: Client, revision: Revision) -> None:
    with pgtrigger.ignore():
        Receipt.objects.update(sha256="a" * 64)
    assert REFUSED in visitor.get(f"/verify/{'a' * 64}/").content.decode()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reporting_receipt SET record = replace(record, '4321', '4322')",
        "UPDATE reporting_logentry SET at = at + interval '1 day'",
        "UPDATE reporting_logentry SET previous_sha256 = repeat('a', 64)",
        "UPDATE reporting_logentry SET sha256 = repeat('a', 64)",
    ],
)
def test_what_is_changed_by_sql_is_not_vouched_for_and_the_check_says_so_to_everyone(
    visitor: Client, revision: Revision, statement: str
) -> None:
    address = f"/verify/{revision.receipt.sha256}/"
    keep_check(at=moment(20))
    assert "1 entries, and all is as it was" in visitor.get(address).content.decode()
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert REFUSED in visitor.get(address).content.decode()
    keep_check(at=moment(21))
    assert "Something in the log is not as it was" in visitor.get("/verify/").content.decode()


def test_a_network_that_asks_too_often_waits(visitor: Client, revision: Revision) -> None:
    address = f"/verify/{revision.receipt.sha256}/"
    answers = {visitor.get(address).status_code for _ in range(CHECKS_PER_MINUTE)}
    later = visitor.get(address)
    # the count starts anew each minute, which may begin in between
    assert answers == {200}
    assert later.status_code in (200, 429)
    assert visitor.get("/verify/").status_code == 200  # the empty page is never counted


def test_the_limit_counts_networks_and_minutes() -> None:
    at = moment()
    assert [within_limit("x", who="192.0.2.1", per_minute=2, at=at) for _ in range(3)] == [
        True,
        True,
        False,
    ]
    assert within_limit("x", who="192.0.2.2", per_minute=2, at=at)
    assert within_limit("y", who="192.0.2.1", per_minute=2, at=at)
    assert within_limit("x", who="192.0.2.1", per_minute=2, at=moment(minute=1))
    one_house = [f"2001:db8:0:1::{number}" for number in range(3)]
    assert [within_limit("x", who=network_of(host), per_minute=2, at=at) for host in one_house] == [
        True,
        True,
        False,
    ]
    assert within_limit("x", who=network_of("2001:db8:0:2::1"), per_minute=2, at=at)
    assert within_limit("x", who=network_of("nonsense"), per_minute=1, at=at)


def test_the_page_is_in_the_visitors_language(revision: Revision) -> None:
    answer = Client(headers={"accept-language": "sv"}).get(f"/verify/{revision.receipt.sha256}/")
    assert "Kvittensen är äkta" in answer.content.decode()
    assert io.BytesIO(answer.content).read(15) == b"<!doctype html>"
