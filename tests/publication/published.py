"""A round with a published run, an unpublished one and a draft, for tests of what is open."""

from datetime import timedelta

from django.utils import timezone
from django.utils.http import http_date, parse_http_date

from allocation import runner
from allocation.models import AllocationRun, Publication, Recomputation
from allocation.services.publications import publish_run
from reporting.models import ReportingRound, User
from tests.factories import make_draft, make_region_member, make_round, make_submission, make_user


def next_second(date: str) -> str:
    """The second after the one that HTTP tells: from then on a date says which version was seen."""
    return http_date(parse_http_date(date) + 1)


class Published:
    """The 21 plans; Uppsala and Gotland reported, published as run 1; Örebro's draft; run 2 not published."""

    SECRET_POSTS = "47"
    DRAFT_POSTS = "876"

    def __init__(self) -> None:
        now = timezone.now()
        self.round: ReportingRound = make_round(
            slug="2022-2024", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9)
        )
        for code, texts in (("03", {"at_2022": "58"}), ("09", {"at_2022": "17"})):
            make_submission(self.round, code, by=make_region_member(code), at=now, **texts)
        self.run = self.computed()
        self.decider: User = make_user(is_staff=True, groups=["Beslutsfattare"])
        self.publication: Publication = publish_run(run=self.run, by=self.decider, note="=1+1", at=now)
        make_draft(self.round, "18", by=make_region_member("18"), at=now, at_2022=self.DRAFT_POSTS)
        make_submission(self.round, "19", by=make_region_member("19"), at=now, at_2022=self.SECRET_POSTS)
        self.hidden = self.computed()

    def computed(self) -> AllocationRun:
        """The run of what has been submitted so far."""
        runner.recompute(Recomputation.objects.latest("pk").pk, at=timezone.now())
        return AllocationRun.objects.latest("pk")
