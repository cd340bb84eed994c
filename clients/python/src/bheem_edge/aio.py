"""The client for asyncio."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from .clock import nanoseconds
from .engine import Engine
from .errors import EdgeUnavailableError
from .options import OnUnavailable, Options
from .tokens import SeatToken
from .transport import HttpTransport, Transport
from .verdict import SeatCheck, SeatVerdict

if TYPE_CHECKING:
    from .calls.operations import AsyncCalls

__all__ = ["AsyncEdgeClient"]


class AsyncEdgeClient:
    """Answers seat checks from memory, and follows the edge's feed of changes. It belongs to one event loop.

    `url` and `key` are the edge's address and an API key with the scope `seats:verify`, which only `verify_token` can do
    without. All times are in seconds. The options are described in `bheem_edge.options.Options` and in the README.
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
        transport: Transport | None = None,
        options: Options | None = None,
    ) -> None:
        self._engine = Engine(
            transport or HttpTransport(url, key),
            options or Options(max_silence, timeout, max_entries, on_unavailable, call_timeout),
        )
        self._started = False
        self._calls: AsyncCalls | None = None

    async def start(self) -> None:
        """Begins to follow the feed; the first check does so as well."""
        self._started = True
        self._engine.start()

    async def verify_seat(
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
        if not self._started:
            await self.start()
        try:
            return await engine.check(check)
        except EdgeUnavailableError as error:
            return engine.unavailable(check, error)

    async def verify_token(
        self, token: str, *, application_slug: str, external_org_id: str | None = None, user_id: str | None = None
    ) -> SeatToken:
        """Verifies a seat token without asking the edge; only its public keys are read now and then.

        Errors: `TokenError`; `EdgeUnavailableError` if the keys are needed and cannot be read.
        """
        return await self._engine.token(token, application_slug, external_org_id, user_id)

    @property
    def calls(self) -> AsyncCalls:
        """A typed call for each operation of the edge. Errors: `ProblemError`, `EdgeUnavailableError`."""
        if self._calls is None:
            # Some thousand types, which a program that only checks seats need not load.
            from .calls.operations import AsyncCalls

            self._calls = AsyncCalls(nanoseconds(self._engine.options.call_timeout), self._engine.send)
        return self._calls

    async def aclose(self) -> None:
        """Stops following and closes all connections."""
        await self._engine.close()

    async def __aenter__(self) -> AsyncEdgeClient:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
