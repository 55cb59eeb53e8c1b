"""The record of a decision: the JSON document that the log vouches for."""

import json
from collections.abc import Iterable
from typing import Any

from allocation import decided, selectors
from allocation.models import Decision, DecisionRecord, Exemption
from reporting.models import STOCKHOLM

FORMAT = "platsplan-decision-1"


def decision_record(
    decision: Decision, *, bundle_sha256: str, exemptions: Iterable[Exemption]
) -> dict[str, Any]:
    """Everything that was decided: who, when, by which run, how much to whom, and what it corrects.

    Args:
        decision: with who decided and when, whether it has been saved or not.
        exemptions: those that held when it was decided.
    """
    grant, run = decision.round_grant, decision.run
    reporting_round = grant.reporting_round
    return {
        "format": FORMAT,
        "decision": decision.label,
        "case": grant.case_number,
        "grant": {"rules": grant.rules_name, "year": grant.year, "title": grant.title},
        "round": {"id": reporting_round.slug, "name": reporting_round.name},
        "example_data": reporting_round.is_demo or grant.year in selectors.example_years(),
        "proposed": {
            "by": decision.proposed_by_name,
            "at": decision.proposed_at.astimezone(STOCKHOLM).isoformat(timespec="microseconds"),
        },
        "decided": {
            "by": decision.decided_by_name,
            "at": decision.decided_at.astimezone(STOCKHOLM).isoformat(timespec="microseconds")
            if decision.decided_at
            else None,
        },
        "corrects": _corrected(decision),
        "run": {
            "number": run.number,
            "computed_at": run.created_at.astimezone(STOCKHOLM).isoformat(timespec="microseconds"),
            "rules_version": run.rules_version,
            "rules_sha256": run.rules_sha256,
            "inputs_sha256": run.inputs_sha256,
            "engine_version": run.engine_version,
            "bundle_sha256": bundle_sha256,
        },
        "exemptions": [
            {
                "region": exemption.region_id,
                "version": exemption.version,
                "reason": exemption.reason,
                "by": exemption.by_name,
                "at": exemption.at.astimezone(STOCKHOLM).isoformat(timespec="microseconds"),
            }
            for exemption in exemptions
        ],
        "amounts_kr": decided.amounts_of(decision),
        "sum_kr": run.allocated_kr,
        "not_shared_out_kr": run.unallocated_kr,
        "appeal": grant.appeal_text,
    }


def _corrected(decision: Decision) -> dict[str, Any] | None:
    if decision.corrects is None:
        return None
    former = decision.corrects.record.document
    return {"decision": former.number, "sha256": former.sha256, "reason": decision.reason}


def says_what_was_decided(kept: DecisionRecord) -> bool:
    """Whether a record says what the decision's rows say: who, when, by which run, how much to whom."""
    decision = kept.decision
    try:
        said = json.loads(bytes(kept.document.content))
        rows = decision_record(decision, bundle_sha256=kept.bundle_sha256, exemptions=())
        parts = ("decision", "proposed", "decided", "run", "amounts_kr", "sum_kr", "not_shared_out_kr")
        return all(said[part] == rows[part] for part in parts)
    except (ValueError, KeyError, TypeError):
        return False
