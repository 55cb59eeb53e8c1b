"""Pages of other hosts may read what is open: the API and the files of the open data."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]
_OPEN = ("/api/v1/", "/open-data/")
_READING = ("GET", "HEAD")
_EXPOSED = "ETag, Last-Modified, Link, Retry-After, Content-Disposition"


class OpenToReadMiddleware:
    """Lets any page read with GET, without cookies and without keys.

    A browser asks first (OPTIONS) where the page sends headers of its own. Authorization is not among those
    allowed, so that no page of another host can use a region's key, and cookies never go along with `*`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_OPEN):
            return self.get_response(request)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD"
            response["Access-Control-Allow-Headers"] = (
                "Accept, Accept-Language, If-None-Match, If-Modified-Since"
            )
            response["Access-Control-Max-Age"] = "86400"
        else:
            response = self.get_response(request)
            if request.method not in _READING:
                return response
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _EXPOSED
        return response
