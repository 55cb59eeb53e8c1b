"""The bundle: complete, the same bytes every time, and any change to it is found."""

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.engine import (
    ENGINE_VERSION,
    BundleUnusable,
    Difference,
    Report,
    RuleSet,
    Verified,
    bundle_of,
    canonical_bytes,
    compute,
    load_rules,
    parse_rules,
    read_bundle,
    verify,
)
from tests.engine.factories import make_reports
from tests.engine.generated import report_lists, rule_sets

AT_2022 = load_rules("at-2022")
REPORTS = [
    report for report in make_reports(r03=60, r09=17, r01=None) if report.code in ("01", "03", "09", "19")
]
ABOUT: dict[str, Any] = {"run": 3, "round": "Hösten 2022", "computed_at": "2022-10-02T06:00:00Z"}


def bundled(rules: RuleSet = AT_2022, reports: list[Report] = REPORTS) -> dict[str, Any]:
    """A bundle of these reports."""
    return bundle_of(rules, reports, compute(rules, reports), about=ABOUT)


def difference(bundle: Any) -> Difference:
    """The first difference of a bundle that must have one."""
    outcome = verify(read_bundle(json.dumps(bundle).encode()))
    assert isinstance(outcome, Difference)
    return outcome


def test_the_bundle_holds_the_run_whole() -> None:
    bundle = bundled()
    assert list(bundle) == [
        "format", "format_version", "engine_version", "about", "rules", "inputs_sha256", "inputs",
        "results_sha256", "results",
    ]  # fmt: skip
    assert (bundle["format"], bundle["format_version"]) == ("platsplan-run", 1)
    assert bundle["engine_version"] == ENGINE_VERSION
    assert bundle["about"] == ABOUT
    assert bundle["rules"] == {"version": "at-2022.1", "sha256": AT_2022.sha256, "text": AT_2022.text}
    assert bundle["inputs"][1] == {"code": "03", "inhabitants": 395570, "planned": 50, "reported": 60}
    assert bundle["inputs"][0]["reported"] is None
    uppsala = bundle["results"]["regions"][1]
    assert list(uppsala) == ["code", "planned_rate", "reported_rate", "increase", "awards", "total_kr"]
    award = uppsala["awards"][2]
    assert list(award) == ["pot", "eligible", "reason", "amount_kr", "assumed", "trace"]
    assert (award["amount_kr"], award["assumed"]) == (10_500_000, True)
    assert award["trace"][-1]["result"] == 10_500_000
    pot = bundle["results"]["pots"][0]
    assert list(pot) == ["id", "amount_kr", "allocated_kr", "unallocated_kr", "eligible_count", "trace"]
    assert pot["eligible_count"] == 2


def test_anybody_can_compute_the_hashes_anew() -> None:
    bundle = bundled()
    assert hashlib.sha256(bundle["rules"]["text"].encode()).hexdigest() == bundle["rules"]["sha256"]
    rows = [list(row.values()) for row in bundle["inputs"]]
    compact = json.dumps(rows, separators=(",", ":")).encode()
    assert hashlib.sha256(compact).hexdigest() == bundle["inputs_sha256"]
    compact = json.dumps(bundle["results"], sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(compact).hexdigest() == bundle["results_sha256"]


def test_the_order_of_reports_and_of_what_is_told_about_the_run_is_not_in_the_bytes() -> None:
    allocation = compute(AT_2022, REPORTS)
    turned = bundle_of(AT_2022, REPORTS[::-1], allocation, about=dict(reversed(ABOUT.items())))
    content = canonical_bytes(bundled())
    assert canonical_bytes(turned) == content
    assert content.isascii()
    assert content.endswith(b"}\n")
    assert json.loads(content) == bundled()


def test_an_allocation_of_other_rules_or_reports_is_refused() -> None:
    allocation = compute(AT_2022, REPORTS)
    for rules, reports in [(load_rules("at-2024"), REPORTS), (AT_2022, REPORTS[1:])]:
        with pytest.raises(ValueError, match="other rules or other reports"):
            bundle_of(rules, reports, allocation, about={})
    with pytest.raises(ValueError, match="not JSON compliant"):
        bundle_of(AT_2022, REPORTS, allocation, about={"when": float("nan")})


@settings(max_examples=40, deadline=None)
@given(rules=rule_sets(), reports=report_lists())
def test_every_bundle_is_verified_from_its_bytes(rules: RuleSet, reports: list[Report]) -> None:
    outcome = verify(read_bundle(canonical_bytes(bundled(rules, reports))))
    assert isinstance(outcome, Verified)
    assert outcome.shipped == (rules.name != "test-2030")
    assert outcome.allocation.as_json() == compute(rules, reports).as_json()
    assert list(outcome.reports) == sorted(reports, key=lambda report: report.code)


def test_spaces_and_the_order_of_keys_are_no_difference() -> None:
    content = json.dumps(bundled(), indent=7, sort_keys=True, ensure_ascii=False).encode()
    assert isinstance(verify(read_bundle(content)), Verified)


def test_what_is_told_about_the_run_is_not_verified() -> None:
    assert isinstance(verify({**bundled(), "about": {"run": 4}}), Verified)


def test_the_first_difference_is_named_by_region_and_pot() -> None:
    bundle = bundled()
    award = bundle["results"]["regions"][1]["awards"][2]
    award["amount_kr"] = 10_500_001
    award["trace"][-1]["result"] = 10_500_001
    bundle["results_sha256"] = hashlib.sha256(
        json.dumps(bundle["results"], sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
    found = difference(bundle)
    assert found.path == "results_sha256"
    bundle["results_sha256"] = bundled()["results_sha256"]
    assert difference(bundle) == Difference(
        "results.regions.03.awards.tydlig-forbattring.amount_kr", "10500001", "10500000"
    )


def test_a_long_text_is_shown_from_where_it_departs() -> None:
    bundle = bundled()
    step = bundle["results"]["regions"][1]["awards"][0]["trace"][2]
    step["why"] = step["why"].replace("21", "22")
    found = difference(bundle)
    assert found.path == "results.regions.03.awards.god.trace.3.why"
    assert "all 22 published" in found.bundle
    assert "all 21 published" in found.computed
    assert len(str(found)) < 400


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    bundle = bundled()
    bundle["results"]["regions"][0]["note"] = "x"
    assert difference(bundle) == Difference("results.regions.01.note", "'x'", "nothing")
    bundle = bundled()
    del bundle["results"]["regions"][3]
    assert difference(bundle) == Difference("results.regions.19", "nothing", "an object")
    bundle = bundled()
    bundle["results"]["regions"].append([1])
    assert difference(bundle) == Difference("results.regions.5", "a list of 1", "nothing")
    bundle = bundled()
    bundle["results"]["pots"][0]["trace"][0]["assumed"] = None
    assert difference(bundle) == Difference("results.pots.god.trace.1.assumed", "null", "false")


def test_a_number_of_another_type_is_a_difference() -> None:
    for value in (1.0, True, "1"):
        bundle = bundled()
        bundle["results"]["regions"][2]["increase"] = value
        assert difference(bundle).path == "results.regions.09.increase"


def test_rows_in_another_order_are_a_difference() -> None:
    bundle = bundled()
    bundle["inputs"].reverse()
    assert difference(bundle) == Difference("inputs.01.code", "'19'", "'01'")


def test_a_changed_rule_text_is_a_difference_even_where_it_cannot_be_read_any_more() -> None:
    for old, new in [("15.35", "15.36"), ("[total]", "[total"), ("posts", "\ud800")]:
        bundle = bundled()
        bundle["rules"]["text"] = bundle["rules"]["text"].replace(old, new, 1)
        assert difference(bundle).path == "rules.sha256"


def test_other_rules_under_a_shipped_version_are_a_difference() -> None:
    other = parse_rules(AT_2022.text.replace("rate = 15.35", "rate = 15.36"), origin="other.toml")
    found = difference(bundled(other))
    assert (found.path, found.computed) == ("rules.sha256", f"'{AT_2022.sha256}'")


def test_a_new_version_of_a_shipped_grant_is_verified_but_not_as_shipped() -> None:
    newer = parse_rules(AT_2022.text.replace("at-2022.1", "at-2022.2"), origin="newer.toml")
    outcome = verify(bundled(newer))
    assert isinstance(outcome, Verified)
    assert not outcome.shipped


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file: is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff", "the file: must be UTF-8; byte 1 is not"),
        (b"[]", "the file: is not a bundle: its format must be platsplan-run"),
        (b"{}", "the file: is not a bundle: its format must be platsplan-run"),
        (b'{"format": "platsplan-run"}', "format_version: must be 1, not None"),
        (b'{"format": "platsplan-run", "format_version": true}', "format_version: must be 1, not True"),
        (b'{"a": 1, "a": 1}', "the file: is not JSON: the key 'a' stands twice in one object"),
        (b'{"a": NaN}', "the file: is not JSON: NaN is not a JSON number"),
        (b"[" * 100_000, "the file: is not JSON: "),
        (b"9" * 5000, "the file: is not JSON: "),
    ],
)
def test_a_file_that_is_no_bundle_is_refused_in_one_line(content: bytes, message: str) -> None:
    with pytest.raises(BundleUnusable) as caught:
        read_bundle(content)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("rules", None, "rules: must be an object"),
        ("rules", {}, "rules.text: must be text"),
        ("inputs", {}, "inputs: must be a list"),
        ("inputs", [1], "inputs.1: must be an object with code, inhabitants, planned, reported"),
        ("inputs", [{"code": "01"}], "inputs.1: must be an object with code, inhabitants, planned, reported"),
        (
            "inputs",
            [{"code": "01", "inhabitants": 0, "planned": 1, "reported": 1}],
            "the bundle: region 01, column inhabitants: must be from 1 to 1000000000000, not 0",
        ),
        (
            "inputs",
            [{"code": "01", "inhabitants": 1, "planned": 1, "reported": 1}] * 2,
            "the bundle: region 01, column code: the region occurs more than once",
        ),
        ("about", [], "about: must be an object"),
    ],
)
def test_a_bundle_that_nothing_can_be_computed_from_says_why(name: str, value: Any, message: str) -> None:
    with pytest.raises(BundleUnusable) as caught:
        verify({**bundled(), name: value})
    assert str(caught.value) == message


def test_a_rule_text_that_is_no_rule_set_says_why() -> None:
    text = "schema = 2\n"
    rules = {"version": "x.1", "sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
    with pytest.raises(BundleUnusable, match=r"rules\.text: schema: must be from 1 to 1, not 2"):
        verify({**bundled(), "rules": rules})


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths to everything in a document that is no object and no list, and to what is empty."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    inside = [leaf for name, member in members for leaf in leaves(member, (*path, name))]
    yield from inside or [path]


PRISTINE = bundled()
LEAVES = [path for path in leaves(PRISTINE) if path[0] != "about"]
CONTENT = canonical_bytes(PRISTINE)


def found_out(content: bytes) -> bool:
    """Whether a bundle is refused or differs."""
    try:
        return isinstance(verify(read_bundle(content)), Difference)
    except BundleUnusable:
        return True


@st.composite
def other_values(draw: st.DrawFn, value: Any) -> Any:
    """A value other than the one given, often just beside it."""
    near: list[Any]
    if isinstance(value, str) and value:
        place = draw(st.integers(0, len(value) - 1))
        character = draw(st.sampled_from("0123456789 aå\n").filter(lambda one: one != value[place]))
        near = [
            value[:place] + character + value[place + 1 :],
            value[:place] + value[place + 1 :],
            value + "0",
        ]
    elif isinstance(value, int) and not isinstance(value, bool):
        near = [value + 1, value - 1, value + 10 ** draw(st.integers(1, 9)), float(value), str(value)]
    else:
        near = [not value, 0, 1, [0]]
    return draw(
        st.sampled_from([*near, None, {}, []]).filter(lambda other: json.dumps(other) != json.dumps(value))
    )


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_change_of_any_value_is_found(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(LEAVES))
    bundle = copy.deepcopy(PRISTINE)
    parent: Any = bundle
    for name in path[:-1]:
        parent = parent[name]
    last: Any = path[-1]
    act = data.draw(st.sampled_from(["change", "change", "change", "remove", "add"]))
    if act == "change":
        parent[last] = data.draw(other_values(parent[last]))
    elif act == "remove":
        del parent[last]
    elif isinstance(parent, list):
        parent.insert(last, copy.deepcopy(parent[last]))
    else:
        parent[f"{last}_"] = parent[last]
    assert found_out(json.dumps(bundle).encode())


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_change_of_any_byte_is_found_unless_it_says_the_same(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(CONTENT) - 1))
    byte = data.draw(st.one_of(st.integers(0, 255), st.sampled_from(b'0123456789"{}[], -.eE')))
    content = CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :]
    try:
        same = json.dumps({**json.loads(content), "about": {}}) == json.dumps({**PRISTINE, "about": {}})
    except (ValueError, TypeError):
        same = False
    assert found_out(content) != same


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_figures_and_hash_changed_together_still_differ_in_the_results(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(REPORTS) - 1))
    report = REPORTS[place]
    other = data.draw(st.one_of(st.none(), st.integers(0, 400)).filter(lambda one: one != report.reported))
    changed = bundled(AT_2022, [*REPORTS[:place], replace(report, reported=other), *REPORTS[place + 1 :]])
    assert found_out(json.dumps({**PRISTINE, "inputs": changed["inputs"]}).encode())
    found = verify({**PRISTINE, "inputs": changed["inputs"], "inputs_sha256": changed["inputs_sha256"]})
    assert isinstance(found, Difference)
    assert found.path == "results_sha256"
