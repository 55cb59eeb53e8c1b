"""A region's system that asks the API with its key, for tests."""

import json
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from reporting.models import (
    Submission,
)
from reporting.selectors import draft_texts
from reporting.services.tokens import create_token
from tests.factories import (
    make_region_member,
    make_round,
    report_of,
)


class System:
    """A region's system with its key."""

    def __init__(self, *, code: str = "03", **round_fields: Any) -> None:
        now = timezone.now()
        opening = {"opens_at": now - timedelta(days=3), "closes_at": now + timedelta(days=19)}
        self.round = make_round(grant=False, **(opening | round_fields))
        self.ombud = make_region_member(code)
        self.token, self.secret = create_token(
            region_code=code, name="HR-systemet", by=self.ombud, at=timezone.now()
        )
        self.client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
        self.address = f"/api/v1/rounds/{self.round.slug}/regions/{code}/draft"

    @property
    def report(self) -> Submission:
        return report_of(self.round, self.token.region_id)

    @property
    def texts(self) -> dict[str, str]:
        return draft_texts(self.report)

    def get(self, address: str = "", **headers: str) -> Any:
        return self.client.get(
            address or self.address, headers={"authorization": f"Bearer {self.secret}", **headers}
        )

    def put(
        self,
        fields: Any = None,
        *,
        body: str | bytes | None = None,
        query: str = "",
        address: str = "",
        kind: str = "application/json",
        **headers: str,
    ) -> Any:
        content = json.dumps({"fields": fields}) if body is None else body
        return self.client.put(
            (address or self.address) + query,
            content,
            content_type=kind,
            headers={"authorization": f"Bearer {self.secret}", **headers},
        )


def told(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem that a response tells."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.content)
    assert problem["type"] == f"urn:platsplan:problem:{code}"
    assert problem["status"] == status
    assert problem["title"].endswith(".")
    return problem
