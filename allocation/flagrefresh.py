"""Flags made anew when what they rest on has changed: plans, inhabitants, or the rules of a grant."""

import hashlib
import json
from datetime import datetime

from django.core.cache import cache

from allocation.engine import available_rules, load_rules
from allocation.models import RoundGrant
from reporting.models import Baseline, Inhabitants, ReportingRound
from reporting.services.flags import refresh_flags_of_round

# Forgotten with the cache, it is computed anew, and flags made anew are the same.
KEY = "flags-rest-on"


def refresh_changed_flags(*, at: datetime) -> int:
    """Make the flags of every round anew if plans, inhabitants, grants or rules are not what they were.

    However the change came, by a page, a command, a new release or SQL. Four queries where nothing
    has; doing it twice, or two workers at once, changes nothing.

    Returns:
        how many reports were looked at.
    """
    now = basis_sha256()
    if cache.get(KEY) == now:
        return 0
    rounds = ReportingRound.objects.order_by("-opens_at")
    count = sum(refresh_flags_of_round(reporting_round=found, at=at) for found in rounds)
    # Afterwards: what is interrupted is done again the next time.
    cache.set(KEY, now, timeout=None)
    return count


def basis_sha256() -> str:
    """A checksum of everything beside the reports themselves that flags are computed from."""
    plans = Baseline.objects.order_by("region_id", "year", "post_type")
    people = Inhabitants.objects.order_by("reference__slug", "region_id")
    grants = RoundGrant.objects.order_by("pk")
    basis = [
        list(plans.values_list("region_id", "year", "post_type", "planned_posts")),
        list(people.values_list("reference__slug", "region_id", "persons")),
        list(grants.values_list("reporting_round_id", "rules_name", "year", "title")),
        [(name, load_rules(name).sha256) for name in available_rules()],
    ]
    return hashlib.sha256(json.dumps(basis).encode()).hexdigest()
