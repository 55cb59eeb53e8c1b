"""What a page of the agency's desk costs: the queries it asks and the time it takes, for its footer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


@dataclass(slots=True)
class PageCost:
    """Counts from the moment that the request came in."""

    started: float = field(default_factory=time.perf_counter)
    queries: int = 0

    def count(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        """Let a query through and count it."""
        self.queries += 1
        return execute(sql, params, many, context)

    @property
    def milliseconds(self) -> int:
        """Time so far."""
        return round((time.perf_counter() - self.started) * 1000)


class PageCostMiddleware:
    """Leaves `page_cost` at each request for the desk; other pages are not counted."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/admin/"):
            return self.get_response(request)
        cost = PageCost()
        request.page_cost = cost  # type: ignore[attr-defined]  # read by the desk's footer
        with connection.execute_wrapper(cost.count):
            return self.get_response(request)
