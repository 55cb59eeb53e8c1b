"""Addresses of the open pages."""

from django.urls import path

from publication import views

app_name = "publication"

urlpatterns = [
    path("", views.results, name="results"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
]
