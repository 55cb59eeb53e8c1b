"""What a region's newest version gives, by the same rule as the panel beside the form."""

from collections.abc import Sequence

from allocation.models import Letter
from allocation.preview import Preview, previews_of
from reporting.models import Submission
from reporting.reading import posts_in_figures
from reporting.selectors import figures_of_version


def previews_of_submitted(submission: Submission, letters: Sequence[Letter]) -> tuple[Preview, ...]:
    """What each grant of the round gives for the version that counts; none where nothing is submitted.

    A grant that is decided is left out, since its letter says what it gives. Three queries.

    Args:
        letters: the region's own, from `decided.letters_to`.
    """
    if not submission.revision_count:
        return ()
    decided = {letter.decision.round_grant.rules_name for letter in letters}
    figures = posts_in_figures(figures_of_version(submission, number=submission.revision_count))
    texts = {cell.field: str(posts) for cell, posts in figures.items() if posts is not None}
    previews = previews_of(submission, texts)
    return tuple(preview for preview in previews if preview.rules_name not in decided)
