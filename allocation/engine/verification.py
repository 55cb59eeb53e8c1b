"""Verifies a bundle: computes it anew from its own rules and figures, and names the first difference."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from allocation.engine.allocate import compute
from allocation.engine.bundle import bundle_of
from allocation.engine.errors import BundleUnusable, EngineError
from allocation.engine.published import published_versions
from allocation.engine.reports import Report
from allocation.engine.results import Allocation
from allocation.engine.rulefile import parse_rules
from allocation.engine.rules import RuleSet

_SHOWN = 80
_MISSING = object()


class Difference(NamedTuple):
    """Where a bundle first departs from the computation.

    `path` leads through the document, such as `results.regions.03.awards.god.amount_kr`: list
    members go by their code, pot or id, else by their number from 1. `bundle` and `computed` are
    what stands in each, as text on one line.
    """

    path: str
    bundle: str
    computed: str

    def __str__(self) -> str:
        return f"{self.path}: the bundle says {self.bundle}, the computation gives {self.computed}"


class Verified(NamedTuple):
    """A bundle that the computation confirms.

    `shipped` tells whether its rule set is one that this engine has been published with.
    """

    rules: RuleSet
    reports: tuple[Report, ...]
    allocation: Allocation
    shipped: bool


def verify(bundle: Mapping[str, Any]) -> Verified | Difference:
    """Compute a bundle anew and compare all of it but `about`, value by value and type by type.

    A rule set that bears a published version must have the published text, which never changes.

    Returns:
        the confirmed run, or the first difference in the order of the document.

    Raises:
        BundleUnusable: rules or figures are missing, or no run can be computed from them.
    """
    text = _member(bundle, "rules", dict).get("text")
    if type(text) is not str:
        raise BundleUnusable("rules.text", "must be text")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    stated = bundle["rules"].get("sha256", _MISSING)
    if stated != digest:
        # Before the text is read: a text that was changed need not be a rule set any more.
        return _difference("rules.sha256", stated, digest)
    try:
        rules = parse_rules(text, origin="rules.text")
        reports = tuple(_reports(_member(bundle, "inputs", list)))
        allocation = compute(rules, reports)
    except BundleUnusable:
        raise
    except EngineError as error:
        raise BundleUnusable("the bundle", str(error)) from error
    published = published_versions().get(rules.version)
    if published is not None and published != rules.sha256:
        return _difference("rules.sha256", rules.sha256, published)
    _member(bundle, "about", dict)
    expected = bundle_of(rules, reports, allocation, about={})
    found = _first_difference({**bundle, "about": {}}, expected, "")
    return found or Verified(rules, reports, allocation, published is not None)


def _member(bundle: Mapping[str, Any], name: str, kind: type) -> Any:
    value = bundle.get(name)
    if type(value) is not kind:
        raise BundleUnusable(name, "must be a list" if kind is list else "must be an object")
    return value


def _reports(rows: list[Any]) -> list[Report]:
    reports = []
    for number, row in enumerate(rows, 1):
        names = ("code", "inhabitants", "planned", "reported")
        if type(row) is not dict or set(row) != set(names):
            raise BundleUnusable(f"inputs.{number}", f"must be an object with {', '.join(names)}")
        reports.append(Report(**row))
    return reports


def _first_difference(found: Any, expected: Any, path: str) -> Difference | None:
    if type(found) is not type(expected):
        return _difference(path, found, expected)
    if isinstance(expected, dict):
        pairs = [(f"{name}", found.get(name, _MISSING), value) for name, value in expected.items()]
        pairs += [(f"{name}", value, _MISSING) for name, value in found.items() if name not in expected]
    elif isinstance(expected, list):
        pairs = [
            (_label(number, value), found[number] if number < len(found) else _MISSING, value)
            for number, value in enumerate(expected)
        ]
        pairs += [(str(number + 1), found[number], _MISSING) for number in range(len(expected), len(found))]
    else:
        return None if found == expected else _difference(path, found, expected)
    for name, one, other in pairs:
        difference = _first_difference(one, other, f"{path}.{name}" if path else name)
        if difference:
            return difference
    return None


def _label(number: int, member: Any) -> str:
    if isinstance(member, dict):
        for name in ("code", "pot", "id"):
            if name in member:
                return str(member[name])
    return str(number + 1)


def _difference(path: str, found: Any, expected: Any) -> Difference:
    start = 0
    if isinstance(found, str) and isinstance(expected, str):
        # Long texts are shown from where they part.
        alike = 0
        for one, other in zip(found, expected, strict=False):
            if one != other:
                break
            alike += 1
        start = max(0, alike - 20) if max(len(found), len(expected)) > _SHOWN else 0
    return Difference(ascii(path)[1:-1], _excerpt(found, start), _excerpt(expected, start))


def _excerpt(value: Any, start: int) -> str:
    if value is _MISSING:
        return "nothing"
    if isinstance(value, str):
        part = ascii(value[start : start + _SHOWN])
        return ("..." if start else "") + part + ("..." if len(value) > start + _SHOWN else "")
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    shown = str(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
