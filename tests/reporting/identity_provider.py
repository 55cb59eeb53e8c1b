"""A real OpenID Connect server beside the tests, and somebody's browser at it."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import free_port


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the test does."""

    def redirect_request(self, *args: Any) -> None:
        return None


class IdentityProvider:
    """An `oidc-provider-mock` at a port of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://localhost:{port}"
        self._browser = urllib.request.build_opener(_Stay)

    def knows(self, sub: str, **claims: object) -> None:
        """Make or change a person there."""
        self._send("PUT", f"{self.address}/users/{sub}", json.dumps(claims), "application/json")

    def sign_in(self, address: str, *, sub: str) -> str:
        """Sign `sub` in on the page that `address` leads to; where the provider then sends the browser."""
        return self._send("POST", address, urllib.parse.urlencode({"sub": sub}))

    def break_off(self, address: str) -> str:
        """Refuse on that page. This server forgets the state, which others send back."""
        back = self._send("POST", address, urllib.parse.urlencode({"action": "deny"}))
        [state] = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)["state"]
        return f"{back}&state={state}"

    def _send(
        self, method: str, address: str, body: str, kind: str = "application/x-www-form-urlencoded"
    ) -> str:
        request = urllib.request.Request(address, body.encode(), {"Content-Type": kind}, method=method)
        try:
            with self._browser.open(request, timeout=10):
                return ""
        except urllib.error.HTTPError as answer:  # what is not followed counts as an error
            with answer:
                return str(answer.headers["Location"])


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    """A provider that answers; it ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ)
    ) as server:
        try:
            _await(port, server)
            yield IdentityProvider(port)
        finally:
            server.terminate()
            assert server.stderr is not None
            server.stderr.close()


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("localhost", port), 1).close()
        except OSError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        return
    assert server.stderr is not None
    raise AssertionError(server.stderr.read().decode())
