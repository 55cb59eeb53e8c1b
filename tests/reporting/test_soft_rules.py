"""Soft rules: their way from shadow to block, what is stored of them, and what is offered again."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from reporting.checking import checks_of
from reporting.errors import NotAllowed, ReportIncomplete
from reporting.models import CheckRule, RaisedFinding, RevisionFinding, Stage
from reporting.selectors import rule_counts
from reporting.services.checks import StageRefused, move_rule, note_raised
from reporting.services.drafts import save_draft
from reporting.services.submissions import submit_report
from reporting.soft_rules import SOFT_RULES
from tests.factories import (
    make_draft,
    make_officer,
    make_region_member,
    make_round,
    make_submission,
    moment,
    report_texts,
)

pytestmark = pytest.mark.django_db

FALLING = {"st_2023": "80", "st_2024": "80"}


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def member():
    return make_region_member()


@pytest.fixture
def report(member):
    texts: dict[str, Any] = report_texts(**FALLING)
    return make_draft(make_round(grant=False), by=member, **texts)


def found_in(report):
    checks = checks_of(report)
    texts = dict(report.draft_values.values_list("field", "text"))
    return [(finding.code, finding.level) for finding in checks.check_with_shadows(texts, submitting=True)]


def test_a_rule_in_shadow_finds_and_shows_nothing(report):
    assert ("st-falls", "shadow") in found_in(report)
    checks = checks_of(report)
    texts = dict(report.draft_values.values_list("field", "text"))
    assert checks.check(texts, submitting=True) == ()


@pytest.mark.parametrize(
    ("stage", "level"), [(Stage.WARNING, "warning"), (Stage.BLOCK, "error"), (Stage.SHADOW, "shadow")]
)
def test_the_stage_decides_what_a_finding_is(report, officer, stage, level):
    move_rule(code="st-falls", stage=stage, note="Prövad i en omgång.", by=officer, at=moment())
    assert ("st-falls", level) in found_in(report)


def test_an_error_whose_title_names_the_figure_does_not_name_it_twice(member, officer):
    now = timezone.now()
    opened = make_round(grant=False, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9))
    report = make_draft(opened, by=member, at=now, **report_texts(**FALLING, at_2022="sixty"))
    move_rule(code="st-falls", stage=Stage.BLOCK, note="Alltid fel.", by=officer, at=now)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(member)
    shown = client.get(report.get_absolute_url()).content.decode()
    text = " ".join(strip_tags(shown).split())
    assert "ST in total 2023 falls from" in text
    assert "ST in total 2023: ST in total 2023" not in text
    assert "AT 2022: Enter a whole number, 0 if none are planned." in text


def test_a_retired_rule_finds_nothing(report, officer):
    move_rule(code="st-falls", stage=Stage.RETIRED, note="Bara brus.", by=officer, at=moment())
    assert found_in(report) == []


def test_the_way_from_shadow_to_warning_to_block(report, member, officer):
    first = submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")
    [shadow] = first.findings.all()
    assert (shadow.code, shadow.stage, shadow.comment) == ("st-falls", Stage.SHADOW, "")

    move_rule(code="st-falls", stage=Stage.WARNING, note="Träffar rätt.", by=officer, at=moment())
    with pytest.raises(ReportIncomplete):
        submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")
    save_draft(
        submission_id=report.pk, texts={"comment_st_2023": "Ett sjukhus läggs ned."}, by=member, at=moment()
    )
    second = submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")
    [warning] = second.findings.all()
    assert (warning.stage, warning.comment) == (Stage.WARNING, "Ett sjukhus läggs ned.")
    assert second.figures.get(post_type="ST", year=2023).comment == "Ett sjukhus läggs ned."

    move_rule(code="st-falls", stage=Stage.BLOCK, note="Alltid fel.", by=officer, at=moment())
    save_draft(submission_id=report.pk, texts={"st_2024": "81"}, by=member, at=moment())
    with pytest.raises(ReportIncomplete):
        submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")
    stages = apps.get_model("reporting", "CheckRuleEvent").objects.values_list("stage", flat=True)
    assert sorted(stages) == ["block", "warning"]


def test_moving_a_rule_needs_a_reason_a_role_and_a_rule(officer, member):
    with pytest.raises(StageRefused):
        move_rule(code="st-falls", stage=Stage.BLOCK, note="  ", by=officer, at=moment())
    with pytest.raises(StageRefused):
        move_rule(code="st-rises", stage=Stage.BLOCK, note="Varför inte.", by=officer, at=moment())
    with pytest.raises(NotAllowed):
        move_rule(code="st-falls", stage=Stage.BLOCK, note="Varför inte.", by=member, at=moment())
    assert not CheckRule.objects.exists()


def test_findings_of_a_version_never_change(report, member):
    revision = submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")
    for change in (
        lambda: revision.findings.update(title="annat"),
        lambda: revision.findings.all().delete(),
        lambda: RevisionFinding.objects.create(
            revision=revision, field="at_2022", code="x", stage=Stage.SHADOW, title="y"
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_it_is_counted_how_often_a_warning_is_confirmed_corrected_or_still_open(report, member):
    for code in ("04", "05"):
        other = make_region_member(code)
        falling: dict[str, Any] = report_texts(code, **FALLING)
        draft = make_draft(report.reporting_round, code, by=other, **falling)
        texts = dict(draft.draft_values.values_list("field", "text"))
        for _twice in range(2):
            found = checks_of(draft).check_with_shadows(texts, submitting=False)
            note_raised(submission_id=draft.pk, findings=found, at=moment())
    make_submission(report.reporting_round, "05", by=other)
    submit_report(submission_id=report.pk, by=member, at=moment(), attested_in="sv")

    counts = rule_counts()["st-falls"]
    assert (counts.raised, counts.kept, counts.corrected, counts.undecided) == (3, 1, 1, 1)
    assert RaisedFinding.objects.count() == 3


def test_the_reason_of_the_previous_round_is_offered_again(member):
    earlier = make_round(grant=False, opens_at=moment(1, month=3))
    make_submission(earlier, by=member, at_2022="90", comment_at_2022="Nytt sjukhus.")
    now = make_draft(make_round(grant=False), by=member)
    typed = report_texts(at_2022="105")
    [warning] = checks_of(now).check(typed, submitting=True)
    assert (warning.field, warning.comment, warning.suggestion) == ("at_2022", "", "Nytt sjukhus.")
    assert ("earlier-differs", "shadow") in [
        (finding.code, finding.level) for finding in checks_of(now).check_with_shadows(typed, submitting=True)
    ]


def test_why_a_figure_was_missing_in_the_previous_round_is_offered_again(member):
    earlier = make_round(grant=False, opens_at=moment(1, month=3))
    make_submission(earlier, by=member, gp_vacancies="–", comment_gp_vacancies="Vi räknar inte vakanser.")
    now = make_draft(make_round(grant=False), by=member)
    [warning] = checks_of(now).check(report_texts(gp_vacancies="-"), submitting=True)
    assert (warning.comment_field, warning.suggestion) == ("comment_gp_vacancies", "Vi räknar inte vakanser.")
    assert checks_of(now).check(report_texts(at_queue="-"), submitting=True)[0].suggestion == ""


def test_the_reason_of_the_previous_round_is_taken_over_without_a_script_and_the_reviewer_is_told(
    member,
):
    client, now = Client(headers={"accept-language": "en"}), timezone.now()
    window: dict[str, Any] = {
        "opens_at": now - timedelta(days=3),
        "closes_at": now + timedelta(days=3),
        "grant": False,
    }
    earlier = make_round(**window | {"opens_at": now - timedelta(days=30)})
    make_submission(earlier, by=member, at=now, at_2022="90", comment_at_2022="Nytt sjukhus.")
    report = make_draft(
        make_round(**window), by=member, at=now, **report_texts(at_2022="105", comment_at_2022="")
    )
    client.force_login(member)
    address = report.get_absolute_url()
    assert 'name="reuse" value="far-from-plan:at_2022"' in client.get(address).content.decode()
    sent = {"known": "{}", "comment_at_2022": "", "reuse": "far-from-plan:at_2022"}
    assert client.post(address, sent)["Location"] == f"{address}#id_comment_at_2022"
    assert report.draft_values.get(field="comment_at_2022").text == "Nytt sjukhus."
    for unknown in ("far-from-plan:contact_name", "no-rule:at_2023", "far-from-plan:at_1999", ":"):
        assert client.post(address, {"known": "{}", "reuse": unknown}).status_code == 302

    submit_report(submission_id=report.pk, by=member, at=now, attested_in="sv")
    client.force_login(make_officer())
    page = f"/admin/reporting/submission/{report.pk}/change/"
    assert "Same reason as in the previous round." in client.get(page).content.decode()
    save_draft(
        submission_id=report.pk, texts={"comment_at_2022": "Fler block."}, by=member, at=timezone.now()
    )
    submit_report(submission_id=report.pk, by=member, at=timezone.now(), attested_in="sv")
    assert "Same reason as in the previous round." not in client.get(page).content.decode()


def test_every_rule_says_what_it_compares():
    assert all(str(rule.name) and str(rule.description) for rule in SOFT_RULES)
    assert len({rule.code for rule in SOFT_RULES}) == len(SOFT_RULES)
