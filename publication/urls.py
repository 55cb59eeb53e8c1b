"""Addresses of the open pages."""

from django.urls import path

from publication.views import about, compare, method, opendata, receipts, regions, results

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
    path("open-data/", opendata.open_data_page, name="open_data"),
    path("open-data/catalogue.rdf", opendata.catalogue, {"extension": "rdf"}, name="catalogue_rdf"),
    path("open-data/catalogue.ttl", opendata.catalogue, {"extension": "ttl"}, name="catalogue_turtle"),
    path("open-data/rates.<slug:extension>", opendata.plan_file, name="plan_file"),
    path("open-data/results.<slug:extension>", opendata.results_file, name="results_file"),
    path("open-data/rules/<str:version>.toml", opendata.rules_file, name="open_rules"),
    path(
        "open-data/<slug:round_slug>/<slug:grant>/latest/<str:rest>", opendata.latest_file, name="latest_file"
    ),
    path(
        "open-data/<slug:round_slug>/<slug:grant>/run-<int:number>/bundle.json",
        opendata.run_bundle,
        name="run_bundle",
    ),
    path(
        "open-data/<slug:round_slug>/<slug:grant>/run-<int:number>/<slug:table>.<slug:extension>",
        opendata.run_file,
        name="run_file",
    ),
    path("verify/", receipts.verify, name="verify"),
    path("verify/<str:sha256>/", receipts.verified, name="verified"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("privacy/", about.privacy, name="privacy"),
    path("contact/", about.contact, name="contact"),
]
