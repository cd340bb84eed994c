"""Webhooks by Standard Webhooks 1.0, https://www.standardwebhooks.com: signing and verifying."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .errors import WebhookError

__all__ = ["sign_webhook", "verify_webhook"]

TOLERANCE = 300
"""How far the time of a webhook may be from this machine's, in seconds, both ways."""


def sign_webhook(
    secret: str | Sequence[str], message_id: str, timestamp: int | datetime, payload: str | bytes
) -> dict[str, str]:
    """The three headers of a webhook.

    `secret` is `whsec_…`; several, while a secret is rotated, make a signature each. `timestamp` in seconds since 1970.
    `payload` is the body exactly as it is sent. Errors: ValueError for a secret that is none.
    """
    seconds = int(timestamp.timestamp()) if isinstance(timestamp, datetime) else timestamp
    signatures = (f"v1,{signature(key, message_id, str(seconds), payload)}" for key in keys(secret))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def verify_webhook(
    secret: str | Sequence[str],
    headers: Mapping[str, str],
    payload: str | bytes,
    *,
    now: float | None = None,
) -> Any:
    """The JSON of a webhook that is genuine and was sent within the last five minutes.

    `secret` is `whsec_…`; several, while a secret is rotated, of which one must fit. `payload` is the body exactly as it
    arrived, before it is parsed. `now` is the time in seconds since 1970, of this machine by default. A webhook may
    arrive more than once: `webhook-id` stays the same. Errors: `WebhookError`; ValueError for a secret that is none.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp, sent = (given.get(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not message_id or not timestamp or not sent:
        raise WebhookError("MISSING_HEADERS", "webhook-id, webhook-timestamp or webhook-signature is missing.")
    if re.fullmatch(r"[0-9]{1,15}", timestamp) is None:
        raise WebhookError("INVALID_TIMESTAMP", "webhook-timestamp is not a number of seconds.")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        raise WebhookError("TIMESTAMP_OUT_OF_TOLERANCE", "The webhook was sent too long ago, or in the future.")
    expected = [signature(key, message_id, timestamp, payload).encode() for key in keys(secret)]
    fits = False
    for one in sent.split(" "):
        version, _, value = one.partition(",")
        if version == "v1":
            for other in expected:
                fits |= hmac.compare_digest(value.encode(), other)
    if not fits:
        raise WebhookError("INVALID_SIGNATURE", "No signature fits.")
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        raise WebhookError("INVALID_PAYLOAD", "The webhook is genuine, but its payload is not JSON.") from None


def signature(key: bytes, message_id: str, timestamp: str, payload: str | bytes) -> str:
    body = payload.encode() if isinstance(payload, str) else payload
    content = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def keys(secret: str | Sequence[str]) -> list[bytes]:
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets:
        raise ValueError("a secret is needed")
    return [key(one) for one in secrets]


def key(secret: str) -> bytes:
    try:
        decoded = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        decoded = b""
    if not decoded:
        raise ValueError("a secret is whsec_ and base64")
    return decoded
