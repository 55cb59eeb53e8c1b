"""Addresses of the open pages."""

from django.urls import path

from publication.views import receipts, results

app_name = "publication"

urlpatterns = [
    path("", results.results, name="results"),
    path("verify/", receipts.verify, name="verify"),
    path("verify/<str:sha256>/", receipts.verified, name="verified"),
    path("accessibility/", results.accessibility, name="accessibility"),
    path("privacy/", results.privacy, name="privacy"),
]
