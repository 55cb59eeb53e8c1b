"""What regions' systems and files bring in: keys, and files that wait to be saved. Shown, never changed."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.admin.readonly import ReadOnlyMixin, SecretFieldsMixin
from reporting.models import ApiToken, Membership, PendingUpload, Role

KEY_STATES: dict[str, str | Promise] = {
    "live": _("In use"),
    "orphaned": _("Its maker is no longer ombud"),
    "expired": _("Too old"),
    "revoked": _("Revoked"),
}
KEY_CHIPS = {"live": "ok", "orphaned": "warning", "expired": "not_included", "revoked": "not_included"}


def key_conditions(*, at: datetime) -> dict[str, Q]:
    """State -> its condition, as `reporting.keys` judges a key that a system shows at the moment `at`."""
    in_time = Q(revoked_at=None, expires_at__gt=at)
    return {
        "live": in_time & Q(has_maker=True),
        "orphaned": in_time & Q(has_maker=False),
        "expired": Q(revoked_at=None, expires_at__lte=at),
        "revoked": Q(revoked_at__isnull=False),
    }


class KeyStateFilter(admin.SimpleListFilter):
    """In use, without its maker, too old, revoked."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The four states."""
        return list(KEY_STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        """Keys in the chosen state."""
        condition = key_conditions(at=timezone.now()).get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyMixin, SecretFieldsMixin, admin.ModelAdmin):
    """Every region's keys. The region's ombud makes and revokes them; the key itself stands nowhere."""

    secret_fields = ("secret_sha256",)
    list_display = ["name", "region", "prefix", "state_chip", "created_by", "created_at", "last_used_at"]
    list_select_related = ["region", "created_by"]
    list_filter = [KeyStateFilter, ("region", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "prefix", "region__name", "created_by__name", "created_by__email"]
    show_full_result_count = False
    list_per_page = 100
    fields = [
        "name",
        "region",
        "prefix",
        "state_chip",
        "created_by",
        "created_at",
        "expires_at",
        "last_used_at",
        "last_used_from",
        "revoked_at",
        "revoked_by",
        "revoked_for",
    ]
    readonly_fields = ["state_chip"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """With each key's state at this moment."""
        makers = Membership.objects.filter(
            user=OuterRef("created_by"), region=OuterRef("region"), role=Role.OMBUD, user__is_active=True
        )
        keys: QuerySet[ApiToken] = super().get_queryset(request).annotate(has_maker=Exists(makers))
        states = [
            When(condition, then=Value(state))
            for state, condition in key_conditions(at=timezone.now()).items()
        ]
        return keys.annotate(state=Case(*states, default=Value("revoked")))

    @admin.display(description=_("state"))
    def state_chip(self, obj: ApiToken) -> str:
        """The state as a chip."""
        state: str = obj.state  # type: ignore[attr-defined]  # annotated
        words = {"state": KEY_CHIPS[state], "label": KEY_STATES[state], "error": ""}
        return render_to_string("admin/_mail_state.html", words)


@admin.register(PendingUpload)
class PendingUploadAdmin(ReadOnlyMixin, SecretFieldsMixin, admin.ModelAdmin):
    """Files that were read in and not saved yet: whose and until when, never what stands in them."""

    secret_fields = ("content", "texts", "versions", "problems")
    list_display = ["file_name", "region", "reporting_round", "user", "kind", "created_at", "expires_at"]
    list_select_related = ["submission__region", "submission__reporting_round", "user"]
    list_filter = ["kind", ("submission__reporting_round", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["file_name", "submission__region__name", "user__name", "user__email"]
    ordering = ["-created_at"]
    show_full_result_count = False
    list_per_page = 100
    fields = [
        "file_name",
        "region",
        "reporting_round",
        "user",
        "kind",
        "template",
        "issued_at",
        "created_at",
        "expires_at",
    ]
    readonly_fields = ["region", "reporting_round"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PendingUpload]:
        """Without the file and what was read from it: a draft is the region's own."""
        return super().get_queryset(request).defer(*self.secret_fields)

    @admin.display(description=_("region"), ordering="submission__region__name")
    def region(self, obj: PendingUpload) -> str:
        """The region whose report the file is for."""
        return obj.submission.region.name

    @admin.display(description=_("round"), ordering="submission__reporting_round__opens_at")
    def reporting_round(self, obj: PendingUpload) -> str:
        """The round of the report."""
        return obj.submission.reporting_round.name
