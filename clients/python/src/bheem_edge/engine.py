"""What both clients run on an event loop: the feed, checks under way, keys, typed calls."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from .check import Flight, RetryBudget
from .clock import SECOND, nanoseconds
from .errors import EdgeUnavailableError
from .feed import follow
from .memory import Memory
from .messages import Flow, Outcome, Pause, Request, Response, date_ns
from .options import Options
from .tokens import Keys, SeatToken, Signed, read_token, verify
from .transport import Transport
from .verdict import SeatCheck, SeatVerdict

T = TypeVar("T")


class Engine:
    """Drives the flows of one client.

    `remembered`, `unavailable` and `verify_token` may be called from any thread, everything else from the event loop's.
    """

    def __init__(self, transport: Transport, options: Options) -> None:
        self.options = options
        self.transport = transport
        self.memory = Memory(options.clock, options.max_entries, nanoseconds(options.max_silence))
        self.keys = Keys(self.memory, nanoseconds(options.timeout))
        self.budget = RetryBudget()
        self._flights: dict[SeatCheck, tuple[Flight, asyncio.Task[SeatVerdict]]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._following: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # What needs no event loop

    def remembered(self, check: SeatCheck) -> SeatVerdict | None:
        """The answer from memory."""
        return self.memory.fresh(check)

    def unavailable(self, check: SeatCheck, error: EdgeUnavailableError) -> SeatVerdict:
        """The answer to a check that failed."""
        policy = self.options.on_unavailable
        if callable(policy):
            return policy(check, error)
        if policy == "error":
            raise error
        stale = self.memory.stale(check) if policy == "stale" else None
        return stale or SeatVerdict.unavailable()

    def verify_token(
        self, signed: Signed, application_slug: str, external_org_id: str | None, user_id: str | None
    ) -> SeatToken:
        """Verifies a token with the keys that are there."""
        return verify(
            self.memory, signed, self.keys.key(signed.kid), application_slug, external_org_id, user_id
        )

    # What runs on the event loop

    def start(self) -> None:
        """Begins to follow the feed."""
        if self._following is None:
            options = self.options
            flow = follow(
                self.memory, nanoseconds(options.max_silence), nanoseconds(options.timeout), options.random
            )
            self._following = self._spawn(self.run(flow))

    async def check(self, check: SeatCheck) -> SeatVerdict:
        """Asks the edge, together with all who ask the same now. Errors: `EdgeUnavailableError`, `ProblemError`."""
        shared = self._flights.get(check)
        if shared is None or self.memory.overtaken(check, shared[0].heard):
            # On its way here from another thread, the question may have been answered to somebody else.
            remembered = self.memory.fresh(check)
            if remembered is not None:
                return remembered
            self.budget.earn()
            flight = Flight(check)
            # A change that is heard of before the task runs counts as one that was heard of before the request.
            flight.heard = self.memory.sending().heard
            options = self.options
            flow = flight.ask(self.memory, self.budget, nanoseconds(options.timeout), options.random)
            shared = (flight, self._spawn(self.run(flow)))
            self._flights[check] = shared
            shared[1].add_done_callback(lambda _: self._landed(check, flight))
        # A caller that gives up does not take the others' answer away.
        try:
            return await asyncio.shield(shared[1])
        except asyncio.CancelledError:
            if shared[1].cancelled():
                raise EdgeUnavailableError("UNAVAILABLE", "The client is closed.") from None
            raise

    def _landed(self, check: SeatCheck, flight: Flight) -> None:
        shared = self._flights.get(check)
        if shared is not None and shared[0] is flight:
            del self._flights[check]

    async def read_keys(self, kid: str) -> None:
        """Reads the keys if this one needs it."""
        if self._reading is None and self.keys.wants_reading(kid):
            self._reading = self._spawn(self.run(self.keys.read()))
            self._reading.add_done_callback(lambda _: setattr(self, "_reading", None))
        if self._reading is not None:
            await asyncio.shield(self._reading)

    async def token(
        self, token: str, application_slug: str, external_org_id: str | None, user_id: str | None
    ) -> SeatToken:
        """Verifies a token. Errors: `TokenError`, `EdgeUnavailableError`."""
        signed = read_token(token)
        await self.read_keys(signed.kid)
        return self.verify_token(signed, application_slug, external_org_id, user_id)

    async def send(self, request: Request) -> Response:
        """Sends a request as it is. Errors: `EdgeUnavailableError`."""
        outcome = await self.transport.send(request)
        if not isinstance(outcome, Response):
            raise EdgeUnavailableError("UNAVAILABLE", outcome.reason)
        self.memory.dated(date_ns(outcome))
        return outcome

    async def run(self, flow: Flow[T]) -> T:
        """Does what a flow asks for, until it returns."""
        outcome: Outcome = None
        while True:
            try:
                step = flow.send(outcome)
            except StopIteration as end:
                value: T = end.value
                return value
            if isinstance(step, Pause):
                await asyncio.sleep(step.duration / SECOND)
                outcome = None
            else:
                outcome = await self.transport.send(step)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """Stops the feed and gives up what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.memory.lost()
        await self.transport.close()
