"""Groups: what each role at the agency may do, in the reader's language."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import ManyToManyField
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Django writes the names of these four into the database, in English.
EVERYDAY: dict[str, str | Promise] = {
    "add": _("may add"),
    "change": _("may change"),
    "delete": _("may delete"),
    "view": _("may see"),
}


def named(permission: Permission) -> str:
    """App, model and what one may do with it."""
    verb, _separator, model = permission.codename.partition("_")
    may = EVERYDAY[verb] if verb in EVERYDAY and model == permission.content_type.model else None
    return f"{permission.content_type} | {may or gettext(permission.name)}"


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin):
    """Django's, with permissions that are named in the reader's language."""

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        """As Django's, apart from the names."""
        field = super().formfield_for_manytomany(db_field, request, **options)
        if isinstance(field, ModelMultipleChoiceField):
            field.label_from_instance = named  # type: ignore[method-assign, assignment]  # Django's own way, on one field
        return field
