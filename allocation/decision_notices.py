"""The mails about decisions: to who may decide, to who proposed, and each region's letter."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from allocation.models import Decision, Letter
from reporting.models import Language, Mail, MailKind, Membership, Role, User
from reporting.news import willing
from reporting.outbox import write_mail
from reporting.unsubscribing import UNSUBSCRIBE_MARK


def write_proposal_notices(decision: Decision, *, recipients: Iterable[User]) -> list[Mail]:
    """Tell those who may decide that a proposal waits; not who made it, nor who never wants such mail."""
    written = [
        _write(MailKind.DECISION_PROPOSED, decision, person, declinable=True)
        for person in willing(recipients)
        if person.pk != decision.proposed_by_id
    ]
    return [mail for mail in written if mail is not None]


def write_notice_of_closing(decision: Decision, *, recipients: Iterable[User]) -> list[Mail]:
    """Tell those concerned that a proposal was sent back or withdrawn, and why."""
    written = [_write(MailKind.DECISION_CLOSED, decision, person) for person in recipients]
    return [mail for mail in written if mail is not None]


def _write(kind: MailKind, decision: Decision, person: User, *, declinable: bool = False) -> Mail | None:
    return write_mail(
        kind,
        recipient=person.email,
        occasion=decision.label,
        context={
            "decision": decision,
            "person": person,
            "reporting_round": decision.round_grant.reporting_round,
            "unsubscribe_link": UNSUBSCRIBE_MARK,
        },
        language=person.language,
        declinable=declinable,
        reporting_round=decision.round_grant.reporting_round,
    )


def write_letter_mails(decision: Decision, letters: Sequence[Letter]) -> list[Mail]:
    """Send each region's letter to its ombud and to the agency's registrar, once to each.

    Where a region has no ombud who may sign in, its representants get the letter instead.
    """
    written: list[Mail | None] = []
    people = receivers()
    for letter in letters:
        written += [
            _write_letter(letter, decision, recipient=person.email, language=person.language, person=person)
            for person in people.get(letter.region_id, ())
        ]
        if settings.REGISTRAR_EMAIL:
            written.append(
                _write_letter(
                    letter, decision, recipient=settings.REGISTRAR_EMAIL, language=Language.SV, person=None
                )
            )
    return [mail for mail in written if mail is not None]


def receivers() -> dict[str, list[User]]:
    """Region code -> its ombud, or its representants where it has none who may sign in."""
    members = Membership.objects.filter(
        user__is_active=True, role__in=[Role.OMBUD, Role.REPRESENTANT]
    ).select_related("user")
    by_role: dict[tuple[str, str], list[User]] = {}
    for member in members.order_by("region_id", "user__email"):
        by_role.setdefault((member.region_id, member.role), []).append(member.user)
    codes = {code for code, _role in by_role}
    return {
        code: by_role.get((code, Role.OMBUD)) or by_role.get((code, Role.REPRESENTANT), []) for code in codes
    }


def _write_letter(
    letter: Letter, decision: Decision, *, recipient: str, language: str, person: User | None
) -> Mail | None:
    reporting_round = decision.round_grant.reporting_round
    return write_mail(
        MailKind.DECISION_LETTER,
        recipient=recipient,
        occasion=letter.document.number,
        context={
            "letter": letter,
            "decision": decision,
            "person": person,
            "reporting_round": reporting_round,
        },
        language=language,
        reporting_round=reporting_round,
        region=letter.region,
        document=letter.document,
    )
