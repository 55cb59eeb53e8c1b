"""Files on their way in: read no further than a message may carry, however large they are."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class CappedUploadHandler(FileUploadHandler):
    """Lets a file through until it is too large, then drops the rest, so that no disk fills up.

    The form sees the file one piece larger than allowed and says so, with all that was typed. Files
    beyond what a message may carry altogether arrive empty; their number is refused then.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.of_this_file = self.of_all_files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count."""
        super().new_file(*args, **kwargs)
        self.of_this_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on to where files are kept, unless there has been enough."""
        most = settings.ATTACHMENT_MAX_BYTES
        if self.of_this_file > most or self.of_all_files > most * settings.ATTACHMENTS_PER_MESSAGE:
            return None
        self.of_this_file += len(raw_data)
        self.of_all_files += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Keep nothing itself."""


class OversizedRequestMiddleware:
    """Answer 413 to a request that no form of ours can make, before anything reads it."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at what the request says about its own length."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.REQUEST_MAX_BYTES:
            return HttpResponse(render_to_string("413.html"), status=413)
        answer: HttpResponse = self.get_response(request)
        return answer
