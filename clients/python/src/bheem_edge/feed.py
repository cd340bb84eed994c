"""The feed of changes: what the client asks for, and what it makes of the responses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .clock import MILLISECOND, SECOND
from .memory import Memory, Organization
from .messages import Flow, Pause, Request, Response, date_ns, retry_after

FIRST_WAIT = 250 * MILLISECOND
MAX_WAIT = 10 * SECOND
MAX_RETRY_AFTER = 60
"""Seconds."""


def follow(memory: Memory, max_silence: int, timeout: int, random: Callable[[], float]) -> Flow[None]:
    """Follows the feed until it is closed. `max_silence` and `timeout` in nanoseconds; `random` gives 0 to 1."""
    since: str | None = None
    failures = 0
    while True:
        # A client that is not connected asks for what is there, and is connected as soon as the edge answers.
        wait = longest_wait(max_silence, memory.confirmed()) if since is not None and memory.connected else 0
        limit = wait * SECOND * 5 // 4 or timeout
        query = {} if since is None else {"since": since}
        if wait:
            query["wait"] = str(wait)
        sent = memory.now()
        outcome = yield Request("GET", "/api/v1/seats/changes", query, limit=limit)
        in_time = isinstance(outcome, Response) and sent.until(memory.now()) <= limit
        if isinstance(outcome, Response) and in_time:
            memory.dated(date_ns(outcome))
            changes = read_changes(outcome)
            if changes is not None:
                listed, following, reset = changes
                memory.heard(listed, reset, sent, wait * SECOND)
                since = following
                failures = 0
                continue
            if outcome.status == 400 and since is not None:
                memory.begin_anew()
                since = None
                continue
        memory.lost()
        # The exponent stops where the wait is longer than MAX_WAIT anyway.
        pause = int(min(FIRST_WAIT * 2 ** min(failures, 10), MAX_WAIT) * (0.5 + 0.5 * random()))
        failures += 1
        if isinstance(outcome, Response) and in_time:
            pause = max(pause, min(retry_after(outcome) or 0, MAX_RETRY_AFTER) * SECOND)
        yield Pause(pause)


def longest_wait(max_silence: int, left: int) -> int:
    """For how many seconds the feed may wait, so that it answers or is given up before memory is of no use.

    `left` is for how long what it has confirmed is still believed. Both in nanoseconds.
    """
    return max(1, min(20, max_silence * 2 // (3 * SECOND), left * 4 // (5 * SECOND)))


def read_changes(response: Response) -> tuple[list[Organization], str, bool] | None:
    """The changes, the next position and whether to forget everything; None if the response does not say so."""
    body: Any = response.json() if response.status == 200 else None
    if not isinstance(body, dict):
        return None
    changes, following, reset = body.get("changes"), body.get("next"), body.get("reset")
    if not isinstance(changes, list) or not isinstance(following, str) or not isinstance(reset, bool):
        return None
    listed: list[Organization] = []
    for change in changes:
        if not isinstance(change, dict):
            return None
        application, organization = change.get("applicationSlug"), change.get("externalOrgId")
        if not isinstance(application, str) or not isinstance(organization, str):
            return None
        listed.append((application, organization))
    return listed, following, reset
