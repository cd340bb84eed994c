"""Asking the edge: one check with its retry, and as often as changes overtake its answer."""

from __future__ import annotations

import json
from collections.abc import Callable

from .clock import MILLISECOND
from .errors import EdgeError, EdgeUnavailableError, ProblemError
from .memory import Lifetime, Memory
from .messages import Failure, Flow, Outcome, Pause, Request, Response, date_ns, instant_ms
from .verdict import SeatCheck, SeatVerdict, read_verdict

MAX_ASKED = 3
"""How often a check is asked if changes overtake its answers."""

RETRY_WAIT = 50 * MILLISECOND
RETRIED = (502, 503, 504)


class RetryBudget:
    """How many retries are allowed, in tenths: each check that is sent adds one, a retry takes ten."""

    MOST = 100
    RETRY = 10

    def __init__(self) -> None:
        self.tenths = self.MOST

    def earn(self) -> None:
        if self.tenths < self.MOST:
            self.tenths += 1

    def spend(self) -> bool:
        if self.tenths < self.RETRY:
            return False
        self.tenths -= self.RETRY
        return True


class Flight:
    """A check that is under way, and shared by all who ask the same question."""

    def __init__(self, check: SeatCheck) -> None:
        self.check = check
        self.heard = 0
        """What had been heard of when its latest request was sent."""

    def ask(
        self, memory: Memory, budget: RetryBudget, timeout: int, random: Callable[[], float]
    ) -> Flow[SeatVerdict]:
        """Asks the edge. Errors: `EdgeUnavailableError`, `ProblemError`."""
        began = memory.now()
        body = check_body(self.check)
        retried = False
        asked = 0
        while asked < MAX_ASKED:
            sent = memory.sending()
            self.heard = sent.heard
            left = timeout - began.until(sent.at)
            if left <= 0:
                raise late()
            outcome = yield Request("POST", "/verify-seat", body=body, limit=left)
            if began.until(memory.now()) > timeout:
                raise late()
            if isinstance(outcome, Response):
                memory.dated(date_ns(outcome))
            if not retried and is_retried(outcome):
                pause = int(RETRY_WAIT * (0.5 + 0.5 * random()))
                if began.until(memory.now()) + pause < timeout and budget.spend():
                    retried = True
                    yield Pause(pause)
                    continue
            verdict, lifetime = read_answer(outcome)
            if memory.arrived(self.check, sent, verdict, lifetime):
                return verdict
            asked += 1
        raise EdgeUnavailableError("UNAVAILABLE", "Changes have overtaken each answer.")


def check_body(check: SeatCheck) -> bytes:
    body: dict[str, object] = {
        "userId": check.user_id,
        "applicationSlug": check.application_slug,
        "externalOrgId": check.external_org_id,
        "lifetime": True,
    }
    if check.min_version is not None:
        body["minVersion"] = check.min_version
    return json.dumps(body).encode()


def late() -> EdgeUnavailableError:
    return EdgeUnavailableError("UNAVAILABLE", "The edge has not answered in time.")


def is_retried(outcome: Outcome) -> bool:
    if isinstance(outcome, Response):
        return outcome.status in RETRIED and "retry-after" not in outcome.headers
    return isinstance(outcome, Failure) and not outcome.timed_out


def read_answer(outcome: Outcome) -> tuple[SeatVerdict, Lifetime | None]:
    """The answer of the edge and its lifetime, if it has one."""
    if not isinstance(outcome, Response):
        raise EdgeUnavailableError("UNAVAILABLE", outcome.reason if outcome else "There is no answer.")
    if outcome.status != 200:
        raise problem(outcome)
    body = outcome.json()
    verdict = read_verdict(body)
    if verdict is None:
        raise EdgeUnavailableError("UNAVAILABLE", "The answer of the edge cannot be read.", outcome.status)
    now, fresh, stale = (instant_ms(body.get(name)) for name in ("now", "freshUntil", "staleUntil"))
    if now is None or fresh is None or stale is None:
        return verdict, None
    return verdict, Lifetime((fresh - now) * MILLISECOND, (stale - now) * MILLISECOND)


def problem(response: Response) -> EdgeError:
    """The error that a response stands for."""
    body = response.json()
    body = body if isinstance(body, dict) else {}
    code, detail = body.get("code"), body.get("detail")
    mistake = 400 <= response.status < 500 and response.status != 429
    kind = ProblemError if mistake else EdgeUnavailableError
    return kind(
        code if isinstance(code, str) else f"HTTP_{response.status}" if mistake else "UNAVAILABLE",
        detail if isinstance(detail, str) else f"The edge has answered with the status {response.status}.",
        response.status,
    )
