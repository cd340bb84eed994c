"""Time, as the client measures it: integer nanoseconds."""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol

SECOND = 1_000_000_000
MILLISECOND = 1_000_000


class Clock(Protocol):
    """Where the client takes the time from."""

    def monotonic_ns(self) -> int:
        """A clock that is never set, in nanoseconds."""

    def time_ns(self) -> int:
        """The wall clock, in nanoseconds since 1970."""


class SystemClock:
    """The clocks of this machine."""

    monotonic_ns = staticmethod(time.monotonic_ns)
    time_ns = staticmethod(time.time_ns)


class Moment(NamedTuple):
    """An instant on both clocks."""

    monotonic: int
    wall: int

    def until(self, later: Moment) -> int:
        """What has passed, nanoseconds: the larger of what the two clocks say.

        The monotonic clock of a suspended machine stands still, and the wall clock may be set back.
        """
        return max(later.monotonic - self.monotonic, later.wall - self.wall)


def nanoseconds(seconds: float) -> int:
    return round(seconds * SECOND)
