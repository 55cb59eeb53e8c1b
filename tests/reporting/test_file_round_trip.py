"""The report as a file: what is downloaded comes back the same, and what was changed in it is found."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from reporting.errors import DraftChanged
from reporting.exchange.difference import Change
from reporting.exchange.excel_template import MARKING_SHEET
from reporting.exchange.waiting import remove_old_uploads
from reporting.fields import text_fields
from reporting.models import PendingUpload, Role
from reporting.selectors import draft_texts
from reporting.services.drafts import save_draft
from reporting.services.uploads import (
    ChoiceMissing,
    UploadGone,
    drop_upload,
    preview_upload,
    save_upload,
)
from tests.factories import (
    make_region_member,
    moment,
    report_texts,
)
from tests.reporting.file_steps import cells, changes, csv, edited, excel, filled_report, save, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_read_back_untouched_changes_nothing(kind: str) -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, excel(report) if kind == "xlsx" else csv(report), by=person)
    assert pending.problems == []
    assert set(pending.texts) == set(text_fields(report.reporting_round.years))
    assert changes(pending) == {}
    before = draft_texts(report)
    assert save(pending, by=person) == []
    assert draft_texts(report) == before


def test_changed_cells_are_shown_with_their_place_and_saved_together() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(
        excel(report), at_2022=60, gp_own_full_time=40.5, gp_vacancies=2.5, comment_at_2022="Fyra nya block"
    )
    pending = upload(report, content, by=person)
    assert pending.problems == []
    assert set(changes(pending)) == {"at_2022", "gp_own_full_time", "gp_vacancies", "comment_at_2022"}
    line = next(line for line in preview_upload(pending).lines if line.name == "at_2022")
    assert (line.draft, line.file, line.place.sheet) == (report_texts()["at_2022"], "60", "AT and ST")
    assert line.place.cell == cells(load_workbook(BytesIO(content)))["at_2022"].coordinate
    assert draft_texts(report)["at_2022"] != "60"

    save(pending, by=person)
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["gp_own_full_time"], texts["gp_vacancies"]) == ("60", "40,5", "2,5")
    assert texts["comment_at_2022"] == "Fyra nya block"
    assert not PendingUpload.objects.exists()


def test_a_colleagues_change_since_the_download_is_kept_or_chosen_but_never_lost() -> None:
    person, colleague = make_region_member(), make_region_member(role=Role.REPRESENTANT)
    report = filled_report(person)
    content = edited(excel(report), at_2022=60, at_2023=61)
    save_draft(
        submission_id=report.pk,
        texts={"at_2022": "58", "st_2022": "130", "at_2023": " 61 "},
        by=colleague,
        at=moment(minute=2),
    )
    pending = upload(report, content, by=person)
    assert changes(pending) == {"at_2022": "conflict", "st_2022": "kept"}
    conflict = preview_upload(pending).with_change(Change.CONFLICT)[0]
    assert (conflict.draft, conflict.file, conflict.saved_by) == ("58", "60", colleague.name)

    with pytest.raises(ChoiceMissing, match="AT 2022"):
        save(pending, by=person)
    assert draft_texts(report)["at_2022"] == "58"
    save(pending, by=person, choices={"at_2022": "file", "st_2022": "file"})
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["st_2022"]) == ("60", "130")


def test_what_the_draft_says_holds_where_it_is_chosen() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(excel(report), at_2022=60, at_2023=61)
    save_draft(submission_id=report.pk, texts={"at_2022": "58"}, by=person, at=moment(minute=2))
    pending = upload(report, content, by=person)
    changed = save(pending, by=person, choices={"at_2022": "draft"})
    assert [line.name for line in changed] == ["at_2023"]
    assert draft_texts(report)["at_2022"] == "58"


def test_a_change_while_the_difference_is_on_the_screen_stops_the_saving() -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, edited(excel(report), at_2022=60), by=person)
    seen = preview_upload(pending).seen
    save_draft(submission_id=report.pk, texts={"at_2022": "58"}, by=person, at=moment(minute=5))
    with pytest.raises(DraftChanged):
        save(pending, by=person, seen=seen)
    assert draft_texts(report)["at_2022"] == "58"


def test_the_second_of_two_clicks_finds_the_file_saved() -> None:
    person = make_region_member()
    report = filled_report(person)
    pending = upload(report, edited(excel(report), at_2022=60), by=person)
    seen = preview_upload(pending).seen
    save(pending, by=person, seen=seen)
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=person, at=moment(minute=7))


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_template_without_indicators_from_before_can_still_be_read(kind: str) -> None:
    person = make_region_member()
    report = filled_report(person)
    if kind == "xlsx":
        workbook = edited(excel(report, template=1), at_2022=60)
        content: bytes | str = workbook
        assert load_workbook(BytesIO(workbook)).sheetnames == ["AT and ST", "Help", MARKING_SHEET]
    else:
        content = csv(report, template=1).replace(
            f"at_2022;AT 2022;{report_texts()['at_2022']};", "at_2022;AT 2022;60;"
        )
        assert "gp_vacancies;" not in content
    pending = upload(report, content, by=person)
    assert pending.template == 1
    assert changes(pending) == {"at_2022": "changed"}
    save(pending, by=person)
    texts = draft_texts(report)
    assert (texts["at_2022"], texts["gp_vacancies"]) == ("60", "–")


def test_yesterdays_template_is_read_and_compared_with_the_draft_it_was_filled_from() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = edited(excel(report, at=moment(18)), at_2022=60)
    for text in ("57", "58", report_texts()["at_2022"]):
        save_draft(submission_id=report.pk, texts={"at_2022": text}, by=person, at=moment(minute=1))
    assert changes(upload(report, content, by=person)) == {"at_2022": "changed"}


def test_a_file_waits_for_its_own_reader_and_two_hours() -> None:
    person, other = make_region_member(), make_region_member("04")
    report = filled_report(person)
    pending = upload(report, excel(report), by=person)
    seen = preview_upload(pending).seen
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=other, at=moment(minute=6))
    drop_upload(upload_id=pending.pk, by=other)
    assert PendingUpload.objects.count() == 1
    with pytest.raises(UploadGone):
        save_upload(upload_id=pending.pk, choices={}, seen=seen, by=person, at=moment(hour=12, minute=5))
    assert remove_old_uploads(at=moment(hour=12, minute=4)) == 0
    assert remove_old_uploads(at=moment(hour=12, minute=5)) == 1


def test_only_the_latest_files_of_a_person_are_kept() -> None:
    person = make_region_member()
    report = filled_report(person)
    content = excel(report)
    kept = [upload(report, content, by=person, minute=minute).pk for minute in range(5)]
    assert set(PendingUpload.objects.values_list("pk", flat=True)) == set(kept[-3:])
