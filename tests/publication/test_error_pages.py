"""The error pages that must not need a request, a session or a database."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("400.html", "The request could not be read"),
        ("500.html", "Something went wrong on our side"),
        ("503.html", "The service is closed for a short while"),
    ],
)
def test_the_page_renders_from_nothing(name: str, heading: str) -> None:
    with override("en"):
        html = render_to_string(name)
    assert f"<h1>{heading}</h1>" in html
    assert "<form" not in html
