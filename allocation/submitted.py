"""What a region's newest version gives, by the same rule as the panel beside the form."""

from collections.abc import Mapping, Sequence

from allocation.models import Letter
from allocation.preview import Preview, previews_of
from reporting.fields import Cell
from reporting.models import PostType, Submission


def previews_of_submitted(
    submission: Submission, at_posts: Mapping[int, int], letters: Sequence[Letter]
) -> tuple[Preview, ...]:
    """What each grant of the round gives for the version that counts; none where nothing is submitted.

    A grant that is decided is left out, since its letter says what it gives. Two queries.

    Args:
        at_posts: year -> AT posts of the region's newest version.
        letters: the region's own, from `decided.letters_to`.
    """
    if not at_posts:
        return ()
    decided = {letter.decision.round_grant.rules_name for letter in letters}
    texts = {Cell(PostType.AT, year).field: str(posts) for year, posts in at_posts.items()}
    previews = previews_of(submission, texts)
    return tuple(preview for preview in previews if preview.rules_name not in decided)
