"""The regions' addresses."""

from django.urls import path

from reporting.views import indicators, report, start, submitting

app_name = "reporting"

urlpatterns = [
    path("", start.start, name="start"),
    path("<slug:slug>/<str:code>/", report.report, name="report"),
    path("<slug:slug>/<str:code>/indicators/", indicators.indicators, name="indicators"),
    path("<slug:slug>/<str:code>/submit/", submitting.submit, name="submit"),
    path("<slug:slug>/<str:code>/versions/<int:number>/", submitting.version, name="version"),
]
