"""The command line on a bare interpreter: the JSON, the errors, and the same bytes every time."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from allocation.engine import compute, load_rules
from tests.engine.commandline import GOOD, HEADER, Done, as_csv, run
from tests.engine.factories import ROOT, make_reports


def computed(stdin: str | bytes, *, rules: str = "at-2022") -> Done:
    """Compute what is given on standard input."""
    content = stdin.encode() if isinstance(stdin, str) else stdin
    return run("compute", "--rules", rules, "-", stdin=content)


def test_the_json_has_exactly_its_keys_in_order() -> None:
    done = computed(GOOD)
    assert (done.returncode, done.stderr) == (0, b"")
    result = json.loads(done.stdout)
    assert list(result) == ["rules", "rules_sha256", "inputs_sha256", "pots", "regions"]
    assert result["rules"] == "at-2022.1"
    assert result["rules_sha256"] == load_rules("at-2022").sha256
    assert all(list(pot) == ["id", "amount_kr", "allocated_kr", "unallocated_kr"] for pot in result["pots"])
    assert [region["code"] for region in result["regions"]] == ["01", "03", "09"]
    for region in result["regions"]:
        assert list(region) == ["code", "planned_rate", "reported_rate", "increase", "awards", "total_kr"]
        for award in region["awards"]:
            assert list(award) == ["pot", "eligible", "reason", "amount_kr"]
    stockholm, uppsala, _ = result["regions"]
    assert (stockholm["planned_rate"], stockholm["reported_rate"], stockholm["increase"]) == (
        "10.67",
        None,
        None,
    )
    assert (uppsala["reported_rate"], uppsala["increase"], uppsala["total_kr"]) == ("15.17", 10, 10_500_000)


def test_the_command_gives_what_the_function_gives() -> None:
    done = computed(as_csv(), rules="at-2024")
    assert json.loads(done.stdout) == compute(load_rules("at-2024"), make_reports()).as_json()


def test_the_reference_figures_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_text(as_csv(), encoding="utf-8")
    result = json.loads(run("compute", "--rules", "at-2022", str(path)).stdout)
    kronor = {region["code"]: region["total_kr"] for region in result["regions"]}
    assert (kronor["09"], kronor["19"], kronor["03"]) == (9_893_199, 5_756_996, 0)


def test_the_mark_that_excel_puts_first_is_no_part_of_the_header() -> None:
    marked = run("compute", "--rules", "at-2022", "-", stdin=b"\xef\xbb\xbf" + GOOD.encode())
    assert marked.stdout == computed(GOOD).stdout
    assert marked.returncode == 0


def test_the_commands_of_the_readme_work_as_they_stand_there(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [
        line.split()[3:] for line in readme.splitlines() if line.startswith("python3 -m allocation.engine")
    ]
    assert [words[0] for words in commands] == ["compute", "compute", "verify", "explain"]
    bundle = str(tmp_path / "bundle.json")
    answers = []
    for words in commands:
        arguments = [bundle if word == "bundle.json" else word for word in words if word != ">"]
        if words[-2] == ">":
            arguments.pop()
        done = run(*arguments)
        assert (done.returncode, done.stderr) == (0, b""), words
        if words[-2] == ">":
            Path(bundle).write_bytes(done.stdout)
        answers.append(done.stdout)
    assert answers[0] == computed(as_csv()).stdout
    assert b"5 756 996 kr" in answers[-1]


def test_a_rule_set_can_be_given_as_a_path(tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text(load_rules("at-2022").text, encoding="utf-8", newline="")
    by_path = run("compute", "--rules", str(path), "-", stdin=GOOD.encode())
    assert by_path.stdout == computed(GOOD).stdout
    assert by_path.returncode == 0


def test_the_same_bytes_whatever_the_order_locale_and_hash_seed() -> None:
    header, *rows = GOOD.splitlines()
    shuffled = "\n".join([header, *reversed(rows)]) + "\n"
    dos = "\r\n".join([header, *rows, "", ""])
    columns = "reported,planned,code,inhabitants\n60,50,03,395570\n17,16,09,60537\n,260,01,2436739\n"
    expected = computed(GOOD).stdout
    assert expected.endswith(b"}\n")
    for text, seed, locale in [
        (GOOD, "1", "C"),
        (shuffled, "2", "sv_SE.UTF-8"),
        (dos, "3", "tr_TR.UTF-8"),
        (columns, "4", "POSIX"),
    ]:
        done = run(
            "compute", "--rules", "at-2022", "-", stdin=text.encode(), PYTHONHASHSEED=seed, LC_ALL=locale
        )
        assert done.stdout == expected


def test_only_the_standard_library_is_imported() -> None:
    program = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "sys.argv = ['engine', 'compute', '--rules', 'at-2022', '-']\n"
        "try:\n"
        "    runpy.run_module('allocation.engine', run_name='__main__')\n"
        "except SystemExit as done:\n"
        "    assert done.code == 0\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "assert 'allocation' in tops\n"
        "print(sorted(tops - set(sys.stdlib_module_names) - {'allocation', '__main__'}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        input=GOOD.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"[]\n")


def test_the_engine_imports_where_django_cannot_be_imported() -> None:
    program = (
        "import sys\n"
        "sys.modules['django'] = None\n"
        "import allocation.engine\n"
        "assert allocation.engine.available_rules() == ('at-2022', 'at-2024')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("", "row 1", "code"),
        ("code,inhabitants,planned\n03,1,1\n", "row 1", "reported"),
        ("code,inhabitants,planned,reported,comment\n", "row 1", "'comment'"),
        ("code,inhabitants,planned,reported,reported\n", "row 1", "reported"),
        ("code;inhabitants;planned;reported\n03;1;1;1\n", "row 1", "'code;inhabitants;planned;reported'"),
        ("Code,inhabitants,planned,reported\n", "row 1", "'Code'"),
        (HEADER + "03,395570,50\n", "row 2", "reported"),
        (HEADER + "03,395570,50,60,1\n", "row 2", "5"),
        (HEADER + "03,395570,50,60\n\n09,60537,x,17\n", "row 4", "planned"),
        (HEADER + "03,0,50,60\n", "row 2", "inhabitants"),
        (HEADER + "03,,50,60\n", "row 2", "inhabitants"),
        (HEADER + "03,395 570,50,60\n", "row 2", "inhabitants"),
        (HEADER + "03,395570,-1,60\n", "row 2", "planned"),
        (HEADER + "03,395570,,60\n", "row 2", "planned"),
        (HEADER + "03,395570,50,60.0\n", "row 2", "reported"),
        (HEADER + "03,395570,50,1e3\n", "row 2", "reported"),
        (HEADER + "03,395570,50,1_0\n", "row 2", "reported"),
        (HEADER + "03,395570,50, \n", "row 2", "reported"),
        (HEADER + "03,395570,50,٣\n", "row 2", "reported"),
        (HEADER + "03,395570,50,nan\n", "row 2", "reported"),
        (HEADER + "03,395570,50,-5\n", "row 2", "reported"),
        (HEADER + f"03,395570,50,{'9' * 5000}\n", "row 2", "reported"),
        (HEADER + "03,395570,50,9999999999999\n", "row 2", "reported"),
        (HEADER + ",395570,50,60\n", "row 2", "code"),
        (HEADER + " 03,395570,50,60\n", "row 2", "code"),
        (HEADER + "03,395570,50,60\n09,1,1,1\n03,395570,50,60\n", "row 4", "code"),
        (HEADER + '"03"x,395570,50,60\n', "row 2", "unknown"),
        (HEADER + '03,395570,50,"60\n', "row 2", "unknown"),
        (HEADER + "03,395570,50,6\x000\n", "row 2", "reported"),
        (GOOD.encode("utf-16"), "row 1", "code"),
        (HEADER.encode() + b"03,1,1,1\n\xe5,1,1,1\n", "row 3", "code"),
        (HEADER.encode() + b"03,1,\xff,1\n", "row 2", "planned"),
    ],
)
def test_bad_input_gives_one_line_with_row_and_column(text: str | bytes, row: str, column: str) -> None:
    done = computed(text)
    assert (done.returncode, done.stdout) == (2, b"")
    message = done.stderr.decode("ascii")
    assert message.startswith(f"{row}, column {column}: ")
    assert message.count("\n") == 1
    assert message.endswith("\n")
    assert len(message) < 250


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "the following arguments are required"),
        (("compute", "-"), "--rules"),
        (("compute", "--rules", "at-2022"), "reports"),
        (
            ("compute", "--rules", "at-2023", "-"),
            "'at-2023': name: no such rule set; there are at-2022, at-2024",
        ),
        (("compute", "--rules", "none.toml", "-"), "none.toml: the file: No such file or directory"),
        (("compute", "--rules", "at-2022", "none.csv"), "'none.csv': No such file or directory"),
        (("compute", "--rules", "at-2022", "."), "'.': Is a directory"),
        (("calculate",), "invalid choice"),
    ],
)
def test_a_wrong_command_gives_one_line(arguments: tuple[str, ...], part: str) -> None:
    done = run(*arguments, stdin=GOOD.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert part in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_a_rule_set_that_is_wrong_names_file_key_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(load_rules("at-2022").text.replace("at = 15", "at = 10"), encoding="utf-8")
    done = run("compute", "--rules", str(path), "-", stdin=GOOD.encode())
    assert done.returncode == 2
    assert done.stderr == b"wrong.toml: pot.3.share.step.2.at: must be above the step before it, 10, not 10\n"


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "allocation.engine", "compute", "--rules", "at-2022", "-"],
        cwd=ROOT,
        input=GOOD.encode(),
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.returncode == 2
    assert done.stderr == b"standard output: Broken pipe\n"


def test_help_is_given_on_request() -> None:
    done = run("compute", "--help")
    assert done.returncode == 0
    assert b"code,inhabitants,planned,reported" in done.stdout


def test_a_file_of_ones_own_cannot_bear_a_published_version(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    text = load_rules("at-2022").text
    path.write_text(text.replace("rate = 15.35", "rate = 15.30"), encoding="utf-8")
    done = computed(GOOD, rules=str(path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"own.toml: version: at-2022.1 is published with the checksum")

    path.write_text(text, encoding="utf-8")
    assert computed(GOOD, rules=str(path)).returncode == 0
