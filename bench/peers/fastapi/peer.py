"""Seat verification as one would write it with FastAPI. bench/peers/README.md says what the peers have in common."""

import hashlib
import hmac
import itertools
import json
import os
import sqlite3
import sys
import threading
import time
from datetime import datetime, timezone

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

RECHECK = 0.3
GRACE_MS = 3 * 24 * 3_600_000
KEY = "SELECT secret_sha256, scopes, applications, expires_at FROM api_keys WHERE id = ?"
VERDICT = """SELECT v.seat_id, v.seat_status, v.subscription_status, v.period_end, v.version, v.as_of, v.fresh_until,
        v.fence = f.number
    FROM verdicts v JOIN fences f ON f.organization = v.organization
    WHERE v.application = ? AND v.external_org = ? AND v.user = ?"""

database = sqlite3.connect(f"file:{os.environ['PEER_DATABASE']}?mode=ro", uri=True, check_same_thread=False)
database.execute("PRAGMA mmap_size = 1073741824")
keys = {}
numbers = itertools.count()
lines = []
app = FastAPI(openapi_url=None)


class Check(BaseModel):
    userId: str
    applicationSlug: str
    externalOrgId: str


class Refused(Exception):
    def __init__(self, status, code):
        self.status, self.code = status, code


def write_lines():
    """One JSON line for each request, written some at a time, as the edge does."""
    while True:
        time.sleep(0.02)
        if lines:
            waiting = lines[:]
            del lines[: len(waiting)]
            sys.stderr.write("".join(waiting))


threading.Thread(target=write_lines, daemon=True).start()


def written(millis, timespec):
    at = datetime.fromtimestamp(millis / 1000, timezone.utc)
    return at.isoformat(timespec=timespec).replace("+00:00", "Z")


def find_key(key_id):
    known = keys.get(key_id)
    if known is None or time.monotonic() - known[0] >= RECHECK:
        known = keys[key_id] = (time.monotonic(), database.execute(KEY, (key_id,)).fetchone())
    return known[1]


def authenticate(header, now):
    parts = (header or "").split("_", 2)
    if len(parts) != 3 or parts[0] != "Bearer bhk":
        raise Refused(401, "UNAUTHENTICATED")
    key = find_key(parts[1])
    digest = hashlib.sha256(parts[2].encode()).hexdigest()
    if key is None or not hmac.compare_digest(digest, key[0]) or (key[3] is not None and now >= key[3]):
        raise Refused(401, "UNAUTHENTICATED")
    if "seats:verify" not in key[1].split():
        raise Refused(403, "PERMISSION_DENIED")
    return key[2]


def sane(text):
    return 1 <= len(text.encode()) <= 256 and not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)


def decide(seat_status, subscription_status, ends, now):
    if seat_status != "ACTIVE":
        return False, "SEAT_PENDING" if seat_status == "PENDING" else "SEAT_REVOKED"
    if subscription_status in ("ACTIVE", "TRIALING"):
        return (True, "SEAT_ACTIVE") if now < ends else (False, "SUBSCRIPTION_EXPIRED")
    if subscription_status == "PAST_DUE":
        return (True, "GRACE_PERIOD") if now < ends + GRACE_MS else (False, "SUBSCRIPTION_PAST_DUE")
    if subscription_status == "CANCELLED":
        return (True, "SEAT_ACTIVE") if now < ends else (False, "SUBSCRIPTION_CANCELLED")
    return False, "SUBSCRIPTION_" + subscription_status


def verdict(check, authorization):
    now = int(time.time() * 1000)
    application = authenticate(authorization, now)
    if not (sane(check.userId) and sane(check.applicationSlug) and sane(check.externalOrgId)):
        raise Refused(400, "VALIDATION_ERROR")
    if application and application != check.applicationSlug:
        raise Refused(403, "PERMISSION_DENIED")
    row = database.execute(VERDICT, (check.applicationSlug, check.externalOrgId, check.userId)).fetchone()
    if row is None or not row[7] or now >= row[6]:
        raise Refused(503, "UPSTREAM_UNAVAILABLE")
    seat_id, seat_status, subscription_status, ends, version, as_of, _, _ = row
    has_access, reason = decide(seat_status, subscription_status, ends, now)
    return {
        "hasAccess": has_access,
        "seatId": seat_id,
        "subscriptionStatus": subscription_status,
        "expiresAt": written(ends, "seconds"),
        "reason": reason,
        "source": "cache",
        "asOf": written(as_of, "milliseconds"),
        "version": version,
    }


@app.post("/verify-seat")
async def verify_seat(check: Check, request: Request):
    started = time.perf_counter()
    request_id = request.headers.get("x-request-id") or f"req_{next(numbers):024x}"
    try:
        body = verdict(check, request.headers.get("authorization"))
        status, outcome = 200, body["reason"]
    except Refused as refused:
        status, outcome, body = refused.status, refused.code, {"code": refused.code}
    micros = int((time.perf_counter() - started) * 1e6)
    line = {
        "ts": written(int(time.time() * 1000), "milliseconds"), "level": "info", "requestId": request_id,
        "method": "POST", "route": "/verify-seat", "status": status, "outcome": outcome, "durationUs": micros,
    }
    lines.append(json.dumps(line, separators=(",", ":")) + "\n")
    headers = {"X-Request-Id": request_id, "Server-Timing": f"total;dur={micros / 1000:.3f}"}
    text = json.dumps(body, separators=(",", ":"))
    return Response(text, status, headers, media_type="application/json")
