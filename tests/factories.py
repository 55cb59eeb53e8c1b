"""What tests need to exist: plain functions with defaults; a test names only what matters to it."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group

from allocation.models import RoundGrant
from reporting.fields import Cell, cells_of
from reporting.models import (
    Baseline,
    Invitation,
    Membership,
    PostType,
    Region,
    ReportingRound,
    Revision,
    Role,
    Submission,
    User,
)
from reporting.services.drafts import save_draft
from reporting.services.invitations import accept_invitation, invite_to_region
from reporting.services.submissions import open_reports, submit_report

_numbers = itertools.count(1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def moment(day: int = 19, hour: int = 10, minute: int = 0, *, month: int = 9, year: int = 2022) -> datetime:
    """A moment in Sweden; by default ten o'clock on 19 September 2022, twelve days before the deadline."""
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def make_user(**fields: Any) -> User:
    """A person who can sign in; give `groups` as names to make an agency role."""
    number = next(_numbers)
    groups = fields.pop("groups", ())
    password = fields.pop("password", None)
    user = User.objects.create_user(
        fields.pop("email", f"person{number}@example.com"),
        password,
        **{"name": f"Person {number}", "language": "en", **fields},
    )
    user.groups.add(*(Group.objects.get(name=name) for name in groups))
    return user


def make_officer(**fields: Any) -> User:
    """A case officer at the agency."""
    return make_user(**{"is_staff": True, "groups": ["Handläggare"], **fields})


def make_region_member(code: str = "03", role: Role = Role.OMBUD, **fields: Any) -> User:
    """A person with a role in a region."""
    user = make_user(**fields)
    Membership.objects.create(user=user, region=Region.objects.get(code=code), role=role)
    return user


def make_invitation(
    code: str = "03", role: Role = Role.SAMORDNARE, *, by: User, at: datetime | None = None, **fields: Any
) -> Invitation:
    """An invitation that waits, to an address without an account."""
    details = {
        "email": f"invited{next(_numbers)}@example.com",
        "name": "Kajsa Ny",
        "language": "en",
        **fields,
    }
    return invite_to_region(code=code, role=role, by=by, at=at or moment(), **details)


def make_pending_ombud(code: str = "03", *, invited_by: User, at: datetime | None = None) -> User:
    """A person without a role who has accepted to be a region's ombud and waits for the agency."""
    at = at or moment()
    person = make_user(name="Kajsa Ny")
    invitation = make_invitation(code, Role.OMBUD, by=invited_by, at=at, email=person.email)
    return accept_invitation(invitation_id=invitation.pk, link_number=1, at=at, person=person)


def make_round(*, codes: list[str] | None = None, grant: bool = True, **fields: Any) -> ReportingRound:
    """A round for 2022-2024, open from 1 September to 23:59 on 1 October 2022, with a report for each region.

    Args:
        codes: the regions that have a report; all of them unless told.
        grant: whether `at-2022` is computed from the round.
    """
    number = next(_numbers)
    reporting_round = ReportingRound.objects.create(
        **{
            "slug": f"round-{number}",
            "name": f"AT/ST 2022-2024, {number}",
            "first_year": 2022,
            "last_year": 2024,
            "opens_at": moment(1, 0),
            "closes_at": moment(1, 23, 59, month=10),
            **fields,
        }
    )
    if grant:
        RoundGrant.objects.create(
            reporting_round=reporting_round, rules_name="at-2022", year=2022, title="AT 2022"
        )
    if codes is None:
        codes = list(Region.objects.values_list("code", flat=True))
    open_reports(reporting_round=reporting_round, region_codes=codes)
    return reporting_round


def report_of(reporting_round: ReportingRound, code: str = "03") -> Submission:
    """A region's report in a round, as it stands in the database now."""
    return Submission.objects.select_related("region", "reporting_round").get(
        reporting_round=reporting_round, region_id=code
    )


def report_texts(code: str = "03", **texts: str) -> dict[str, str]:
    """A complete report as it is typed: the plan for 2022 in every year, a few ST posts; `texts` replaces."""
    plan = Baseline.objects.get(region_id=code, year=2022, post_type=PostType.AT).planned_posts
    typed = {cell.field: str(plan) for cell in cells_of((2022, 2023, 2024)) if cell.post_type == PostType.AT}
    for year in (2022, 2023, 2024):
        typed[Cell(PostType.ST, year).field] = "120"
        typed[Cell(PostType.ST_GM, year).field] = "40"
    return typed | texts


def make_draft(
    reporting_round: ReportingRound, code: str = "03", *, by: User, at: datetime | None = None, **texts: Any
) -> Submission:
    """A draft that `by` has typed."""
    report = report_of(reporting_round, code)
    return save_draft(submission_id=report.pk, texts=texts or report_texts(code), by=by, at=at or moment())


def make_submission(
    reporting_round: ReportingRound, code: str = "03", *, by: User, at: datetime | None = None, **texts: Any
) -> Revision:
    """A submitted version; `texts` replaces single fields of a report that equals the plan."""
    at = at or moment()
    report = report_of(reporting_round, code)
    save_draft(
        submission_id=report.pk, texts=report_texts(code, **texts), by=by, at=at - timedelta(minutes=1)
    )
    return submit_report(submission_id=report.pk, by=by, at=at, attested_in="sv")
