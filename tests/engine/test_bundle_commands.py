"""From a CSV file to a bundle, its verification and its explanation, in a bare interpreter."""

import json
import re
from pathlib import Path

import pytest

from allocation.engine import bundle_of, canonical_bytes, compute, load_rules
from tests.engine.commandline import GOOD, HEADER, as_csv, interpreter, run
from tests.engine.factories import make_reports

FIGURES = {"r03": 58, "r12": 212, "r19": 48, "r09": None}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the 21 regions, made from their file."""
    done = run("compute", "--rules", "at-2022", "--bundle", "-", stdin=as_csv(**FIGURES).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    path = tmp_path_factory.mktemp("bundle") / "bundle.json"
    path.write_bytes(done.stdout)
    return path


def test_the_command_writes_the_bytes_of_the_function(bundle: Path) -> None:
    rules, reports = load_rules("at-2022"), make_reports(**FIGURES)
    expected = bundle_of(rules, reports, compute(rules, reports), about={})
    assert bundle.read_bytes() == canonical_bytes(expected)


def test_a_good_bundle_is_verified_in_one_line(bundle: Path) -> None:
    done = run("verify", str(bundle))
    assert (done.returncode, done.stderr) == (0, b"")
    line = done.stdout.decode("ascii")
    assert "bundle.json': verified: rule set at-2022.1 (as shipped), regions: 21, allocated: " in line
    assert line.count("\n") == 1
    piped = run("verify", "-", stdin=bundle.read_bytes())
    assert (piped.returncode, piped.stdout[:13]) == (0, b"'-': verified")


def test_a_rule_set_of_ones_own_is_not_called_shipped(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = load_rules("at-2022").text
    own.write_text(text.replace('name = "at-2022"', 'name = "own"').replace('"at-2022.1"', '"own.1"'))
    made = run("compute", "--rules", str(own), "--bundle", "-", stdin=as_csv(**FIGURES).encode())
    done = run("verify", "-", stdin=made.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"verified: rule set own.1 (not a rule set shipped with this engine), regions: 21" in done.stdout


def test_a_changed_krona_is_named_on_one_line(bundle: Path) -> None:
    content = json.loads(bundle.read_bytes())
    content["results"]["regions"][0]["awards"][1]["amount_kr"] = 1
    done = run("verify", "-", stdin=json.dumps(content).encode())
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout == (
        b"'-': results.regions.01.awards.ytterligare-utokning.amount_kr: "
        b"the bundle says 1, the computation gives 0\n"
    )
    refused = run("explain", "--region", "01", "-", stdin=json.dumps(content).encode())
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, b"", done.stdout)


@pytest.mark.parametrize("command", [("verify",), ("explain", "--region", "01")])
@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", b"the file: is not JSON"),
        (b"{}", b"the file: is not a bundle"),
        (b'{"format": "platsplan-run", "format_version": 2}', b"format_version: must be 1, not 2"),
        (b'{"format": "platsplan-run", "format_version": 1}', b"rules: must be an object"),
        (GOOD.encode(), b"the file: is not JSON"),
        (b"\xff\xfe", b"the file: must be UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_gives_one_line(
    command: tuple[str, ...], content: bytes, part: bytes
) -> None:
    done = run(*command, "-", stdin=content)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(part)
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("verify",), b"bundle"),
        (("verify", "none.json"), b"'none.json': No such file or directory\n"),
        (("verify", "."), b"'.': Is a directory\n"),
        (("explain", "-"), b"--region"),
        (("explain", "--region", "01", "none.json"), b"'none.json': No such file or directory\n"),
    ],
)
def test_a_wrong_command_gives_one_line(arguments: tuple[str, ...], part: bytes) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert part in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_an_unknown_region_gives_one_line_with_the_known_ones(bundle: Path) -> None:
    done = run("explain", "--region", "\x1b02", str(bundle))
    assert (done.returncode, done.stdout) == (2, b"")
    line = done.stderr.decode("ascii")
    assert line.startswith("region '\\x1b02': is not in the bundle; there are 01, 03, 04, ")
    assert line.endswith(", 25\n")
    empty = run("compute", "--rules", "at-2022", "--bundle", "-", stdin=HEADER.encode())
    done = run("explain", "--region", "01", "-", stdin=empty.stdout)
    assert done.stderr == b"region '01': is not in the bundle; there are none\n"
    rows = "".join(f"{number:02},1000,1,1\n" for number in range(1, 32))
    many = run("compute", "--rules", "at-2022", "--bundle", "-", stdin=(HEADER + rows).encode())
    done = run("explain", "--region", "x", "-", stdin=many.stdout)
    assert done.stderr.endswith(b", 29, 30 and more\n")


def explained(bundle: Path, code: str) -> str:
    """The explanation of a region."""
    done = run("explain", "--region", code, str(bundle))
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode("utf-8")


def test_the_explanation_puts_the_numbers_in(bundle: Path) -> None:
    text = explained(bundle, "19")
    for line in [
        "Region 19: 16 943 482 kr under AT 2022 (at-2022.1)",
        "God (god): 6 943 482 kr, takes part",
        "  1. reported: reported = 48 posts",
        "inhabitants, decimals) = half_up(48 * 100 000 / 279 584, 2) = 17.17 per 100 000 inhabitants",
        "  6. condition: planned_rate >= threshold, 15.38 >= 15.35: yes",
        "cap_per_unit_kr * sum_of_weights) = min(164 000 000, 2 000 000 * 5) = 10 000 000 kr",
        "     Assumed: 2 000 000 kr is the highest price per post in the ladder decided for 2024.",
        "  11. whole-kronor: floor(share_kr) + extra_kr = floor(212908000000/30663) + 0 = 6 943 482 kr",
        "     Source: LT 2022; plan 2021",
        "     No number of reported posts would change this.",
        "  god: 6 943 482 kr, resting in part on assumptions",
        "the threshold, the ladder from ten posts and the guideline of 16",
    ]:
        assert f"{line}\n" in text, line
    (weights,) = re.findall(r"sum\(weight\) = ([0-9. +]+) = 306\.63 per 100 000 inhabitants", text)
    assert len(weights.split(" + ")) == 16
    assert round(sum(map(float, weights.split(" + "))), 2) == 306.63


def test_a_region_that_gets_nothing_sees_why_and_what_would_change_it(bundle: Path) -> None:
    text = explained(bundle, "03")
    assert text.startswith("Region 03: 0 kr under AT 2022 (at-2022.1)\n")
    assert (
        "Tydlig förbättring (tydlig-forbattring): 0 kr, does not take part: increase-below-minimum\n" in text
    )
    assert "  7. condition: increase >= minimum, 8 >= 10: no\n" in text
    assert "     The region takes part from 60 reported posts, 2 more than now.\n" in text


def test_a_region_that_has_not_reported_is_explained_too(bundle: Path) -> None:
    text = explained(bundle, "09")
    assert "  1. reported: reported, not known since nothing is reported\n" in text
    assert "condition: increase >= minimum, not known since nothing is reported\n" in text
    assert "     The region takes part from 10 reported posts.\n" in text
    assert "not-eligible: 0 kr, because not-reported\n" in text
    assert "None" not in text


def test_the_ladder_tells_the_step_and_the_next_one(bundle: Path) -> None:
    text = explained(bundle, "12")
    assert "highest_step(16, [10: 10 500 000 kr, 15: 15 750 000 kr, 20: 21 000 000 kr, " in text
    assert "     The next step is at 20, 4 posts more: 21 000 000 kr.\n" in text
    assert "  11. claim-paid: claim_kr = 15 750 000 kr\n" in text


def test_the_explanation_of_many_regions_does_not_list_all_weights() -> None:
    rows = "".join(f"{number:03},100000,20,2{number % 3}\n" for number in range(60))
    many = run("compute", "--rules", "at-2022", "--bundle", "-", stdin=(HEADER + rows).encode())
    done = run("explain", "--region", "059", "-", stdin=many.stdout)
    assert b"sum-of-weights: sum(weight) = 1260.00 per 100 000 inhabitants\n" in done.stdout


def test_the_same_text_whatever_the_locale_and_hash_seed(bundle: Path) -> None:
    expected = run("explain", "--region", "19", str(bundle)).stdout
    for seed, locale in [("1", "C"), ("2", "sv_SE.UTF-8")]:
        done = run("explain", "--region", "19", str(bundle), PYTHONHASHSEED=seed, LC_ALL=locale)
        assert done.stdout == expected


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_the_same_bytes_on_every_python(bundle: Path, version: str) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")
    made = run(
        "compute", "--rules", "at-2022", "--bundle", "-", stdin=as_csv(**FIGURES).encode(), python=python
    )
    assert (made.returncode, made.stdout) == (0, bundle.read_bytes())
    assert run("verify", str(bundle), python=python).stdout == run("verify", str(bundle)).stdout
    assert run("explain", "--region", "19", str(bundle), python=python).stdout.decode() == explained(
        bundle, "19"
    )
    nested = run("verify", "-", stdin=b"[" * 200_000, python=python)
    assert (nested.returncode, nested.stderr.count(b"\n")) == (2, 1)


@pytest.mark.parametrize("command", ["compute", "verify", "explain"])
def test_help_tells_the_exit_statuses(command: str) -> None:
    assert command in run("--help").stdout.decode()
    done = run(command, "--help")
    assert done.returncode == 0
    assert b"exit status:\n  0  " in done.stdout
    assert b"\n  2  " in done.stdout
