"""Published versions never change: a correction is a new version."""

from pathlib import Path

import pytest

from allocation.engine import (
    Difference,
    Report,
    RuleSetChanged,
    Verified,
    available_rules,
    bundle_of,
    compute,
    load_rules,
    parse_rules,
    published,
    verify,
)
from allocation.engine.rulefile import load_rules_file

# Written here a second time, so that a changed text cannot pass by changing the record with it.
PUBLISHED = {
    "at-2022.1": "88bc9e1fcedff67a6055d032119af9b68f79ef5a93908fd708dac3c3ff534b17",
    "at-2024.1": "0dab938a5fd2905b4b8a899f40a80d76c26ea91826ccc948525ec8c84e046b62",
}
REPORTS = [Report("09", 60_537, 16, 17), Report("03", 395_501, 50, 60)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rule sets and their record, to change."""
    for path in published.RULES_FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(published, "RECORD", tmp_path / published.RECORD.name)
    monkeypatch.setattr("allocation.engine.rulefile.RULES_FOLDER", tmp_path)
    for cached in (load_rules, published.published_versions):
        cached.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    load_rules.cache_clear()
    published.published_versions.cache_clear()


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_was_published_is_in_the_record_for_ever() -> None:
    assert PUBLISHED.items() <= published.published_versions().items()


def test_every_shipped_file_is_a_published_version() -> None:
    for name in available_rules():
        rules = load_rules(name)
        assert published.published_versions().get(rules.version) == rules.sha256, (
            f"{rules.origin} is not what was published as {rules.version}, or it has not been published: "
            "see docs/rules/versions.md"
        )


@pytest.mark.parametrize("old", ["15.35", "# The decided limit."])
def test_a_changed_text_under_a_published_version_is_refused(folder: Path, old: str) -> None:
    change(folder, "at-2022", old, old.replace("15.35", "15.36").replace("limit", "border"))
    with pytest.raises(RuleSetChanged, match=r"^at-2022\.toml: version: at-2022\.1 is published with"):
        load_rules("at-2022")
    assert load_rules("at-2024").version == "at-2024.1"


def test_a_correction_under_a_new_version_is_loaded_and_the_old_runs_stay_verified(folder: Path) -> None:
    old = load_rules_file(folder / "at-2022.toml")
    change(folder, "at-2022", 'version = "at-2022.1"', 'version = "at-2022.2"')
    change(folder, "at-2022", "rate = 15.35", "rate = 15.36")
    new = load_rules("at-2022")
    assert (new.version, str(new.threshold)) == ("at-2022.2", "15.36")
    outcome = verify(bundle_of(old, REPORTS, compute(old, REPORTS), about={}))
    assert isinstance(outcome, Verified)
    assert outcome.shipped


def test_a_bundle_cannot_carry_another_text_under_a_version_that_was_replaced(folder: Path) -> None:
    forged = parse_rules(
        (folder / "at-2022.toml").read_text(encoding="utf-8").replace("rate = 15.35", "rate = 15.34"),
        origin="forged.toml",
    )
    change(folder, "at-2022", 'version = "at-2022.1"', 'version = "at-2022.2"')
    outcome = verify(bundle_of(forged, REPORTS, compute(forged, REPORTS), about={}))
    assert isinstance(outcome, Difference)
    assert outcome.path == "rules.sha256"
    assert PUBLISHED["at-2022.1"] in outcome.computed
