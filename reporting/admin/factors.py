"""The agency's help for who has lost both phone and recovery codes."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.readonly import signed_in
from reporting.errors import DomainError
from reporting.models import User
from reporting.services.accounts import reset_second_factor


class FactorResetMixin(admin.ModelAdmin):
    """An action that takes a person's second factor away, for administrators."""

    @admin.action(description=gettext_lazy("Reset the second factor"), permissions=["reset_factor"])
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Remove app, passkeys and recovery codes of each person, end their sessions and tell them."""
        for person in queryset:
            try:
                done = reset_second_factor(user_id=person.pk, by=signed_in(request), at=timezone.now())
            except DomainError as error:
                self.message_user(request, f"{person}: {error}", messages.ERROR)
                continue
            if done:
                self.log_change(request, person, [{"changed": {"fields": [_("second factor")]}}])
                text = _("%(person)s: the second factor is reset, and a mail says so.") % {"person": person}
                self.message_user(request, text, messages.SUCCESS)
            else:
                text = _("%(person)s has no second factor.") % {"person": person}
                self.message_user(request, text, messages.INFO)

    def has_reset_factor_permission(self, request: HttpRequest) -> bool:
        """Only administrators: it opens the way to somebody else's account by password alone."""
        return signed_in(request).is_superuser
