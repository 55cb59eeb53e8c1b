"""Keys for a region's own systems: made and revoked by its ombud, and what is done with them."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reporting import selectors
from reporting.checking import checks_of
from reporting.checks import Finding, errors_of
from reporting.errors import DomainError, NotAllowed
from reporting.exchange.template import meaning
from reporting.fields import Field, fields_of
from reporting.locks import lock_region
from reporting.models import ApiToken, DraftValue, Membership, Role, User, content_sha256
from reporting.models.tokens import KEY_SIGN, PREFIX_LENGTH, VALID_FOR, RevokedFor, secret_sha256
from reporting.services.drafts import lock_for_change, save_draft

NAME_MAX = 60
KEYS_PER_REGION = 10
# So often at most is the moment of the last use written down.
USE_NOTED_EVERY = timedelta(minutes=1)


class KeyRefused(DomainError):
    """The key cannot be made as it was asked for."""


class DraftMoved(DomainError):
    """The draft is not the one that the system has read."""


class FieldsTaken(DomainError):
    """Somebody else has filled in fields that the system wants to fill otherwise; `values` has them."""

    def __init__(self, values: Mapping[str, DraftValue]) -> None:
        super().__init__(_("Somebody else has filled in the same fields. Nothing was saved."))
        self.values = dict(values)


class TextsWrong(DomainError):
    """The texts have errors; `findings` has them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(_("Some of the fields have errors. Nothing was saved."))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class FilledIn:
    """What came of filling in a draft.

    Attributes:
        changed: the fields that got another text.
        findings: errors and warnings in the draft as it stands now.
    """

    changed: tuple[str, ...]
    findings: tuple[Finding, ...]


@transaction.atomic
def create_token(*, region_code: str, name: str, by: User, at: datetime) -> tuple[ApiToken, str]:
    """Make a key for a region's system.

    Args:
        name: which system it is for; stands beside what the system fills in.

    Returns:
        the key's row, and the key itself, which is kept nowhere.

    Raises:
        NotAllowed: `by` is not the region's ombud.
        KeyRefused: the name is empty, too long or taken, or the region has too many keys.
    """
    lock_region(region_code)  # or a key might be made just after the ombud was replaced, or one too many
    _require_ombud(region_code, by)
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX or not name.isprintable():
        raise KeyRefused(
            _("Name the system that the key is for, with at most %(limit)d characters.") % {"limit": NAME_MAX}
        )
    secret = f"{KEY_SIGN}{secrets.token_urlsafe(32)}"
    try:
        with transaction.atomic():
            in_use = ApiToken.objects.filter(region_id=region_code, revoked_at__isnull=True)
            if in_use.count() >= KEYS_PER_REGION:
                raise KeyRefused(
                    _("The region has %(count)d keys. Revoke one first.") % {"count": KEYS_PER_REGION}
                )
            token = ApiToken(
                region_id=region_code,
                name=name,
                prefix=secret[:PREFIX_LENGTH],
                secret_sha256=secret_sha256(secret),
                created_by=by,
                created_at=at,
                expires_at=at + VALID_FOR,
            )
            token.full_clean(validate_constraints=False)
            token.save()
    except IntegrityError:
        raise KeyRefused(_("The region has a key of that name already. Choose another name.")) from None
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: int, region_code: str, by: User, at: datetime) -> ApiToken:
    """End a key at once. Revoking it twice is revoking it once.

    Raises:
        NotAllowed: `by` is not the region's ombud.
        ApiToken.DoesNotExist: the region has no such key.
    """
    lock_region(region_code)
    _require_ombud(region_code, by)
    token = ApiToken.objects.select_for_update().get(pk=token_id, region_id=region_code)
    if token.revoked_at is None:
        _revoke(token, why=RevokedFor.ASKED, by=by, at=at)
    return token


def revoke_keys_of_former_ombud(*, region_code: str, user_id: int, by: User, at: datetime) -> int:
    """End every key that a person made as the region's ombud, and who is it no longer.

    Called inside the transaction that replaces the ombud, which holds the region's lock.

    Args:
        by: who approved the successor.

    Returns:
        how many keys it ended.
    """
    made = ApiToken.objects.select_for_update(of=("self",)).filter(
        region=region_code, created_by=user_id, revoked_at=None
    )
    tokens = list(made.order_by("pk"))
    for token in tokens:
        _revoke(token, why=RevokedFor.OMBUD_REPLACED, by=by, at=at)
    return len(tokens)


def _revoke(token: ApiToken, *, why: RevokedFor, by: User, at: datetime) -> None:
    token.revoked_at, token.revoked_by, token.revoked_for = at, by, why
    token.save(update_fields=["revoked_at", "revoked_by", "revoked_for"])


def _require_ombud(region_code: str, by: User) -> None:
    ombud = Membership.objects.filter(user=by, region=region_code, role=Role.OMBUD)
    if not by.is_active or not ombud.exists():
        raise NotAllowed(_("Only the region's ombud makes and revokes keys."))


def note_use(token: ApiToken, *, at: datetime, address: str | None) -> None:
    """Write down when and from where a key was used, at most once a minute for each address."""
    if (
        token.last_used_at is None
        or at - token.last_used_at >= USE_NOTED_EVERY
        or token.last_used_from != address
    ):
        # By its number, and only while it is in use: somebody may revoke it in this moment.
        ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
            last_used_at=at, last_used_from=address
        )


def draft_tag(values: Mapping[str, DraftValue]) -> str:
    """A short text that is another one whenever any field of the draft is."""
    return content_sha256({name: value.version for name, value in values.items()})[:32]


@transaction.atomic
def fill_in(
    *,
    submission_id: int,
    token: ApiToken,
    texts: Mapping[str, str],
    tag: str | None,
    at: datetime,
    dry_run: bool = False,
) -> FilledIn:
    """Fill in fields of a draft on behalf of a region's system: all of them, or none.

    A field that stands empty, that the same system has filled in, or that says the same already is free.
    Any other belongs to a person, and is only changed by a system that shows with `tag` that it has read
    the draft as it stands.

    Args:
        texts: field -> text, only those that are to be changed.
        tag: `draft_tag` of the draft that the system has read; None where it has not.
        dry_run: check everything and save nothing.

    Raises:
        DraftMoved: the draft is not the one of `tag`.
        FieldsTaken: fields belong to somebody, and no `tag` was given.
        TextsWrong: the draft would have errors in the fields.
        NotAllowed, RoundNotOpen, ReportLocked: the report cannot be changed.
    """
    submission, _membership = lock_for_change(submission_id, by=token.created_by, at=at)
    values = selectors.draft_values(submission)
    if tag is not None and tag != draft_tag(values):
        raise DraftMoved(_("The draft has been changed since you read it. Read it again."))
    figures = {field.name: field for field in fields_of(submission.reporting_round.years)}
    changed = {
        name: text
        for name, text in texts.items()
        if not _says(values.get(name), text, field=figures.get(name))
    }
    taken = {name: values[name] for name in changed if name in values and _is_taken(values[name], token)}
    if tag is None and taken:
        raise FieldsTaken(taken)
    merged = {name: value.text for name, value in values.items()} | changed
    findings = checks_of(submission).check(merged, submitting=False)
    if wrong := [finding for finding in errors_of(findings) if finding.field in texts]:
        raise TextsWrong(wrong)
    if changed and not dry_run:
        save_draft(
            submission_id=submission.pk, texts=changed, by=token.created_by, at=at, via=token.signature
        )
    return FilledIn(tuple(changed), findings)


def _says(value: DraftValue | None, text: str, *, field: Field | None) -> bool:
    return meaning(value.text if value else "", field=field) == meaning(text, field=field)


def _is_taken(value: DraftValue, token: ApiToken) -> bool:
    return value.text != "" and value.via != token.signature
