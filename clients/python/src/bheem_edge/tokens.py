"""Seat tokens: JWTs that are verified with the edge's public keys, without asking the edge."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .clock import SECOND, Moment
from .errors import EdgeUnavailableError, TokenError
from .memory import Memory
from .messages import Flow, Request, Response, date_ns

__all__ = ["SeatToken"]

KEPT = 5 * 60 * SECOND
"""For how long keys are used before they are read again."""

KEPT_AT_MOST = 60 * 60 * SECOND
"""For how long keys are used that cannot be read again."""

READ_EVERY = 10 * SECOND
"""Keys are read at most once in this time."""

MAX_LENGTH = 16_384
"""Of a token, in characters."""


@dataclass(frozen=True)
class SeatToken:
    """A token that is valid."""

    user_id: str
    application_slug: str
    external_org_id: str
    organization_id: str | None
    seat_id: str | None
    reason: str | None
    version: int | None
    issued_at: float
    """Seconds since 1970."""
    expires_at: float
    """Seconds since 1970."""


@dataclass(frozen=True)
class Signed:
    """A token whose form and algorithm are right."""

    kid: str
    claims: dict[str, Any]
    content: bytes
    signature: bytes


def invalid(detail: str) -> TokenError:
    return TokenError("TOKEN_INVALID", detail)


def read_token(token: str) -> Signed:
    """Reads a token without verifying it. Errors: `TokenError`."""
    parts = token.split(".") if isinstance(token, str) and len(token) <= MAX_LENGTH else []
    if len(parts) != 3:
        raise invalid("It is no JWT.")
    header, claims = json_object(parts[0]), json_object(parts[1])
    if header.get("alg") != "EdDSA":
        raise invalid("Its algorithm is not EdDSA.")
    if "crit" in header:
        raise invalid("Its header has parts that are not understood.")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise invalid("Its header names no key.")
    return Signed(kid, claims, f"{parts[0]}.{parts[1]}".encode(), base64url(parts[2]))


def base64url(text: str) -> bytes:
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None:
        raise invalid("It is no JWT.")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise invalid("It is no JWT.") from None


def json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64url(text))
    except (ValueError, RecursionError):
        raise invalid("It is no JWT.") from None
    if not isinstance(value, dict):
        raise invalid("It is no JWT.")
    return value


def verify(
    memory: Memory,
    signed: Signed,
    key: Ed25519PublicKey,
    application_slug: str,
    external_org_id: str | None,
    user_id: str | None,
) -> SeatToken:
    """Verifies a token with its key. Errors: `TokenError`."""
    try:
        key.verify(signed.signature, signed.content)
    except InvalidSignature:
        raise invalid("Its signature is wrong.") from None
    claims = signed.claims

    def text(name: str) -> str:
        value = claims.get(name)
        if not isinstance(value, str):
            raise invalid(f"It has no claim {name}.")
        return value

    def number(name: str) -> float:
        value = claims.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not -1e12 < value < 1e12:
            raise invalid(f"It has no claim {name}.")
        return value

    def optional(name: str) -> str | None:
        value = claims.get(name)
        return value if isinstance(value, str) else None

    version = claims.get("ver")
    token = SeatToken(
        text("sub"),
        text("aud"),
        text("ext"),
        optional("org"),
        optional("seat"),
        optional("reason"),
        version if isinstance(version, int) and not isinstance(version, bool) else None,
        number("iat"),
        number("exp"),
    )
    for name, value, expected in (
        ("application", token.application_slug, application_slug),
        ("organization", token.external_org_id, external_org_id),
        ("user", token.user_id, user_id),
    ):
        if expected is not None and value != expected:
            raise TokenError("TOKEN_MISMATCH", f"It is for another {name}.")
    if memory.edge_time() >= math.floor(token.expires_at * SECOND):
        raise TokenError("TOKEN_EXPIRED", "It has expired.")
    if math.floor(token.issued_at * SECOND) <= memory.changed_at((token.application_slug, token.external_org_id)):
        raise TokenError("TOKEN_SUPERSEDED", "Its organization may have changed since.")
    return token


class Keys:
    """The edge's public keys."""

    def __init__(self, memory: Memory, timeout: int) -> None:
        self._memory = memory
        self._timeout = timeout
        # Keys and the moment at which they were asked for. Replaced as a whole, so that threads need no lock.
        self._keys: tuple[dict[str, Ed25519PublicKey], Moment] | None = None
        # When keys were last asked for, and whether that failed.
        self._read: tuple[Moment, bool] | None = None

    def wants_reading(self, kid: str) -> bool:
        """Whether keys must be read before this one can be given."""
        now = self._memory.now()
        if self._read is not None and self._read[0].until(now) < READ_EVERY:
            return False
        return self._keys is None or self._keys[1].until(now) >= KEPT or kid not in self._keys[0]

    def read(self) -> Flow[None]:
        """Reads the keys; keeps those that it has if that fails."""
        sent = self._memory.now()
        self._read = (sent, True)
        outcome = yield Request("GET", "/.well-known/jwks.json", limit=self._timeout)
        if not isinstance(outcome, Response) or sent.until(self._memory.now()) > self._timeout:
            return
        self._memory.dated(date_ns(outcome))
        keys = read_keys(outcome)
        if keys is not None:
            self._keys = (keys, sent)
            self._read = (sent, False)

    def key(self, kid: str) -> Ed25519PublicKey:
        """The key of this name. Errors: `EdgeUnavailableError`, `TokenError`."""
        if self._keys is None or self._keys[1].until(self._memory.now()) > KEPT_AT_MOST:
            raise EdgeUnavailableError("UNAVAILABLE", "The keys of the edge cannot be read.")
        key = self._keys[0].get(kid)
        if key is None:
            if self._read is not None and self._read[1]:
                raise EdgeUnavailableError("UNAVAILABLE", "The keys of the edge cannot be read.")
            raise invalid("The edge has no such key.")
        return key


def read_keys(response: Response) -> dict[str, Ed25519PublicKey] | None:
    """The Ed25519 keys of a JWKS by their names; None if it is none."""
    body = response.json() if response.status == 200 else None
    listed = body.get("keys") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        return None
    keys: dict[str, Ed25519PublicKey] = {}
    for key in listed:
        if not isinstance(key, dict) or key.get("kty") != "OKP" or key.get("crv") != "Ed25519":
            continue
        kid, x = key.get("kid"), key.get("x")
        if isinstance(kid, str) and isinstance(x, str):
            try:
                keys[kid] = Ed25519PublicKey.from_public_bytes(base64url(x))
            except (ValueError, TokenError):
                continue
    return keys
