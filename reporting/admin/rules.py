"""Soft rules: what each has found, and moving it from stage to stage."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.readonly import ReadOnlyMixin
from reporting.errors import DomainError
from reporting.models import CheckRule, Stage, User
from reporting.selectors import RuleCounts, rule_counts
from reporting.services.checks import move_rule
from reporting.soft_rules import RULE_BY_CODE, SOFT_RULES


class MoveForm(forms.Form):
    """The stage that a rule is moved to, and why."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices)
    note = forms.CharField(
        label=gettext_lazy("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


@admin.register(CheckRule)
class CheckRuleAdmin(ReadOnlyMixin, admin.ModelAdmin):
    """All soft rules on one page, with what came of their findings."""

    def get_urls(self) -> list[Any]:
        """Two addresses: all rules, and moving one."""
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name="reporting_checkrule_changelist"),
            path("<slug:code>/move/", wrap(self.move), name="reporting_checkrule_move"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every rule with its stage and counts."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, {})

    def move(self, request: HttpRequest, code: str) -> HttpResponse:
        """Move a rule to another stage."""
        if not request.user.has_perm("reporting.change_checkrule"):
            raise PermissionDenied
        if code not in RULE_BY_CODE:
            raise Http404
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:reporting_checkrule_changelist"))
        form = MoveForm(request.POST, prefix=code)
        if not form.is_valid():
            return self._page(request, {code: form})
        try:
            rule = move_rule(code=code, by=cast("User", request.user), at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error("note", str(error))
            return self._page(request, {code: form})
        messages.success(
            request,
            _("The rule %(code)s is now at the stage: %(stage)s.")
            % {"code": code, "stage": rule.get_stage_display()},
        )
        return HttpResponseRedirect(reverse("admin:reporting_checkrule_changelist"))

    def _page(self, request: HttpRequest, forms_: dict[str, MoveForm]) -> HttpResponse:
        moved = {rule.code: rule for rule in CheckRule.objects.select_related("changed_by")}
        counts = rule_counts()
        rows = []
        for rule in SOFT_RULES:
            stage = Stage(moved[rule.code].stage) if rule.code in moved else rule.first_stage
            rows.append(
                {
                    "rule": rule,
                    "stage": stage,
                    "moved": moved.get(rule.code),
                    "counts": counts.get(rule.code, RuleCounts()),
                    "form": forms_.get(rule.code) or MoveForm(prefix=rule.code, initial={"stage": stage}),
                }
            )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rules for warnings"),
            "opts": self.opts,
            "rows": rows,
            "may_move": request.user.has_perm("reporting.change_checkrule"),
        }
        return TemplateResponse(request, "admin/reporting/checkrule/change_list.html", context)
