"""Addresses of the open pages."""

from django.urls import path

from publication.views import about, receipts, results

app_name = "publication"

urlpatterns = [
    path("", results.results, name="results"),
    path("verify/", receipts.verify, name="verify"),
    path("verify/<str:sha256>/", receipts.verified, name="verified"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("privacy/", about.privacy, name="privacy"),
    path("contact/", about.contact, name="contact"),
]
