"""What is not said to be for everybody is for one: no cache hands it to somebody else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


class PrivateUnlessToldMiddleware:
    """Marks every answer that says nothing about caches as the asker's own, to be asked for anew.

    Without a word a proxy may keep a page for as long as it guesses, and a browser on a shared computer
    shows it again after signing out.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
