"""What is news to whom, and each person's choice of how often to hear of it."""

from django.db import transaction

from reporting import selectors
from reporting.models import (
    EventKind,
    Mail,
    MailChoice,
    MailRhythm,
    Message,
    News,
    NewsKind,
    ReviewEvent,
    Revision,
    Side,
    Submission,
    User,
)
from reporting.news import tell
from reporting.services.outbox import send_after_commit


def tell_of_message(message: Message) -> None:
    """Tell the other side that somebody has written. The mail holds none of the words."""
    submission = message.submission
    to_region = message.side == Side.AGENCY
    _send(
        tell(
            NewsKind.MESSAGE,
            people=selectors.members_of(submission.region_id) if to_region else officers_of(submission),
            side=Side.REGION if to_region else Side.AGENCY,
            submission=submission,
            actor_name=message.author_name,
            occasion=str(message.pk),
            message=message,
            at=message.at,
        )
    )


def tell_of_submission(revision: Revision, *, ombud: User | None) -> None:
    """Tell colleagues that somebody has submitted, save the ombud, who gets a copy of the receipt."""
    submission = revision.submission
    informed = {revision.submitted_by_id, *([ombud.pk] if ombud else [])}
    _send(
        tell(
            NewsKind.SUBMITTED,
            people=selectors.members_of(submission.region_id).exclude(pk__in=informed),
            side=Side.REGION,
            submission=submission,
            actor_name=revision.submitted_by_name,
            occasion=str(revision.pk),
            version=revision.number,
            at=revision.submitted_at,
        )
    )


def tell_of_review(event: ReviewEvent) -> None:
    """Tell the region's ombud and representants that somebody has begun to read."""
    _send(
        tell(
            NewsKind.REVIEW_STARTED,
            people=selectors.signatories_of(event.submission.region_id),
            side=Side.REGION,
            submission=event.submission,
            actor_name=event.by_name,
            occasion=str(event.pk),
            version=event.revision.number if event.revision else None,
            at=event.at,
        )
    )


def officers_of(submission: Submission) -> list[User]:
    """Whom a region's message reaches: those who have handled the report, else everyone who reviews."""
    reviewers = {person.pk: person for person in selectors.reviewers()}
    handled = ReviewEvent.objects.filter(submission=submission).exclude(kind=EventKind.SUBMITTED)
    written = Message.objects.filter(submission=submission, side=Side.AGENCY)
    involved = {*handled.values_list("by", flat=True), *written.values_list("author", flat=True)}
    return [reviewers[key] for key in sorted(involved & reviewers.keys())] or list(reviewers.values())


def _send(mails: list[Mail]) -> None:
    for mail in mails:
        send_after_commit(mail)


@transaction.atomic
def choose_mail(*, user_id: int, rhythm: MailRhythm) -> MailChoice:
    """Keep a person's choice. Who wants no mail is not told later of what has gathered until now."""
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    choice = MailChoice.objects.filter(user=person).first() or MailChoice(user=person)
    if choice.rhythm != rhythm:
        choice.rhythm = rhythm
        choice.full_clean()
        choice.save()
    if rhythm == MailRhythm.NEVER:
        News.objects.filter(user=person, told_in=None).delete()
    return choice
