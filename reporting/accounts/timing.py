"""Answers that take the same time whatever they know."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def answered_evenly(view: View) -> View:
    """Let a form that was sent be answered no sooner than after PASSWORD_RESET_LEAST_SECONDS.

    Writing a mail takes longer than writing none, and who measures that learns which addresses have an
    account.
    """

    @wraps(view)
    def evenly(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        begun = time.monotonic()
        response = view(request, *args, **kwargs)
        if request.method == "POST":
            time.sleep(max(0.0, begun + settings.PASSWORD_RESET_LEAST_SECONDS - time.monotonic()))
        return response

    return evenly
