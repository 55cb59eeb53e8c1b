"""What people are told beyond what everyone must be told, and how often each wants mail about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reporting.admin.readonly import ReadOnlyMixin
from reporting.models import MailChoice, News


class ToldFilter(admin.SimpleListFilter):
    """Told in a mail, or waiting for one."""

    title = _("state")
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both states."""
        return [("yes", _("Told")), ("no", _("Waits for a mail"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[News]) -> QuerySet[News]:
        """News in the chosen state."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(told_in__isnull=self.value() == "no")


@admin.register(News)
class NewsAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """What there is to tell to whom, and the mail that told it. Messages themselves stand in the report."""

    list_display = ["at", "user", "kind", "region", "actor_name", "is_told"]
    list_filter = [ToldFilter, "kind", ("submission__reporting_round", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["user__name", "user__email", "actor_name", "submission__region__name"]
    ordering = ["-at", "-pk"]
    show_full_result_count = False
    list_per_page = 100
    fields = ["at", "user", "kind", "region", "reporting_round", "version", "actor_name", "told_in"]
    readonly_fields = ["region", "reporting_round"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[News]:
        """With the report's region and round, which the pages name."""
        news: QuerySet[News] = super().get_queryset(request)
        return news.select_related("user", "submission__region", "submission__reporting_round")

    @admin.display(description=_("region"), ordering="submission__region__name")
    def region(self, obj: News) -> str:
        """The region that it is about."""
        return obj.submission.region.name

    @admin.display(description=_("round"))
    def reporting_round(self, obj: News) -> str:
        """The round that it is about."""
        return obj.submission.reporting_round.name

    @admin.display(description=_("told"), boolean=True)
    def is_told(self, obj: News) -> bool:
        """Whether a mail has told it."""
        return obj.told_in_id is not None


@admin.register(MailChoice)
class MailChoiceAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """Who has chosen another rhythm than a mail at each event. Each person chooses for oneself."""

    list_display = ["user", "email", "rhythm"]
    list_select_related = ["user"]
    list_filter = ["rhythm"]
    search_fields = ["user__name", "user__email"]
    ordering = ["user__name"]
    show_full_result_count = False
    list_per_page = 100
    fields = ["user", "rhythm"]

    @admin.display(description=_("e-mail"), ordering="user__email")
    def email(self, obj: MailChoice) -> str:
        """The person's address."""
        return obj.user.email
