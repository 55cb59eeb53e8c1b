"""Which keys open a region's draft to its systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db.models import QuerySet

from reporting.models import ApiToken, Membership, Role, Submission
from reporting.models.tokens import KEY_SIGN, secret_sha256


def keys_of(region_code: str) -> QuerySet[ApiToken]:
    """Every key that a region has had, the newest first."""
    keys = ApiToken.objects.filter(region=region_code).select_related("created_by", "revoked_by")
    return keys.order_by("-created_at")


def key_for(secret: str, *, at: datetime) -> ApiToken | None:
    """The key that a system shows, if it opens anything at the moment `at`.

    It does until it is revoked or too old, and as long as the person who made it is the region's ombud and
    may sign in.
    """
    if not secret.startswith(KEY_SIGN) or not secret.isascii():
        return None
    token = (
        ApiToken.objects.select_related("created_by", "region")
        .filter(secret_sha256=secret_sha256(secret), revoked_at__isnull=True, expires_at__gt=at)
        .first()
    )
    if token is None or not has_live_maker(token):
        return None
    return token


def has_live_maker(token: ApiToken) -> bool:
    """Whether the person who made the key is still the region's ombud and may sign in."""
    maker = token.created_by
    if not maker.is_active or (maker.is_demo and not settings.PLATSPLAN_DEMO):
        return False
    return Membership.objects.filter(user=maker, region=token.region_id, role=Role.OMBUD).exists()


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of a region, and whether it opens anything."""

    key: ApiToken
    state: Literal["live", "orphaned", "expired", "revoked"]


def key_rows(region_code: str, *, at: datetime) -> list[KeyRow]:
    """Every key that a region has had, the newest first, as it stands at the moment `at`."""
    ombud = Membership.objects.filter(region=region_code, role=Role.OMBUD, user__is_active=True).first()
    return [
        KeyRow(key, _state(key, ombud_id=ombud.user_id if ombud else None, at=at))
        for key in keys_of(region_code)
    ]


def _state(
    key: ApiToken, *, ombud_id: int | None, at: datetime
) -> Literal["live", "orphaned", "expired", "revoked"]:
    if key.revoked_at is not None:
        return "revoked"
    if key.has_expired(at=at):
        return "expired"
    return "live" if key.created_by_id == ombud_id else "orphaned"


def report_in(round_slug: str, *, region_code: str) -> Submission | None:
    """A region's report in a round; None where there is none."""
    reports = Submission.objects.select_related("region", "reporting_round")
    return reports.filter(region=region_code, reporting_round__slug=round_slug).first()


def reports_of(region_code: str) -> QuerySet[Submission]:
    """A region's reports in every round, the latest first."""
    reports = Submission.objects.select_related("region", "reporting_round")
    return reports.filter(region=region_code).order_by("-reporting_round__opens_at")
