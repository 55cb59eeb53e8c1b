"""Admin pages that only show: what the system made is not edited by hand, by nobody."""

import re
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import ModelAdmin, display
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from reporting.models import User

if TYPE_CHECKING:
    Base = ModelAdmin
else:
    Base = object


class ReadOnlyMixin:
    """Refuses to add, change and delete, to administrators too."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class NeverDeletedMixin:
    """Refuses to delete: history refers to the row."""

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes."""
        return False


class SecretFieldsMixin(Base):
    """Refuses to filter a list by fields that it does not show: an address would give them away bit by bit.

    Attributes:
        secret_fields: the model's own fields that nobody at the desk is to know.
    """

    secret_fields: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What Django allows, which is every field of the model itself, but for the secret ones."""
        field = lookup.partition(LOOKUP_SEP)[0]
        return field not in self.secret_fields and super().lookup_allowed(lookup, value, request)


class StandingMixin:
    """A column that shows a figure's standing as a tag."""

    @display(description=_("standing"))
    def standing_tag(self, obj: Any) -> str:
        """The standing, drawn as everywhere else; nothing for the row that a tampered form asks for."""
        return render_to_string("admin/_standing.html", {"value": obj.standing}) if obj.standing else ""


def is_key(text: str) -> bool:
    """Whether `text` can be the number of a row; of thousands of digits Python itself refuses to read one."""
    return re.fullmatch(r"[0-9]{1,18}", text) is not None


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that the admin site has let in."""
    return cast("User", request.user)
