"""The report as a file, in a real browser: fill in, look through, save; the way of a wrong file; a key."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.browsing import open_page, sideways, sign_in, violations
from tests.conftest import Stack

pytestmark = pytest.mark.browser

REPORT = "/report/2022-2024/12/"


def window(browser: Browser, stack: Stack, who: str, **options: Any) -> Page:
    """A signed-in person's own browser."""
    page = open_page(browser, **options)
    sign_in(page, stack, who)
    return page


def downloaded(page: Page, target: Path) -> Path:
    """The file behind the first link that downloads one."""
    with page.expect_download() as download:
        page.locator("main a[download]").first.click()
    download.value.save_as(target)
    return target


def fill_in(path: Path, **values: Any) -> None:
    """Write values into the template's cells and save it, as a person does in Excel."""
    book = load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value in values:
                row[3].value = values[str(row[0].value)]
    book.save(path)


def read_in(page: Page, stack: Stack, path: Path) -> None:
    page.goto(f"{stack.base_url}{REPORT}file/")
    page.locator("#id_file").set_input_files(path)
    page.locator("main form button[type=submit]").press("Enter")


def test_a_file_is_filled_in_looked_through_and_saved(stack: Stack, browser: Browser, tmp_path: Path) -> None:
    page = window(browser, stack, "representant-12")
    page.goto(stack.base_url + REPORT)
    page.get_by_role("link", name="Läs in Excel eller CSV").click()
    expect(page.locator("h1")).to_have_text("Fyll i med Excel eller CSV")
    assert violations(page) == []
    path = downloaded(page, tmp_path / "mall.xlsx")
    assert load_workbook(path).sheetnames[:3] == ["AT och ST", "Nyckeltal", "Hjälp"]
    fill_in(path, at_2022=171, st_2022=305, gp_own_full_time=512.5, gp_vacancies="–")

    # meanwhile a colleague, without scripts, types another figure in one of the cells
    colleague = window(browser, stack, "samordnare-12", java_script_enabled=False)
    colleague.goto(stack.base_url + REPORT)
    colleague.locator("#id_at_2022").fill("165")
    colleague.get_by_role("button", name="Spara utkast").click()

    read_in(page, stack, path)
    expect(page.locator("h1")).to_have_text("Det här ändrar filen")
    assert violations(page) == []
    expect(page.locator("#line-at_2022")).to_contain_text("165")
    expect(page.locator("#line-gp_own_full_time")).to_contain_text("512,5")
    page.locator("#line-at_2022 input[value=file]").check()
    page.get_by_role("button", name="Spara i utkastet").click()
    page.wait_for_url(f"**{REPORT}")
    expect(page.locator("main")).to_contain_text("celler ur filen är sparade i utkastet")
    expect(page.locator("#id_at_2022")).to_have_value("171")
    expect(page.locator("#id_st_2022")).to_have_value("305")


def test_a_wrong_file_comes_back_with_remarks_and_is_mended(
    stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    phone = {"width": 390, "height": 800}
    page = window(browser, stack, "ombud-12", java_script_enabled=False, viewport=phone)
    page.goto(f"{stack.base_url}{REPORT}file/")
    path = downloaded(page, tmp_path / "mall.xlsx")
    fill_in(path, at_2023="många", at_2024="=100+60")
    read_in(page, stack, path)
    expect(page.locator("h1")).to_have_text("Filen har fel")
    expect(page.locator("main")).to_contain_text("AT och ST, D8")
    assert sideways(page) <= 0
    copy = downloaded(page, tmp_path / "kopia.xlsx")
    cell = load_workbook(copy)["AT och ST"]["D8"]
    assert cell.comment is not None
    assert "många" in cell.comment.text
    fill_in(copy, at_2023=160, at_2024=160)
    read_in(page, stack, copy)
    expect(page.locator("h1")).to_have_text("Det här ändrar filen")
    page.locator("button[name=drop]").click()
    expect(page.locator("main")).to_contain_text("Inget av den sparades")

    (tmp_path / "bild.xlsx").write_bytes(b"%PDF-1.7 and more")
    read_in(page, stack, tmp_path / "bild.xlsx")
    expect(page.locator("[role=alert]")).to_contain_text("PDF-fil, vad den än heter")


def test_the_ombud_makes_a_key_and_a_system_fills_in_with_it(stack: Stack, browser: Browser) -> None:
    page = window(browser, stack, "ombud-12")
    page.goto(f"{stack.base_url}/report/region/12/keys/")
    page.locator("#id_name").fill("HR-systemet")
    page.get_by_role("button", name="Skapa nyckel").click()
    secret = page.locator("#id_secret").input_value()
    assert violations(page) == []
    system = browser.new_context(extra_http_headers={"Authorization": f"Bearer {secret}"}).request
    address = f"{stack.base_url}/api/v1/rounds/2022-2024/regions/12/draft"
    tag = system.get(address).headers["etag"]
    answer = system.put(address, data={"fields": {"gp_own_persons": 540}}, headers={"If-Match": tag})
    assert answer.status == 200, answer.text()
    page.reload()
    expect(page.locator("main")).to_contain_text("Senast använd")
    page.get_by_role("button", name="Återkalla").click()
    assert system.get(address).status == 401
