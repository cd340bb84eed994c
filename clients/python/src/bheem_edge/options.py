"""How a client behaves."""

from __future__ import annotations

import random as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Union

from .clock import Clock, SystemClock
from .errors import EdgeUnavailableError
from .verdict import SeatCheck, SeatVerdict

OnUnavailable = Union[
    Literal["stale", "deny", "error"], Callable[[SeatCheck, EdgeUnavailableError], SeatVerdict]
]
"""What is answered to a check that failed.

`stale`: what is remembered, as long as the edge and the feed allow it, else a denial. `deny`: a denial, `EDGE_UNAVAILABLE`.
`error`: `EdgeUnavailableError` is raised. A function: what it returns.
"""


@dataclass(frozen=True)
class Options:
    """The options of both clients. Times in seconds."""

    max_silence: float = 30.0
    """A revoked seat is denied within this time, whatever breaks: memory is not used if the feed has not answered since."""

    timeout: float = 2.0
    """How long a check may take in all."""

    max_entries: int = 10_000
    """How many answers are remembered."""

    on_unavailable: OnUnavailable = "stale"
    """What is answered if the edge cannot answer."""

    call_timeout: float = 30.0
    """How long a typed call may take."""

    clock: Clock = field(default_factory=SystemClock)
    """Where the time comes from."""

    random: Callable[[], float] = randomness.random
    """Gives numbers from 0 to 1, by which waits vary."""

    def __post_init__(self) -> None:
        if not (self.max_silence > 0 and self.timeout > 0 and self.call_timeout > 0):
            raise ValueError("max_silence, timeout and call_timeout are more than 0 seconds")
        if self.max_entries < 0:
            raise ValueError("max_entries is not negative")
        if not callable(self.on_unavailable) and self.on_unavailable not in ("stale", "deny", "error"):
            raise ValueError("on_unavailable is 'stale', 'deny', 'error' or a function")
