"""Telling people news: a row for each person, and a mail at once for those who want one at each event."""

from collections.abc import Iterable
from datetime import datetime

from reporting.models import (
    Mail,
    MailChoice,
    MailKind,
    MailRhythm,
    Message,
    News,
    NewsKind,
    Side,
    Submission,
    User,
)
from reporting.outbox import write_mail
from reporting.unsubscribing import UNSUBSCRIBE_MARK


def rhythms_of(people: Iterable[User]) -> dict[int, MailRhythm]:
    """Person's key -> how often they want mail that nobody has to have."""
    keys = [person.pk for person in people]
    chosen = dict(MailChoice.objects.filter(user__in=keys).values_list("user_id", "rhythm"))
    return {key: MailRhythm(chosen.get(key, MailRhythm.EACH)) for key in keys}


def willing(people: Iterable[User]) -> list[User]:
    """Those of `people` who have not said that they never want mail that nobody has to have. One query."""
    people = list(people)
    rhythms = rhythms_of(people)
    return [person for person in people if rhythms[person.pk] != MailRhythm.NEVER]


def tell(
    kind: NewsKind,
    *,
    people: Iterable[User],
    side: Side,
    submission: Submission,
    actor_name: str,
    occasion: str,
    at: datetime,
    version: int | None = None,
    message: Message | None = None,
) -> list[Mail]:
    """Keep news for each of `people`, once per occasion, and write the mails that are due at once.

    Args:
        side: the side on which they stand; decides which page the mail leads to.
        occasion: what happened, such as "message/17".

    Returns:
        the mails that were written now; the caller has them sent after the commit.
    """
    people = list(people)
    rhythms = rhythms_of(people)
    mails = []
    for person in people:
        if rhythms[person.pk] == MailRhythm.NEVER:
            continue
        news, is_new = News.objects.get_or_create(
            user=person,
            kind=kind,
            occasion=occasion,
            defaults={
                "submission": submission,
                "side": side,
                "actor_name": actor_name,
                "version": version,
                "message": message,
                "at": at,
            },
        )
        if is_new and rhythms[person.pk] == MailRhythm.EACH:
            mails += _tell_now(news)
    return mails


def _tell_now(news: News) -> list[Mail]:
    person, submission = news.user, news.submission
    mail = write_mail(
        MailKind.NEWS,
        recipient=person.email,
        occasion=f"{news.kind}/{news.occasion}",
        context={
            "news": news,
            "submission": submission,
            "person": person,
            "unsubscribe_link": UNSUBSCRIBE_MARK,
        },
        language=person.language,
        declinable=True,
        reporting_round=submission.reporting_round,
        region=submission.region,
    )
    if mail is None:
        return []
    news.told_in = mail
    news.save(update_fields=["told_in"])
    return [mail]
