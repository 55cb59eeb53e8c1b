"""More time for one region or several: the page, and the action on the list of reports."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting import selectors
from reporting.admin.queue import is_too_much
from reporting.admin.readonly import signed_in
from reporting.admin.rounds import MomentInput
from reporting.errors import DomainError
from reporting.models import Submission
from reporting.services.extensions import REASON_MAX, grant_extension, withdraw_extension


class ExtensionForm(forms.Form):
    """A region's own closing moment, and why."""

    closes_at = forms.DateTimeField(
        label=gettext_lazy("New last moment"),
        widget=MomentInput(attrs={"aria-describedby": "closes-help"}),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "aria-describedby": "reason-help"}),
    )

    def __init__(self, *args: Any, withdrawing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes_at"].required = not withdrawing


class ExtensionsMixin(admin.ModelAdmin):
    """What the reports' admin needs to extend the time of a region."""

    def get_urls(self) -> list[URLPattern]:
        """The page of one report's extension."""
        extend = self.admin_site.admin_view(self.extend_view)
        return [
            path("<path:object_id>/extend/", extend, name="reporting_submission_extend"),
            *super().get_urls(),
        ]

    def has_extend_permission(self, request: HttpRequest) -> bool:
        """Whether the asker may give a region more time."""
        return signed_in(request).has_perm("reporting.extend_submission")

    def extend_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a region has been granted; grant more, or withdraw it."""
        submission = self.get_object(request, unquote(object_id))
        if not self.has_extend_permission(request):
            raise PermissionDenied
        if submission is None:
            raise Http404
        withdrawing = "withdraw" in request.POST
        form = ExtensionForm(request.POST or None, withdrawing=withdrawing)
        if request.method == "POST" and form.is_valid():
            try:
                self._extend(request, submission, form, withdrawing=withdrawing)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return redirect("admin:reporting_submission_change", submission.pk)
        return self._extension_page(request, [submission], form, action="")

    @admin.action(description=gettext_lazy("Extend the time for selected reports"), permissions=["extend"])
    def extend_selected(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse | None:
        """One moment and one reason for several regions."""
        if is_too_much(request, queryset):
            return None
        confirmed = "confirmed" in request.POST
        form = ExtensionForm(request.POST if confirmed else None)
        submissions = list(queryset.select_related("region", "reporting_round"))
        if not confirmed or not form.is_valid():
            return self._extension_page(request, submissions, form, action="extend_selected")
        for submission in submissions:
            try:
                self._extend(request, submission, form, withdrawing=False)
            except DomainError as error:
                self.message_user(request, f"{submission}: {error}", messages.ERROR)
        return None

    def _extend(
        self, request: HttpRequest, submission: Submission, form: ExtensionForm, *, withdrawing: bool
    ) -> None:
        by, at, reason = signed_in(request), timezone.now(), form.cleaned_data["reason"]
        if withdrawing:
            withdraw_extension(submission_id=submission.pk, reason=reason, by=by, at=at)
            text = _("%(report)s: the extension is withdrawn. The region gets a mail.")
        else:
            closes_at = form.cleaned_data["closes_at"]
            grant_extension(submission_id=submission.pk, closes_at=closes_at, reason=reason, by=by, at=at)
            text = _("%(report)s: the region has got more time, and a mail about it.")
        self.message_user(request, text % {"report": submission}, messages.SUCCESS)

    def _extension_page(
        self, request: HttpRequest, submissions: list[Submission], form: ExtensionForm, *, action: str
    ) -> HttpResponse:
        single = submissions[0] if not action else None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Extend the time"),
            "opts": self.opts,
            "submissions": submissions,
            "single": single,
            "extensions": selectors.extensions_of(single) if single else (),
            "form": form,
            "action": action,
            "synthetic": any(submission.reporting_round.is_demo for submission in submissions),
        }
        return TemplateResponse(request, "admin/reporting/submission/extend.html", context)
