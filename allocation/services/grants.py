"""Which grants are computed from a round."""

from django.db import transaction
from django.utils.translation import gettext as _

from allocation.engine import available_rules, load_rules
from allocation.errors import GrantRefused
from allocation.models import AllocationRun, RoundGrant
from allocation.services.runs import request_recomputation
from reporting.locks import lock_round
from reporting.models import User
from reporting.services.roles import must_have


@transaction.atomic
def add_grant(*, round_id: int, rules_name: str, by: User | None) -> RoundGrant:
    """Have a grant computed from a round; year and title come from its rules. It is computed at once.

    Args:
        rules_name: a rule set of the house, such as "at-2022".
        by: None when it is done on the server itself.

    Raises:
        NotAllowed: `by` may not add grants.
        GrantRefused: there are no such rules, the round has them already, or does not ask for their year.
    """
    _must_have(by, "add_roundgrant")
    reporting_round = lock_round(round_id)
    if rules_name not in available_rules():
        raise GrantRefused(_("There is no rule set called %(rules)s.") % {"rules": rules_name})
    rules = load_rules(rules_name)
    if rules.year not in reporting_round.years:
        raise GrantRefused(
            _("%(rules)s is for %(year)d, which the round does not ask for.")
            % {"rules": rules_name, "year": rules.year}
        )
    if RoundGrant.objects.filter(reporting_round=reporting_round, rules_name=rules_name).exists():
        raise GrantRefused(_("The round has the rule set %(rules)s already.") % {"rules": rules_name})
    grant = RoundGrant.objects.create(
        reporting_round=reporting_round, rules_name=rules_name, year=rules.year, title=rules.title
    )
    request_recomputation(reporting_round=reporting_round, reason="grant", requested_by=by)
    return grant


@transaction.atomic
def word_grant(*, grant_id: int, case_number: str, appeal_text: str, by: User | None) -> RoundGrant:
    """Set what the letters about a grant say: its case number, and how a decision is appealed.

    What was decided before keeps the words that it was sent with.

    Args:
        by: None when it is done on the server itself.

    Raises:
        NotAllowed: `by` may not change grants.
    """
    _must_have(by, "change_roundgrant")
    lock_round(RoundGrant.objects.values_list("reporting_round_id", flat=True).get(pk=grant_id))
    grant = RoundGrant.objects.get(pk=grant_id)
    grant.case_number = " ".join(case_number.split())
    grant.appeal_text = appeal_text.replace("\r\n", "\n").strip()
    grant.full_clean()
    grant.save(update_fields=["case_number", "appeal_text"])
    return grant


@transaction.atomic
def remove_grant(*, grant_id: int, by: User) -> None:
    """Compute a grant no longer. Removing one that is gone changes nothing.

    Raises:
        NotAllowed: `by` may not remove grants.
        GrantRefused: it has been computed, or somebody has made scenarios of it; those are kept for ever.
    """
    _must_have(by, "delete_roundgrant")
    found = RoundGrant.objects.filter(pk=grant_id).values_list("reporting_round_id", flat=True).first()
    if found is None:
        return
    lock_round(found)
    grant = RoundGrant.objects.filter(pk=grant_id).first()
    if grant is None:
        return
    if AllocationRun.objects.filter(round_grant=grant).exists() or grant.scenarios.exists():
        raise GrantRefused(_("%(grant)s has been computed, so it stays.") % {"grant": grant.title})
    grant.delete()


def _must_have(by: User | None, permission: str) -> None:
    if by is not None:
        must_have(by, f"allocation.{permission}")
