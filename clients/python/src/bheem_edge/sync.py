"""The client for threads."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from .clock import nanoseconds
from .engine import Engine
from .errors import EdgeUnavailableError
from .messages import Request, Response
from .options import OnUnavailable, Options
from .tokens import SeatToken, read_token
from .transport import HttpTransport, Transport
from .verdict import SeatCheck, SeatVerdict

if TYPE_CHECKING:
    from .calls.operations import Calls

__all__ = ["EdgeClient"]

T = TypeVar("T")


class EdgeClient:
    """Answers seat checks from memory, and follows the edge's feed of changes on a daemon thread.

    It may be used from any thread, and from any event loop by the methods whose names begin with `a`. Memory is read on the
    caller's thread; only what needs the network goes to the daemon thread. A process that is forked has a client of its
    own: it remembers nothing and follows anew.

    `url` and `key` are the edge's address and an API key with the scope `seats:verify`, which only `verify_token` can do
    without. All times are in seconds. The
    options are described in `bheem_edge.options.Options` and in the README.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        max_silence: float = 30.0,
        timeout: float = 2.0,
        max_entries: int = 10_000,
        on_unavailable: OnUnavailable = "stale",
        call_timeout: float = 30.0,
        transport: Callable[[], Transport] | None = None,
        options: Options | None = None,
    ) -> None:
        self._transport = transport or (lambda: HttpTransport(url, key))
        self._options = options or Options(max_silence, timeout, max_entries, on_unavailable, call_timeout)
        self._closed = False
        self._calls: Calls | None = None
        self._end: weakref.finalize[Any, EdgeClient] | None = None
        self._reset()
        _clients.add(self)

    def _reset(self) -> None:
        if self._end is not None:
            self._end.detach()
            self._end = None
        self._starting = threading.Lock()
        self._worker: _Worker | None = None
        self._engine = Engine(self._transport(), self._options)

    def start(self) -> None:
        """Begins to follow the feed; the first check does so as well."""
        self._following()

    def _following(self) -> _Worker:
        worker = self._running()
        worker.follow()
        return worker

    def _running(self) -> _Worker:
        worker = self._worker
        if worker is not None:
            return worker
        with self._starting:
            if self._closed:
                raise closed()
            if self._worker is None:
                self._worker = _Worker(self._engine)
                # The thread ends with the client, and before the interpreter does.
                self._end = weakref.finalize(self, self._worker.stop)
            return self._worker

    def verify_seat(
        self, *, user_id: str, application_slug: str, external_org_id: str, min_version: int | None = None
    ) -> SeatVerdict:
        """Whether a user has a seat: from memory if that is allowed, else from the edge.

        Errors: `ProblemError` for a mistake in the program or its key; with `on_unavailable="error"` also
        `EdgeUnavailableError`.
        """
        check = SeatCheck(application_slug, external_org_id, user_id, min_version)
        engine = self._engine
        remembered = engine.remembered(check)
        if remembered is not None:
            return remembered
        try:
            return self._following().wait(engine.check(check))
        except EdgeUnavailableError as error:
            return engine.unavailable(check, error)

    async def averify_seat(
        self, *, user_id: str, application_slug: str, external_org_id: str, min_version: int | None = None
    ) -> SeatVerdict:
        """As `verify_seat`, for a caller on an event loop."""
        check = SeatCheck(application_slug, external_org_id, user_id, min_version)
        engine = self._engine
        remembered = engine.remembered(check)
        if remembered is not None:
            return remembered
        try:
            return await asyncio.wrap_future(self._following().submit(engine.check(check)))
        except EdgeUnavailableError as error:
            return engine.unavailable(check, error)

    def verify_token(
        self, token: str, *, application_slug: str, external_org_id: str | None = None, user_id: str | None = None
    ) -> SeatToken:
        """Verifies a seat token without asking the edge; only its public keys are read now and then.

        Errors: `TokenError`; `EdgeUnavailableError` if the keys are needed and cannot be read.
        """
        signed = read_token(token)
        worker = self._running()
        if self._engine.keys.wants_reading(signed.kid):
            worker.wait(self._engine.read_keys(signed.kid))
        return self._engine.verify_token(signed, application_slug, external_org_id, user_id)

    @property
    def calls(self) -> Calls:
        """A typed call for each operation of the edge. Errors: `ProblemError`, `EdgeUnavailableError`."""
        if self._calls is None:
            # Some thousand types, which a program that only checks seats need not load.
            from .calls.operations import Calls

            self._calls = Calls(nanoseconds(self._options.call_timeout), self._send)
        return self._calls

    def _send(self, request: Request) -> Response:
        return self._running().wait(self._engine.send(request))

    def close(self) -> None:
        """Stops following and closes all connections."""
        with self._starting:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()

    def __enter__(self) -> EdgeClient:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Worker:
    """The daemon thread with its event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._loop = asyncio.new_event_loop()
        self._follows = False
        # Held while something is handed to the loop, so that nothing is handed over after it was told to stop.
        self._handing = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="bheem-edge", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            self._loop.run_until_complete(self._end())
        finally:
            self._loop.close()

    async def _end(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._engine.close()

    def follow(self) -> None:
        if not self._follows:
            with self._handing:
                if not self._stopping and not self._follows:
                    self._follows = True
                    self._loop.call_soon_threadsafe(self._engine.start)

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        with self._handing:
            if not self._stopping:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise closed()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the client's own thread must not wait for itself")
        try:
            return self.submit(work).result()
        except concurrent.futures.CancelledError:
            raise closed() from None

    def stop(self) -> None:
        with self._handing:
            if self._stopping:
                return
            self._stopping = True
            self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(5)


def closed() -> EdgeUnavailableError:
    return EdgeUnavailableError("UNAVAILABLE", "The client is closed.")


_clients: weakref.WeakSet[EdgeClient] = weakref.WeakSet()


def _forked() -> None:
    # The daemon thread is not there any more, and a lock may be held by a thread that is not there either.
    for client in list(_clients):
        client._reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
