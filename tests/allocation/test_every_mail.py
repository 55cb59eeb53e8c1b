"""Every kind of mail, written by the services as they write it, read in both languages."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.template import engines
from django.urls import resolve
from pytest_django import Settings

from allocation.accounts import example_iban
from allocation.services.decisions import decide, propose_decision, refuse_proposal, withdraw_proposal
from allocation.services.payees import load_example_accounts
from allocation.services.reclaims import claim_repayment, confirm_claim
from allocation.services.status_reports import send_status_report
from reporting.digests import write_digests
from reporting.mailer import _message
from reporting.models import (
    Mail,
    MailChoice,
    MailKind,
    MailRhythm,
    ReportingRound,
    Role,
    Side,
    User,
)
from reporting.notices import write_answer_reminders, write_escalations, write_reminders
from reporting.role_notices import write_role_notice
from reporting.services.accounts import SignInChange, tell_about_sign_in
from reporting.services.extensions import grant_extension, withdraw_extension
from reporting.services.messages import post_message
from reporting.services.people import send_password_link
from reporting.services.review import return_report, start_review
from tests.allocation.test_decisions import AFTER, letters_as_data, make_decider, make_ready
from tests.allocation.test_payments import LATER, correct, pay
from tests.factories import (
    make_draft,
    make_invitation,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters_as_data")]
__all__ = ["letters_as_data"]

BASE = "https://platsplan.example"
UNRESOLVED = "¤%s¤"
# Words that stand in nearly every sentence of a language and in none of the other's.
WORDS = {
    "sv": re.compile(r"\b(the|and|of|you|your|has|is|was|been|with|not|to)\b", re.IGNORECASE),
    "en": re.compile(r"\b(och|ni|er|det|som|att|har|är|inte|med|av|för|på)\b", re.IGNORECASE),
}
# What a person has written, and names, stand as they are whatever the language.
TYPED = "Zq zq."


@pytest.fixture(autouse=True)
def _shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that a template asks for in vain shows itself; the product has an address of its own."""
    settings.PLATSPLAN_BASE_URL = BASE
    settings.PAYER_ORGANISATION_NUMBER, settings.PAYER_IBAN = "000000-0000", example_iban("00")
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", UNRESOLVED)  # type: ignore[attr-defined]


def write_all(language: str) -> None:
    """Bring about each kind of mail, and the variants whose words differ most."""
    officer = make_officer(language=language, name="Zq Zqvist")
    write_of_a_round(officer, language)
    write_of_people(officer, language)
    write_of_money(officer, language)


def write_of_a_round(officer: User, language: str) -> None:
    """From the first reminder to the question that is not answered."""
    reporting_round = make_round(codes=["09"], grant=False, name="AT/ST 2022-2024", is_demo=True)
    ombud, typist, daily, weekly = (
        make_region_member("09", role, language=language, name=f"Zq {number}")
        for number, role in enumerate((Role.OMBUD, Role.SAMORDNARE, Role.REPRESENTANT, Role.REPRESENTANT))
    )
    MailChoice.objects.create(user=daily, rhythm=MailRhythm.DAILY)
    MailChoice.objects.create(user=weekly, rhythm=MailRhythm.WEEKLY)
    report = report_of(reporting_round, "09")
    write_reminders(at=moment(17))
    make_draft(reporting_round, "09", by=typist, at=moment(20), at_2022="500")
    write_reminders(at=moment(30))
    write_escalations(at=moment(28))
    later: dict[str, Any] = {"submission_id": report.pk, "reason": TYPED, "by": officer}
    grant_extension(**later, closes_at=moment(10, month=10), at=moment(29))
    withdraw_extension(**later, at=moment(30))
    make_submission(reporting_round, "09", by=ombud, at=moment(30), st_2022="–", comment_st_2022=TYPED)
    start_review(submission_id=report.pk, by=officer, at=moment(30, 11))
    for side, by in ((Side.AGENCY, officer), (Side.REGION, ombud)):
        post_message(submission_id=report.pk, side=side, body=TYPED, by=by, at=moment(30, 12))
    return_report(
        submission_id=report.pk,
        revision_number=1,
        by=officer,
        at=moment(30, 13),
        message=TYPED,
        answer_by=moment(20, month=10).date(),
    )
    write_answer_reminders(at=moment(17, month=10))
    write_digests(at=moment(1, 7, month=10))
    write_digests(at=moment(3, 7, month=10))


def write_of_people(officer: User, language: str) -> None:
    """Invitations, roles, and how somebody signs in."""
    person = make_region_member("12", language=language, name="Zq Zqson")
    make_invitation("12", by=person, language=language, name="Zq Ny")
    make_invitation("12", Role.OMBUD, by=officer, language=language, name="Zq Ny")
    for number, change in enumerate(("approved", "declined", "replaced", "changed", "ended")):
        write_role_notice(
            change,  # type: ignore[arg-type]  # one of the five
            membership=person.memberships.get(),
            by=officer,
            at=moment(number + 1),
            message=TYPED,
            successor=officer,
        )
    for change in SignInChange:
        tell_about_sign_in(user_id=person.pk, change=change, device="Zq", at=moment(), detail="Zq")
    send_password_link(user_id=person.pk, at=moment())


def write_of_money(officer: User, language: str) -> None:
    """From the status report to a claim for repayment."""
    decider = make_decider(language=language, name="Zq Zqberg")
    make_region_member("03", language=language, name="Zq Zqman")
    run = make_ready(officer)
    ReportingRound.objects.filter(pk=run.round_grant.reporting_round_id).update(is_demo=True)
    load_example_accounts(at=AFTER)
    for close, by in ((refuse_proposal, decider), (withdraw_proposal, officer)):
        proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
        close(decision_id=proposal.pk, reason=TYPED, by=by, at=AFTER)
    proposal = propose_decision(run_id=run.pk, by=officer, at=AFTER)
    decision = decide(decision_id=proposal.pk, by=decider, at=AFTER)
    pay(decision, officer, decider)
    less = correct(decision, officer, decider, posts="50")
    send_status_report(reporting_round=less.round_grant.reporting_round, by=None, at=AFTER)
    claim = claim_repayment(
        grant_id=less.round_grant_id,
        code="03",
        kind="correction",
        amount_kr=1_000_000,
        reason=TYPED,
        due_on=LATER.date() + timedelta(days=30),
        by=officer,
        at=LATER,
    )
    confirm_claim(claim_id=claim.pk, by=decider, at=LATER)


def forms_of(mail: Mail) -> tuple[str, str]:
    """Text and HTML as they are sent, with the links that are filled in at the last moment."""
    message = _message(mail, ())
    return str(message.body), str(message.alternatives[0][0])


def faults(mail: Mail, language: str) -> list[str]:
    """What a reader would stumble on."""
    text, html = forms_of(mail)
    bare = re.sub(r"https?://\S+|\S+@\S+|[0-9a-f]{64}", " ", text)
    shown = re.sub(r"<head\b.*?</head>|<[^>]+>|\S+@\S+", " ", html, flags=re.DOTALL)
    found = [f"in the other language: {word}" for word in WORDS[language].findall(bare + shown)]
    found += [f"not resolved: {name}" for name in re.findall(r"¤.*?¤", mail.subject + text + html)]
    found += re.findall(r"\bNone\b|\{\{|\{%|&amp;amp;|%\(\w+\)s|\(\)", bare + shown)
    found += re.findall(r".* ,.*", bare)
    links = re.findall(r"https?://\S+", text) + re.findall(r'href="([^"]*)"', html)
    for link in links:
        if link.startswith(f"{BASE}/"):
            resolve(urlsplit(link).path)  # or 404
        else:
            found.append(f"no full address: {link}")
    if not links and mail.kind != MailKind.ROLE_CHANGED:  # whoever has no role any more has no page
        found.append("leads nowhere")
    if not mail.subject or mail.subject != " ".join(mail.subject.split()):
        found.append("not a subject of one line")
    return found


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_kind_of_mail_reads_well_in_both_languages(language: str) -> None:
    write_all(language)
    mails = list(Mail.objects.order_by("pk"))
    assert {mail.kind for mail in mails} == set(MailKind.values)
    stumbled = [(mail.kind, mail.subject, found) for mail in mails if (found := faults(mail, language))]
    assert stumbled == []
