"""What the site says about itself: accessibility, personal data, and whom to ask."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# When the pages were last gone through for the accessibility statement; move it when they are again.
ASSESSED_ON = date(2026, 11, 22)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement that the Act (2018:1937) 13 § and DIGG's regulations ask for."""
    context = {"assessed_on": ASSESSED_ON, "address": settings.PLATSPLAN_BASE_URL, **_agency()}
    return render(request, "publication/accessibility.html", context)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say which personal data and cookies the site keeps, and why."""
    return render(request, "publication/privacy.html")


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Say which agency runs the site and how it is reached, or that nobody has stated it."""
    return render(request, "publication/contact.html", _agency())


def _agency() -> dict[str, str]:
    return {"agency_email": settings.AGENCY_EMAIL, "agency_phone": settings.AGENCY_PHONE}
