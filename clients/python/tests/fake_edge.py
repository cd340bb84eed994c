"""A small edge on a real socket: seats, their changes, keys. Nothing in it waits for a time to pass."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from virtual import rfc3339

PATIENCE = 20
"""Seconds after which a test that waits for the client fails."""


class FakeEdge:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.denied: set[str] = set()
        self.log: list[str] = []
        self.polls: list[str | None] = []
        self.checks: list[dict[str, Any]] = []
        self.keys_read = 0
        self.credentials: set[str | None] = set()
        self.before_answer: Callable[[], None] = lambda: None
        self.status = 200
        self.trickle = False
        self.signer = Ed25519PrivateKey.generate()
        edge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                edge.credentials.add(self.headers.get("authorization"))
                url = urlsplit(self.path)
                if url.path == "/.well-known/jwks.json":
                    edge.keys_read += 1
                    self.give(200, {"keys": [edge.jwk()]})
                elif url.path == "/api/v1/seats/changes":
                    self.give(*edge.follow(parse_qs(url.query)))
                else:
                    self.give(200, {"path": url.path})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                edge.checks.append(body)
                edge.before_answer()
                self.give(*edge.answer(body))

            def give(self, status: int, body: Any) -> None:
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.closing = False
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def follow(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        with self.changed:
            since = query["since"][0] if "since" in query else None
            self.polls.append(since)
            self.changed.notify_all()
            if since is None:
                return 200, {"changes": [], "next": str(len(self.log)), "reset": True}
            self.changed.wait_for(lambda: len(self.log) > int(since) or self.closing, 60)
            changes = [{"applicationSlug": "healos", "externalOrgId": each, "fence": 1} for each in self.log[int(since) :]]
            return 200, {"changes": changes, "next": str(len(self.log)), "reset": False}

    def answer(self, body: dict[str, Any]) -> tuple[int, Any]:
        if self.status != 200:
            return self.status, {"status": self.status, "code": "UPSTREAM_UNAVAILABLE", "detail": "The ERP is gone."}
        granted = body["userId"] not in self.denied
        now = time.time_ns()
        return 200, {
            "hasAccess": granted,
            "reason": "SEAT_ACTIVE" if granted else "SEAT_REVOKED",
            "seatId": "seat_1",
            "version": 1,
            "now": rfc3339(now),
            "freshUntil": rfc3339(now + 600 * 10**9),
            "staleUntil": rfc3339(now + 600 * 10**9),
        }

    def revoke(self, user: str, organization: str = "hospital_456") -> None:
        """Revokes a seat; returns when the client follows from after the revocation, so has heard of it."""
        with self.changed:
            self.denied.add(user)
            self.log.append(organization)
            self.changed.notify_all()
        self.wait_until_followed()

    def wait_until_followed(self) -> None:
        """Waits until the client asks for what comes after everything so far."""
        with self.changed:
            assert self.changed.wait_for(lambda: str(len(self.log)) in self.polls, PATIENCE), self.polls

    def jwk(self) -> dict[str, str]:
        x = base64url(self.signer.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "k1", "x": x}

    def token(self, **claims: Any) -> str:
        now = int(time.time())
        whole = {"sub": "ana", "aud": "healos", "ext": "hospital_456", "org": "o1", "iat": now, "exp": now + 600, **claims}
        head = {"alg": "EdDSA", "typ": "JWT", "kid": "k1"}
        content = ".".join(base64url(json.dumps(part).encode()) for part in (head, whole))
        return f"{content}.{base64url(self.signer.sign(content.encode()))}"

    def close(self) -> None:
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
