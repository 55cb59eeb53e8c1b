"""What is numbered within a grant: decisions and batches of payments, in lists and on their own pages."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object

Row = TypeVar("Row", bound=Model)


class NumberedMixin(Base):
    """Adds the columns of number and grant, and the row that an address names."""

    @admin.display(description=gettext_lazy("number"), ordering="number")
    def label(self, obj: Any) -> str:
        """The whole number, as it stands in letters and files."""
        return str(obj.label)

    @admin.display(description=gettext_lazy("grant"), ordering="round_grant")
    def grant(self, obj: Any) -> str:
        """The grant and its round."""
        return str(obj.round_grant)

    def named(self, request: HttpRequest, rows: QuerySet[Row], object_id: str | int) -> Row:
        """The row of an address, for whoever may see the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isdecimal():
            raise Http404
        return get_object_or_404(rows, pk=int(object_id))
