"""An event loop, clocks and an edge that stand still until a test moves them."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from bheem_edge.messages import Failure, Request, Response

T = TypeVar("T")
MS = 1_000_000
NEW_YEAR = 1_767_225_600_000 * MS
"""2026-01-01T00:00:00Z."""


class VirtualClock:
    """The time that has passed, and a wall clock that can be set."""

    def __init__(self) -> None:
        self.passed = 0
        self.set = NEW_YEAR

    def monotonic_ns(self) -> int:
        return self.passed

    def time_ns(self) -> int:
        return self.passed + self.set


class _Selector(selectors.SelectSelector):
    """Never waits: tells instead when the loop would wait, and for how long."""

    idle: Callable[[float | None], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            self.idle(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs everything that can run without waiting; `play_until` moves its clock from timer to timer."""

    def __init__(self, clock: VirtualClock) -> None:
        selector = _Selector()
        selector.idle = self._idle
        super().__init__(selector)
        self.clock = clock
        self._waiter: asyncio.Future[float | None] | None = None

    def time(self) -> float:
        return self.clock.passed / 1e9

    def _idle(self, timeout: float | None) -> None:
        assert self._waiter is not None, "everything waits for what never comes"
        waiter, self._waiter = self._waiter, None
        waiter.set_result(timeout)

    async def settle(self) -> float | None:
        """Runs until nothing can go on; gives the seconds to the next timer."""
        self._waiter = self.create_future()
        return await self._waiter

    async def play_until(self, at: int) -> None:
        """Lets time pass until this nanosecond, and each timer up to then fire."""
        while True:
            wait = await self.settle()
            due = None if wait is None else self.clock.passed + round(wait * 1e9)
            if due is None or due > at:
                break
            self.clock.passed = due
        self.clock.passed = max(self.clock.passed, at)


def play(test: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Runs a test on a loop of its own."""
    loop = VirtualLoop(VirtualClock())
    try:
        return loop.run_until_complete(test(loop))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def kind_of(request: Request) -> str:
    return {"/verify-seat": "verify", "/api/v1/seats/changes": "changes", "/.well-known/jwks.json": "jwks"}[request.path]


def rfc3339(ns: int) -> str:
    at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=ns // MS)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Response(status, {"content-type": "application/json", **lower}, json.dumps(body).encode())


class Line:
    """A transport whose requests wait until the test answers them."""

    def __init__(self) -> None:
        self.open: list[tuple[Request, asyncio.Future[Response | Failure]]] = []

    async def send(self, request: Request) -> Response | Failure:
        answer: asyncio.Future[Response | Failure] = asyncio.get_running_loop().create_future()
        entry = (request, answer)
        self.open.append(entry)
        try:
            return await asyncio.wait_for(answer, None if request.limit is None else request.limit / 1e9)
        except (asyncio.TimeoutError, TimeoutError):
            return Failure("The edge has not answered in time.", timed_out=True)
        finally:
            if entry in self.open:
                self.open.remove(entry)

    def oldest(self, kind: str) -> tuple[Request, asyncio.Future[Response | Failure]] | None:
        return next((entry for entry in self.open if kind_of(entry[0]) == kind), None)

    def answer(self, kind: str, outcome: Response | Failure) -> Request:
        entry = self.oldest(kind)
        assert entry is not None, f"there is no unanswered request of the kind {kind}"
        self.open.remove(entry)
        entry[1].set_result(outcome)
        return entry[0]

    async def close(self) -> None:
        pass
