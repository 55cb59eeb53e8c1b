"""The regions' addresses."""

from django.urls import path

from reporting import views

app_name = "reporting"

urlpatterns = [
    path("", views.start, name="start"),
    path("<slug:slug>/<str:code>/", views.report, name="report"),
    path("<slug:slug>/<str:code>/submit/", views.submit, name="submit"),
    path("<slug:slug>/<str:code>/versions/<int:number>/", views.version, name="version"),
]
