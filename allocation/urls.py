"""Addresses of pages about awards."""

from django.urls import path

from allocation import views

app_name = "allocation"

urlpatterns = [
    path("<slug:slug>/<str:code>/", views.grant, name="grant"),
    path(
        "<slug:slug>/<str:code>/<slug:rules_name>/<int:run_number>/curve.json",
        views.marginal_json,
        name="marginal_json",
    ),
    path("<slug:slug>/<str:code>/<slug:rules_name>/decision/<int:number>.pdf", views.letter, name="letter"),
    path("<slug:slug>/<str:code>/preview/", views.preview, name="preview"),
]
