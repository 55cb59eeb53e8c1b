"""Runs that leave the database as one document, and the curve of further posts."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from allocation import runner
from allocation.bundles import bundle_of_run, curve_of
from allocation.engine import parse_rules
from allocation.models import AllocationRun, Recomputation
from reporting.models import ReportingRound, Role
from tests.factories import make_officer, make_region_member, make_round, make_submission, make_user

pytestmark = pytest.mark.django_db
PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def run() -> AllocationRun:
    now = timezone.now()
    reporting_round: ReportingRound = make_round(
        slug="2022-2024", opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9)
    )
    for code, texts in (("03", {"at_2022": "58"}), ("09", {"at_2022": "17"}), ("19", {})):
        make_submission(reporting_round, code, by=make_region_member(code), at=now, **texts)
    runner.recompute(Recomputation.objects.latest("pk").pk, at=now)
    return AllocationRun.objects.get()


def signed_in(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def test_anybody_verifies_an_exported_run_with_the_engine_alone(run: AllocationRun, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(bundle_of_run(run))
    done = subprocess.run(
        [sys.executable, "-S", "-m", "allocation.engine", "verify", str(path)],
        cwd=PROJECT,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    bundle = json.loads(path.read_bytes())
    assert bundle["inputs_sha256"] == run.inputs_sha256
    assert bundle["rules"]["sha256"] == run.rules_sha256
    total_kr = run.regions.get(region_id="09").total_kr
    assert str(total_kr) in path.read_text()
    path.write_text(path.read_text().replace(str(total_kr), str(total_kr + 1)))
    done = subprocess.run(
        [sys.executable, "-S", "-m", "allocation.engine", "verify", str(path)],
        cwd=PROJECT,
        capture_output=True,
    )
    assert done.returncode == 1


def test_the_officer_downloads_it_and_a_region_does_not(run: AllocationRun) -> None:
    address = f"/admin/allocation/allocationrun/{run.pk}/bundle.json"
    answer = signed_in(make_officer()).get(address)
    assert answer.status_code == 200
    assert answer.content == bundle_of_run(run)
    assert "at-2022-run-1.json" in answer["Content-Disposition"]
    assert signed_in(make_region_member("05")).get(address).status_code in (302, 403)
    assert signed_in(make_user(is_staff=True)).get(address).status_code == 403


def test_the_curve_goes_through_the_present_award_and_up_the_ladder(run: AllocationRun) -> None:
    rules = parse_rules(run.rules_text, origin="run")
    points = {point.posts: point.total_kr for point in curve_of(run, "03", rules)}
    assert points[58] == run.regions.get(region_id="03").total_kr == 0
    assert (points[59], points[60], points[65]) == (0, 10_500_000, 15_750_000)
    assert list(points) == list(range(53, 104))


def test_the_curve_stands_on_the_page_and_as_data(run: AllocationRun) -> None:
    member = signed_in(make_region_member("03", role=Role.REPRESENTANT))
    text = member.get("/grant/2022-2024/03/").content.decode()
    assert "What each further post is worth" in text
    assert "Counted from 58 posts, 0" in text.replace("\u00a0", " ")
    address = "/grant/2022-2024/03/at-2022/1/curve.json"
    assert address in text
    data = member.get(address).json()
    assert data["points"][7] == {
        "posts": 60,
        "total_kr": 10_500_000,
        "pots_kr": {"god": 0, "ytterligare-utokning": 0, "tydlig-forbattring": 10_500_000},
    }
    assert member.get("/grant/2022-2024/03/at-2022/2/curve.json").status_code == 404
    assert member.get("/grant/2022-2024/09/at-2022/1/curve.json").status_code == 404
    assert Client().get(address).status_code == 302


def test_the_curve_of_a_region_without_a_report_says_that_it_starts_from_the_plan(run: AllocationRun) -> None:
    missing = run.regions.get(region_id="14")
    assert (missing.reported_posts, missing.total_kr) == (None, 0)
    text = signed_in(make_region_member("14", role=Role.REPRESENTANT)).get("/grant/2022-2024/14/").content
    assert f"Counted from the plan, {missing.planned_posts} posts, as nothing is reported." in text.decode()
