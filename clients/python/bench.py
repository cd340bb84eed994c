"""How long a check from memory takes: `python bench.py`. The bar is 10 µs."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from datetime import datetime, timedelta, timezone

from bheem_edge import AsyncEdgeClient, EdgeClient
from bheem_edge.messages import Failure, Request, Response

BAR = 10.0
"""Microseconds."""

CHECKS = 20_000
ROUNDS = 9
USERS = 1_000


class Granting:
    """A transport that grants everything for an hour."""

    async def send(self, request: Request) -> Response | Failure:
        if request.path == "/api/v1/seats/changes":
            if "since" in request.query:
                await asyncio.sleep(3600)
            return answer({"changes": [], "next": "p1", "reset": True})
        now = datetime.now(timezone.utc)
        later = (now + timedelta(hours=1)).isoformat()
        body = {"hasAccess": True, "reason": "SEAT_ACTIVE", "version": 1}
        return answer({**body, "now": now.isoformat(), "freshUntil": later, "staleUntil": later})

    async def close(self) -> None:
        pass


def answer(body: dict[str, object]) -> Response:
    return Response(200, {}, json.dumps(body).encode())


class Watch:
    """Measures rounds: by the clock, and what the thread itself computed (on a busy machine it also waits for others)."""

    def __init__(self) -> None:
        self.rounds: list[tuple[float, float]] = []

    def start(self) -> None:
        self.began = time.perf_counter(), time.thread_time()

    def stop(self) -> None:
        clock, computed = self.began
        self.rounds.append(((time.perf_counter() - clock) / CHECKS * 1e6, (time.thread_time() - computed) / CHECKS * 1e6))

    def tell(self, name: str) -> bool:
        for kind, each in zip(("by the clock", "computed"), zip(*self.rounds)):
            print(f"{name}, {kind}: median {statistics.median(each):.2f} µs, {min(each):.2f} to {max(each):.2f} µs")
        return min(computed for _, computed in self.rounds) < BAR


async def asynchronous() -> bool:
    async with AsyncEdgeClient("http://edge", transport=Granting(), max_silence=3600) as edge:
        await asyncio.sleep(0.05)
        watch = Watch()
        for round_ in range(ROUNDS + 1):
            watch.start()
            for number in range(CHECKS):
                verdict = await edge.verify_seat(
                    user_id=f"user_{number % USERS}", application_slug="healos", external_org_id="hospital_456"
                )
            # The first round asks for each user once.
            if round_:
                watch.stop()
                assert verdict.origin == "memory"
        return watch.tell("AsyncEdgeClient")


def synchronous() -> bool:
    with EdgeClient("http://edge", transport=Granting, max_silence=3600) as edge:
        time.sleep(0.05)
        watch = Watch()
        for round_ in range(ROUNDS + 1):
            watch.start()
            for number in range(CHECKS):
                verdict = edge.verify_seat(
                    user_id=f"user_{number % USERS}", application_slug="healos", external_org_id="hospital_456"
                )
            if round_:
                watch.stop()
                assert verdict.origin == "memory"
        return watch.tell("EdgeClient")


if __name__ == "__main__":
    print(f"a check from memory, {CHECKS} checks of {USERS} users in each of {ROUNDS} rounds; the bar is {BAR:.0f} µs")
    within = [asyncio.run(asynchronous()), synchronous()]
    sys.exit(0 if all(within) else 1)
