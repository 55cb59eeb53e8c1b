"""The locks of the project: the round's row for reports, the region's row for people. Nothing takes both."""

from reporting.models import Region, ReportingRound


def lock_round(reporting_round_id: int) -> ReportingRound:
    """Hold the round's row until the transaction ends.

    Every write to a round's reports, runs or awards takes this lock first and takes no
    other. `no_key` lets rows that merely refer to the round be written meanwhile.
    """
    return ReportingRound.objects.select_for_update(no_key=True).get(pk=reporting_round_id)


def lock_round_of(submission_id: int) -> ReportingRound:
    """Hold the row of the round that a report belongs to; see `lock_round`."""
    rounds = ReportingRound.objects.select_for_update(no_key=True, of=("self",))
    return rounds.get(submissions=submission_id)


def lock_region(code: str) -> Region:
    """Hold the region's row until the transaction ends.

    Every write to a region's roles, invitations and ombud takes this lock first and takes no
    round's. Two people who change the same region's people wait for each other.
    """
    return Region.objects.select_for_update(no_key=True).get(code=code)
