"""The agency's admin site as an app."""

from django.contrib.admin.apps import AdminConfig


class PlatsplanAdminConfig(AdminConfig):
    default_site = "config.admin.PlatsplanAdminSite"
