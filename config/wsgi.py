"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Reads every module of the addresses now, once for all of gunicorn's processes; else the first visitor of
# each of them would wait for it.
resolve("/")
