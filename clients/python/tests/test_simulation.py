"""Random events against what the clients promise. `SIMULATIONS=500 pytest tests/test_simulation.py` plays more of them."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from typing import Any

import pytest
from virtual import MS, VirtualLoop, json_response, kind_of, play, rfc3339

from bheem_edge import AsyncEdgeClient, Options, SeatVerdict
from bheem_edge.clock import Moment
from bheem_edge.messages import Failure, Request, Response

SECOND = 1000 * MS
LENGTH = 300 * SECOND
MAX_SILENCE = 30
SEEDS = range(int(os.environ.get("SIMULATIONS", "30")))

User = tuple[str, str]
"""Organization, user."""


class SimulatedEdge:
    """An edge that knows who has a seat, behind a network that loses, delays and breaks. Its time goes on while the
    client's machine is suspended."""

    def __init__(self, loop: VirtualLoop, seed: int) -> None:
        self.loop = loop
        self.random = random.Random(seed)
        self.suspended = 0
        self.skew = self.random.randrange(-7_200, 7_200) * SECOND
        self.granted: dict[User, bool] = {(f"org_{o}", f"user_{u}"): True for o in range(3) for u in range(3)}
        self.revoked_at: dict[User, tuple[int, int]] = {}
        self.epoch = 0
        self.log: list[str] = []
        self.delivered = 0
        self.first = True
        self.version = 0
        self.answers: dict[int, tuple[int, int]] = {}
        self.down = self.losing = self.slow = False
        self.grown = asyncio.Event()

    def now(self) -> int:
        """The real time, nanoseconds."""
        return self.loop.clock.passed + self.suspended

    def change(self) -> None:
        user = self.random.choice(list(self.granted))
        if self.granted[user]:
            self.granted[user] = False
            self.revoked_at[user] = (self.now(), len(self.log))
        else:
            self.granted[user] = True
        self.log.append(user[0])
        self.grown.set()
        self.grown = asyncio.Event()

    async def send(self, request: Request) -> Response | Failure:
        sent = Moment(self.loop.clock.monotonic_ns(), self.loop.clock.time_ns())
        assert request.limit is not None
        try:
            served, position, whole = await asyncio.wait_for(self.carry(request), request.limit / 1e9)
        except (asyncio.TimeoutError, TimeoutError):
            return Failure("late", timed_out=True)
        late = sent.until(Moment(self.loop.clock.monotonic_ns(), self.loop.clock.time_ns())) > request.limit
        if position is not None and not late:
            # The reset of the first response is heard of by a client that has nothing to forget.
            if not (self.first and whole):
                self.delivered = max(self.delivered, position)
            self.first = False
        return served

    async def carry(self, request: Request) -> tuple[Response | Failure, int | None, bool]:
        await self.travel()
        if self.down:
            if self.random.random() < 0.5:
                return Failure("refused"), None, False
            return json_response({"code": "UPSTREAM_UNAVAILABLE"}, 503), None, False
        position: int | None = None
        whole = False
        if kind_of(request) == "verify":
            response = self.verify(json.loads(request.body or b""))
        else:
            response, position, whole = await self.changes(request.query)
        await self.travel()
        return response, position, whole

    async def travel(self) -> None:
        await asyncio.sleep(self.random.random() * (10 if self.slow else 0.1))
        if self.losing and self.random.random() < 0.5:
            await asyncio.sleep(3600)

    def verify(self, body: dict[str, Any]) -> Response:
        now = self.now()
        self.version += 1
        fresh = self.random.randrange(0, 60) * SECOND
        stale = fresh + self.random.randrange(0, 120) * SECOND
        self.answers[self.version] = (now + fresh, now + stale)
        granted = self.granted[body["externalOrgId"], body["userId"]]
        edge_now = now + self.skew + 1_767_225_600 * SECOND
        return json_response(
            {
                "hasAccess": granted,
                "reason": "SEAT_ACTIVE" if granted else "SEAT_REVOKED",
                "version": self.version,
                "now": rfc3339(edge_now),
                "freshUntil": rfc3339(edge_now + fresh),
                "staleUntil": rfc3339(edge_now + stale),
            }
        )

    async def changes(self, query: Any) -> tuple[Response, int | None, bool]:
        try:
            epoch, since = (int(part) for part in query["since"].split("."))
        except KeyError:
            epoch, since = -1, 0
        end = self.now() + int(query.get("wait", "0")) * SECOND
        while epoch == self.epoch and since == len(self.log) and self.now() < end and not self.down:
            try:
                await asyncio.wait_for(self.grown.wait(), (end - self.now()) / 1e9)
            except (asyncio.TimeoutError, TimeoutError):
                pass
        if self.down:
            return json_response({"code": "STORE_UNAVAILABLE"}, 503), None, False
        reset = epoch != self.epoch
        if reset and epoch >= 0 and self.random.random() < 0.5:
            return json_response({"code": "VALIDATION_ERROR"}, 400), None, False
        listed = [] if reset else sorted(set(self.log[since:]))
        body = {
            "changes": [{"applicationSlug": "healos", "externalOrgId": each, "fence": 1} for each in listed],
            "next": f"{self.epoch}.{len(self.log)}",
            "reset": reset,
        }
        return json_response(body), len(self.log), reset

    async def close(self) -> None:
        pass


class Simulation:
    def __init__(self, loop: VirtualLoop, seed: int) -> None:
        self.loop = loop
        self.seed = seed
        self.random = random.Random(seed * 7 + 1)
        self.edge = SimulatedEdge(loop, seed)
        options = Options(max_silence=MAX_SILENCE, clock=loop.clock, random=self.random.random)
        self.client = AsyncEdgeClient("http://edge", "key", transport=self.edge, options=options)
        self.origins: Counter[str] = Counter()
        self.broken: list[str] = []

    async def check(self, user: User) -> SeatVerdict:
        newest = self.random.randrange(self.edge.version + 1) if self.random.random() < 0.05 else None
        verdict = await self.client.verify_seat(
            application_slug="healos", external_org_id=user[0], user_id=user[1], min_version=newest
        )
        self.judge(user, verdict)
        return verdict

    def judge(self, user: User, verdict: SeatVerdict) -> None:
        edge, now = self.edge, self.edge.now()
        self.origins[verdict.origin] += 1
        if verdict.version is not None:
            fresh_until, stale_until = edge.answers[verdict.version]
            if verdict.origin == "memory" and now >= fresh_until:
                self.broken.append(f"{user} is answered from memory past freshUntil")
            if verdict.origin == "outage" and now >= stale_until:
                self.broken.append(f"{user} is answered past staleUntil")
        if verdict.has_access and not edge.granted[user]:
            at, number = edge.revoked_at[user]
            if number < edge.delivered:
                self.broken.append(f"{user} is granted ({verdict.origin}) after the revocation was delivered")
            if now - at > MAX_SILENCE * SECOND:
                self.broken.append(f"{user} is granted ({verdict.origin}) {(now - at) / 1e9:.1f} s after the revocation")

    async def play(self) -> None:
        loop, edge, chance = self.loop, self.edge, self.random.random
        checks: set[asyncio.Task[SeatVerdict]] = set()
        # A wall clock that is set back hides a suspension: a simulation has one or the other.
        suspends = self.seed % 2 == 0
        while loop.clock.passed < LENGTH:
            await loop.play_until(loop.clock.passed + self.random.randrange(1, 400) * MS)
            for _ in range(self.random.randrange(3)):
                checks.add(loop.create_task(self.check(self.random.choice(list(edge.granted)))))
            if chance() < 0.05:
                edge.change()
            if chance() < 0.02:
                edge.down = chance() < 0.4
            if chance() < 0.02:
                edge.losing = chance() < 0.4
            if chance() < 0.02:
                edge.slow = chance() < 0.3
            if chance() < 0.003:
                edge.epoch += 1
            if chance() < 0.006 and suspends:
                asleep = int(self.random.uniform(0.1, 60) * SECOND)
                edge.suspended += asleep
                loop.clock.set += asleep
            if chance() < 0.006 and not suspends:
                loop.clock.set += int(self.random.uniform(-600, 600) * SECOND)
        edge.down = edge.losing = edge.slow = False
        await loop.play_until(loop.clock.passed + 60 * SECOND)
        await asyncio.gather(*checks)
        await self.recovers()
        await self.client.aclose()

    async def recovers(self) -> None:
        """Once all faults are over, answers are right and come from memory."""
        for user, granted in self.edge.granted.items():
            for _ in range(30):
                checking = self.loop.create_task(self.check(user))
                await self.loop.play_until(self.loop.clock.passed + SECOND)
                verdict = checking.result()
                assert verdict.has_access == granted
                if verdict.origin == "memory":
                    break
            else:
                raise AssertionError(f"{user} is not answered from memory")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_answer_breaks_a_promise_whatever_happens(seed: int) -> None:
    async def simulate(loop: VirtualLoop) -> Simulation:
        simulation = Simulation(loop, seed)
        await simulation.play()
        return simulation

    simulation = play(simulate)
    assert simulation.broken == [], f"seed {seed}"
    assert simulation.origins["memory"] > 50, simulation.origins
