"""People: invited, never added; given roles; closed, never removed."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.admin.exports import ExportMixin
from reporting.admin.factors import FactorResetMixin
from reporting.admin.forms import MembershipForm, MembershipFormSet, PersonForm
from reporting.admin.readonly import NeverDeletedMixin, SecretFieldsMixin, signed_in
from reporting.models import Membership, User
from reporting.tables import Column, Table, Value

AGENCY_FIELDS = ("is_staff", "is_superuser", "groups")


class MembershipInline(admin.TabularInline):
    """The regions that a person serves. Only who may change the person may change these."""

    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    extra = 1
    ordering = ["region__code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """With person and region, whose names stand in each row."""
        return super().get_queryset(request).select_related("user", "region")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A plain choice: regions are not made or changed from here."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "region":
            field.widget = field.widget.widget  # without the links around it
        return field

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not for a person at the agency, unless an administrator asks."""
        return super().has_add_permission(request, obj) and _may_touch(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not for a person at the agency, unless an administrator asks."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not for a person at the agency, unless an administrator asks."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


class AccountFilter(admin.SimpleListFilter):
    """Open, closed."""

    title = gettext_lazy("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two states of an account."""
        return [
            ("open", gettext_lazy("Open")),
            ("closed", gettext_lazy("Closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Accounts in the chosen state."""
        if self.value() in ("open", "closed"):
            return queryset.filter(is_active=self.value() == "open")
        return queryset


@admin.register(User)
class PersonAdmin(ExportMixin, FactorResetMixin, NeverDeletedMixin, SecretFieldsMixin, admin.ModelAdmin):
    """Accounts. People at the agency are changed by administrators only.

    Whoever can change an address can have a new password sent to it, so only administrators do.
    New people are invited (`InvitationAdmin`); their account exists once they have accepted.
    """

    form = PersonForm
    secret_fields = ("password",)
    list_display = ["name", "email", "roles", "account"]
    list_filter = [AccountFilter, "is_staff", ("memberships__region", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "email"]
    ordering = ["name", "email"]
    show_full_result_count = False
    list_per_page = 100
    fieldsets = [
        (None, {"fields": ["name", "email", "phone", "language", "is_active", "account", "last_login"]}),
        (gettext_lazy("The agency"), {"fields": list(AGENCY_FIELDS)}),
    ]
    inlines = [MembershipInline]
    actions = ["reset_factor", "export_xlsx", "export_csv"]

    def table_of(self, request: HttpRequest, queryset: QuerySet[User]) -> Table:
        """The chosen people with their roles, a row for each role."""
        columns = [
            Column(_("Name"), width=30),
            Column(_("E-mail"), width=36),
            Column(_("Phone"), width=20),
            Column(_("Region"), width=22),
            Column(_("Role"), width=24),
            Column(_("May sign in"), width=14),
            Column(_("Last signed in"), "moment", 18),
        ]
        rows: list[list[Value]] = []
        people = queryset.prefetch_related("memberships__region", "groups")
        for person in people:
            about = [person.name, person.email, person.phone]
            known: list[Value] = [_("Yes") if person.is_active else _("No"), person.last_login]
            roles = [
                (member.region.short_name, str(member.get_role_display()))
                for member in person.memberships.all()
            ]
            if person.is_staff:
                names = [group.name for group in person.groups.all()]
                roles.append((_("The agency"), ", ".join(names + [_("Administrator")] * person.is_superuser)))
            rows += [[*about, place, role, *known] for place, role in roles or [("", "")]]
        return Table(_("People"), [], columns, rows)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the roles that the list shows."""
        roles = Membership.objects.select_related("region").order_by("region__code")
        return (
            super().get_queryset(request).prefetch_related("groups", Prefetch("memberships", queryset=roles))
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: people are invited."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """People at the agency are changed by administrators only."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """What the asker may not change of this person."""
        fixed = ["account", "last_login"]
        if not signed_in(request).is_superuser:
            fixed += [*AGENCY_FIELDS, "email"]
        return fixed

    def get_form(  # type: ignore[override]  # `change` is among the other arguments
        self, request: HttpRequest, obj: User | None = None, **kwargs: Any
    ) -> Any:
        """The form, told who asks."""
        form = super().get_form(request, obj, **kwargs)
        return type("PersonFormOfRequest", (form,), {"changed_by": signed_in(request)})

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save what was changed, and let go of former addresses: they could still reset the password."""
        columns = [name for name in form.changed_data if name != "groups"]
        if columns:  # only these: a password that its owner chooses meanwhile must stand
            obj.save(update_fields=columns)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Change a person; a role that somebody else gave away at the same moment is a message."""
        try:
            context = {"show_save_and_add_another": False, **(extra_context or {})}
            return super().changeform_view(request, object_id, form_url, context)
        except IntegrityError:
            text = _("Nothing was saved: somebody else took the address or the role just now.")
            messages.error(request, text)
            return redirect(request.get_full_path())

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, obj: User) -> str:
        """Roles at the agency and in regions."""
        return render_to_string("admin/_roles.html", {"person": obj})

    @admin.display(description=gettext_lazy("account"))
    def account(self, obj: User) -> str:
        """Open or closed."""
        return render_to_string("admin/_account.html", {"state": "open" if obj.is_active else "closed"})


def _may_touch(request: HttpRequest, obj: Model | None) -> bool:
    if obj is None or signed_in(request).is_superuser:
        return True
    return isinstance(obj, User) and not obj.is_staff and not obj.is_superuser
