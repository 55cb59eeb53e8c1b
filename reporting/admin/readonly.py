"""Admin pages that only show: what the system made is not edited by hand, by nobody."""

from typing import Any, cast

from django.contrib.admin import display
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from reporting.models import User


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


class StandingMixin:
    """A column that shows a figure's standing as a tag."""

    @display(description=_("standing"))
    def standing_tag(self, obj: Any) -> str:
        """The standing, drawn as everywhere else."""
        return render_to_string("admin/_standing.html", {"value": obj.standing})


def signed_in(request: HttpRequest) -> User:
    """The person behind a request that the admin site has let in."""
    return cast("User", request.user)
