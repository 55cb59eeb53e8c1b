"""The bundle: one JSON document that holds a run whole, so that anybody can compute it anew."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from allocation.engine.errors import BundleUnusable
from allocation.engine.reports import Report, clip, in_code_order, inputs_sha256
from allocation.engine.results import Allocation
from allocation.engine.rules import RuleSet
from allocation.engine.version import ENGINE_VERSION

JSON: TypeAlias = "Mapping[str, JSON] | list[JSON] | str | int | float | bool | None"

FORMAT = "platsplan-run"
FORMAT_VERSION = 1


def bundle_of(
    rules: RuleSet, reports: Iterable[Report], allocation: Allocation, *, about: Mapping[str, JSON]
) -> dict[str, Any]:
    """Put a run into one document: the rules' text, the figures, the results with every trace, and hashes.

    Args:
        about: what is known about the stored run, such as its number and when it was computed. It
            is carried along and is no part of what verification covers.

    Returns:
        JSON types only, keys in a fixed order; `canonical_bytes` writes it.

    Raises:
        ValueError: the allocation is not one of these rules and reports, or `about` is not JSON.
        DuplicateRegion: two reports carry the same code.
    """
    ordered = in_code_order(reports)
    given = (rules.sha256, inputs_sha256(ordered))
    if given != (allocation.rules_sha256, allocation.inputs_sha256):
        raise ValueError("the allocation was computed from other rules or other reports")
    results = results_of(allocation)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "engine_version": ENGINE_VERSION,
        # Sorted, so that the order in which the caller happened to name things is not in the bytes.
        "about": json.loads(json.dumps(dict(about), sort_keys=True, allow_nan=False)),
        "rules": {"version": rules.version, "sha256": rules.sha256, "text": rules.text},
        "inputs_sha256": allocation.inputs_sha256,
        "inputs": [
            {
                "code": report.code,
                "inhabitants": report.inhabitants,
                "planned": report.planned,
                "reported": report.reported,
            }
            for report in ordered
        ],
        "results_sha256": results_sha256(results),
        "results": results,
    }


def results_of(allocation: Allocation) -> dict[str, Any]:
    """The pots and the regions' awards with their traces, as JSON types."""
    plain = allocation.as_json()
    for pot, pot_result in zip(plain["pots"], allocation.pots, strict=True):
        pot["eligible_count"] = pot_result.eligible_count
        pot["trace"] = [step.as_json() for step in pot_result.trace]
    for region, region_result in zip(plain["regions"], allocation.regions, strict=True):
        for award, award_result in zip(region["awards"], region_result.awards, strict=True):
            award["assumed"] = award_result.assumed
            award["trace"] = [step.as_json() for step in award_result.trace]
    return {"pots": plain["pots"], "regions": plain["regions"]}


def results_sha256(results: Mapping[str, Any]) -> str:
    """Hash the results of a bundle.

    The hashed bytes are the JSON of `results` with sorted keys, in ASCII and without spaces, so
    anybody can compute the hash anew.

    Returns:
        64 hexadecimal digits.
    """
    text = json.dumps(results, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def canonical_bytes(bundle: Mapping[str, Any]) -> bytes:
    """The one way to write a bundle: JSON in ASCII, one space of indent, a line end at the end."""
    return (json.dumps(bundle, indent=1, allow_nan=False) + "\n").encode("ascii")


def read_bundle(content: bytes) -> dict[str, Any]:
    """Read a bundle, without verifying it.

    Raises:
        BundleUnusable: it is not JSON in UTF-8, names a key twice, or is not a bundle of this format.
    """
    try:
        bundle = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise BundleUnusable("the file", f"must be UTF-8; byte {error.start + 1} is not") from error
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise BundleUnusable("the file", f"is not JSON: {ascii(reason)[1:-1]}") from error
    if type(bundle) is not dict or bundle.get("format") != FORMAT:
        raise BundleUnusable("the file", f"is not a bundle: its format must be {FORMAT}")
    version = bundle.get("format_version")
    if type(version) is not int or version != FORMAT_VERSION:
        raise BundleUnusable("format_version", f"must be {FORMAT_VERSION}, not {clip(version)}")
    return bundle


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        # Readers differ in which of the two they take, so such a file says two things.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {clip(twice)} stands twice in one object")
    return made


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
