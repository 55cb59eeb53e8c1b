"""A person at the agency's desk, for tests."""

from django.test import Client
from django.urls import reverse

from reporting.models import ReportFlag, Submission, User
from tests.factories import (
    make_user,
)

LIST = "/admin/reporting/submission/"


def signed_in(person: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(person)
    return client


def make_decider() -> User:
    return make_user(is_staff=True, groups=["Beslutsfattare"])


def make_admin() -> User:
    return make_user(is_staff=True, is_superuser=True)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def change(report: Submission) -> str:
    return reverse("admin:reporting_submission_change", args=[report.pk])


def decide(client: Client, report: Submission, decision: str, *, seen: int = 1, **fields: str) -> int:
    address = reverse("admin:reporting_submission_decide", args=[report.pk])
    data = {"decision": decision, "revision_number": str(seen), "message": "", "answer_by": "", **fields}
    return client.post(address, data).status_code


def codes_of(report: Submission) -> set[str]:
    return set(ReportFlag.objects.filter(submission=report, dismissed_at=None).values_list("code", flat=True))
