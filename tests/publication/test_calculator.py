"""The calculator once a run is published: the other regions count as in it, and as in nothing else."""

import html

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from allocation.models import AllocationRun, RunRegion
from allocation.services.publications import publish_run
from reporting.templatetags.platsplan import kr
from tests.publication.published import Published

pytestmark = pytest.mark.django_db
CALCULATOR = "/method/at-2022/calculator/"


@pytest.fixture(autouse=True)
def nobody_has_asked(db: None) -> None:
    cache.clear()


def calculated(client: Client, **typed: str) -> str:
    """The calculator's page for what is typed, with its entities read."""
    response = client.get(CALCULATOR, typed, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_published_reports_give_what_the_published_run_gave(published: Published, client: Client) -> None:
    for code, posts in (("03", "58"), ("09", "17")):
        total = RunRegion.objects.get(run=published.run, region=code).total_kr
        text = calculated(client, region=code, posts=posts)
        assert f'<p class="pp-total">{kr(total)}</p>' in text
        assert "1 other region counts with the report that was published" in text
        assert "these have no report and get nothing: Region Stockholm" in text
    by_plan = calculated(client, region="09", posts="17", others="plan")
    assert "nothing that they have reported is used" in by_plan
    assert kr(total) not in by_plan
    assert "Choose one of the ways" in calculated(client, region="09", posts="17", others="x")


def test_only_the_published_run_counts_in_the_calculator(published: Published, client: Client) -> None:
    before = calculated(client, region="09", posts="17")
    assert AllocationRun.objects.get(pk=published.hidden.pk).regions.get(region="19").reported_posts == 47
    publish_run(run=published.hidden, by=published.decider, at=timezone.now())
    after = calculated(client, region="09", posts="17")
    assert "2 other regions count with the reports" in after
    assert before.split("pp-total")[1] != after.split("pp-total")[1]
