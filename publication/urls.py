"""Addresses of the open pages."""

from django.urls import path

from publication.views import about, compare, method, receipts, regions, results

app_name = "publication"

urlpatterns = [
    path("", results.results, name="results"),
    path("compare/", compare.compare, name="compare"),
    path("regions/<str:code>/", regions.region, name="region"),
    path("regions/<str:code>/curve-<int:year>.json", regions.curve_json, name="curve"),
    path("method/", method.methods, name="methods"),
    path("method/<str:rules_name>/", method.method, name="method"),
    path("method/<str:rules_name>/rules.toml", method.rules_file, name="rules_file"),
    path("method/<str:rules_name>/calculator/", method.calculator, name="calculator"),
    path("verify/", receipts.verify, name="verify"),
    path("verify/<str:sha256>/", receipts.verified, name="verified"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("privacy/", about.privacy, name="privacy"),
    path("contact/", about.contact, name="contact"),
]
