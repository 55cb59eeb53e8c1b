"""The commands of the handbook on the API, run by a real shell and curl exactly as they are written."""

import json
import os
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from reporting.selectors import draft_texts
from reporting.services.drafts import save_draft
from reporting.services.tokens import create_token
from tests.factories import make_draft, make_region_member, make_round

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]


def blocks() -> list[str]:
    """The shell blocks of the handbook, first to last."""
    handbook = (project_settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")
    return re.findall(r"```sh\n(.*?)```", handbook, re.DOTALL)


def test_every_command_does_what_the_handbook_says(live_server: LiveServer, tmp_path: Path) -> None:
    now = timezone.now()
    reporting_round = make_round(slug="2022-2024", closes_at=now + timedelta(days=9))
    ombud = make_region_member("03")
    report = make_draft(reporting_round, by=ombud, st_2022="120", st_2023="120", st_2024="120")
    # What people have filled in is theirs; a system begins with empty fields.
    texts = dict.fromkeys(("at_2022", "gm_2024"), "")
    save_draft(submission_id=report.pk, texts=texts, by=ombud, at=now)
    _key, secret = create_token(region_code="03", name="A system", by=ombud, at=now)

    open_data, variables, listing, filling, trial, reading = blocks()
    assert re.findall(r"^(\w+)=", variables, re.MULTILINE) == ["PLATSPLAN", "PLATSPLAN_KEY"]
    answers = []
    for block in (listing, filling, trial, reading, open_data):
        shell = subprocess.run(
            ["sh", "-e", "-c", block],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            env={"PATH": os.environ["PATH"], "PLATSPLAN": live_server.url, "PLATSPLAN_KEY": secret},
        )
        assert shell.returncode == 0, (block, shell.stdout, shell.stderr)
        answers.append(shell.stdout)
    assert "2022-2024" in answers[0]
    assert "gp_own_full_time" in answers[0]
    assert set(json.loads(answers[1])["changed"]) >= {"at_2022", "gp_own_full_time", "gp_vacancies"}
    assert "at_2022" in (tmp_path / "draft.json").read_text()

    texts = draft_texts(report)
    assert (texts["at_2022"], texts["gp_own_full_time"]) == ("60", "101,5")
    assert (texts["gp_vacancies"], texts["comment_gp_vacancies"]) == ("–", "Counted in December.")
    assert texts.get("at_2023") != "61"
    assert texts["at_2024"] == "62"
