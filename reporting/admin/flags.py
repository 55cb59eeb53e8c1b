"""What a reviewer should look at in a report, from its stored figures: for lists in bulk, and as filters."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Abs, Greatest

from reporting.checks import Finding, check_texts, warnings_of
from reporting.fields import Cell
from reporting.flags import FLAGS, Flag, flags_in
from reporting.models import Baseline, Figure, PostType, Revision, Submission
from reporting.soft_rules import WARN_POSTS, WARN_SHARE_PCT


def texts_of(figures: Sequence[Figure]) -> dict[str, str]:
    """A version's figures as they would stand in the form, so that one set of checks serves both."""
    texts: dict[str, str] = {}
    for figure in figures:
        cell = Cell(PostType(figure.post_type), figure.year)
        texts[cell.field] = "" if figure.posts is None else str(figure.posts)
        texts[cell.comment_field] = figure.comment
    return texts


def warnings_in(
    figures: Sequence[Figure], *, years: Sequence[int], plans: Mapping[int, int]
) -> tuple[Finding, ...]:
    """The warnings that the form gives for a version's figures."""
    return warnings_of(check_texts(texts_of(figures), years=years, plans=plans, submitting=True))


def is_late(revision: Revision, submission: Submission) -> bool:
    """Whether the version came after the region's deadline, as it may when the report had been returned."""
    return revision.submitted_at >= submission.closes_at


def flags_of(
    revision: Revision,
    *,
    figures: Sequence[Figure],
    submission: Submission,
    plans: Mapping[int, int],
) -> tuple[Flag, ...]:
    """What to look at in a version, in the order of `FLAGS`."""
    return flags_in(
        warnings_in(figures, years=submission.reporting_round.years, plans=plans),
        posts={Cell(PostType(figure.post_type), figure.year): figure.posts for figure in figures},
        is_late=is_late(revision, submission),
    )


def flagged(submissions: QuerySet[Submission], key: str) -> QuerySet[Submission]:
    """The reports whose newest version has the flag `key`; "none" gives those submitted without a flag."""
    if key == "none":
        clean = submissions.filter(revision_count__gt=0)
        for name in FLAGS:
            clean = clean.exclude(_condition(name))
        return clean
    return submissions.filter(_condition(key)) if key in FLAGS else submissions


def _condition(key: str) -> Q:
    if key == "late":
        return Q(submitted_at__gte=Greatest("reporting_round__closes_at", "extended_until"))
    newest = Figure.objects.filter(
        revision__submission=OuterRef("pk"), revision__number=OuterRef("revision_count")
    )
    if key == "missing-st":
        return Q(Exists(newest.filter(posts=None)))
    plan = Baseline.objects.filter(
        region=OuterRef("revision__submission__region"), year=OuterRef("year"), post_type=PostType.AT
    )
    compared = newest.filter(post_type=PostType.AT).annotate(
        planned=Subquery(plan.values("planned_posts")[:1], output_field=IntegerField())
    )
    # The same borders as `reporting.checks.differs_much`.
    differing = compared.annotate(
        difference=Abs(F("posts") - F("planned")), difference_pct=F("difference") * 100
    ).filter(difference__gt=0)
    far = differing.filter(
        Q(difference__gte=WARN_POSTS) | Q(difference_pct__gte=F("planned") * WARN_SHARE_PCT)
    )
    return Q(Exists(far))
