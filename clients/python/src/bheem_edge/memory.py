"""What a client knows: answers that it remembers, whether the feed is connected, and what it has heard of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import NamedTuple

from .clock import Clock, Moment
from .verdict import SeatCheck, SeatVerdict

MAX_CHANGES = 10_000
"""Of how many organizations the latest change is kept by itself. Older ones count as a change of all that are not kept."""

Key = tuple[str, str, str]
"""Application, organization, user."""

Organization = tuple[str, str]
"""Application, organization."""


class Sent(NamedTuple):
    """What the client knew when it sent a check."""

    at: Moment
    order: int
    """Grows from check to check."""
    heard: int
    """The number of the latest change that it had heard of."""
    connected: bool


class Lifetime(NamedTuple):
    """For how long an answer may be used, counted from when its check was sent, in nanoseconds."""

    fresh: int
    stale: int


@dataclass
class Entry:
    """An answer that is remembered."""

    sent: Sent
    fresh_until: Moment
    stale_until: Moment
    verdict: SeatVerdict
    """With the origin `memory`."""


@dataclass
class Change:
    """The latest change of an organization."""

    number: int
    at: int
    """When it was heard of by the edge's clock, nanoseconds since 1970."""


class Memory:
    """All state that checks, the feed and tokens share. Safe to use from several threads.

    INVARIANT: an answer whose check was sent before a change of its organization was heard of is not in `_entries`.
    """

    def __init__(self, clock: Clock, max_entries: int, max_silence: int) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_silence = max_silence
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._users: dict[Organization, set[Key]] = {}
        self._sent = 0
        self._heard = 0
        self._changes: OrderedDict[Organization, Change] = OrderedDict()
        # The latest reset, or the latest change that is no longer in `_changes`.
        self._all = Change(0, -1)
        self._connected = False
        self._begun = False
        # Until when what the latest response of the feed has confirmed is believed, on both clocks.
        self._believed = Moment(0, 0)
        # A `Date` of the edge, and when it arrived.
        self._date: tuple[int, Moment] | None = None

    def now(self) -> Moment:
        return Moment(self._clock.monotonic_ns(), self._clock.time_ns())

    # Checks

    def fresh(self, check: SeatCheck) -> SeatVerdict | None:
        """The answer from memory."""
        with self._lock:
            key = check[:3]
            entry = self._entries.get(key)
            if entry is None or not self._connected:
                return None
            monotonic, wall = self._clock.monotonic_ns(), self._clock.time_ns()
            if monotonic >= entry.fresh_until[0] or wall >= entry.fresh_until[1]:
                return None
            if monotonic > self._believed[0] or wall > self._believed[1]:
                return None
            if check[3] is not None and not is_version(entry.verdict, check[3]):
                return None
            self._entries.move_to_end(key)
            return entry.verdict

    def stale(self, check: SeatCheck) -> SeatVerdict | None:
        """The answer from memory while the edge cannot answer."""
        with self._lock:
            key = check[:3]
            entry = self._entries.get(key)
            now = self.now()
            if entry is None or reached(entry.stale_until, now) or passed(self._believed, now):
                return None
            if check.min_version is not None and not is_version(entry.verdict, check.min_version):
                return None
            self._entries.move_to_end(key)
            return replace(entry.verdict, origin="outage")

    def sending(self) -> Sent:
        """What is known now, before a check is sent."""
        with self._lock:
            self._sent += 1
            return Sent(self.now(), self._sent, self._heard, self._connected)

    def overtaken(self, check: SeatCheck, heard: int) -> bool:
        """Whether a change of the organization was heard of after the one with this number."""
        with self._lock:
            return self._overtaken(check[:2], heard)

    def arrived(self, check: SeatCheck, sent: Sent, verdict: SeatVerdict, lifetime: Lifetime | None) -> bool:
        """Remembers an answer if that is right. False if a change has overtaken it: then it must not be used either."""
        key = check[:3]
        with self._lock:
            if self._overtaken(check[:2], sent.heard):
                return False
            old = self._entries.get(key)
            if old is not None and old.sent.order > sent.order:
                return True
            if lifetime is not None and sent.connected and self._connected:
                self._remember(key, sent, verdict, lifetime)
            elif old is not None and not verdict.has_access:
                self._forget(key)
            return True

    def _overtaken(self, organization: Organization, heard: int) -> bool:
        change = self._changes.get(organization)
        return self._all.number > heard or (change is not None and change.number > heard)

    def _remember(self, key: Key, sent: Sent, verdict: SeatVerdict, lifetime: Lifetime) -> None:
        fresh = min(lifetime.fresh, lifetime.stale)
        at = sent.at
        self._entries[key] = Entry(
            sent,
            Moment(at.monotonic + fresh, at.wall + fresh),
            Moment(at.monotonic + lifetime.stale, at.wall + lifetime.stale),
            replace(verdict, origin="memory"),
        )
        self._entries.move_to_end(key)
        self._users.setdefault(key[:2], set()).add(key)
        while len(self._entries) > self._max_entries:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: Key) -> None:
        del self._entries[key]
        users = self._users[key[:2]]
        users.discard(key)
        if not users:
            del self._users[key[:2]]

    def _forget_all(self) -> None:
        self._entries.clear()
        self._users.clear()

    # The feed

    def heard(self, changes: list[Organization], reset: bool, asked: Moment, wait: int) -> None:
        """The feed has answered what it was asked at this moment, to wait for as many nanoseconds."""
        with self._lock:
            now = self.now()
            at = self._edge_time(now)
            if reset:
                self._forget_all()
                if self._begun:
                    self._heard += 1
                    self._all = Change(self._heard, at)
            for organization in changes:
                self._heard += 1
                self._changes[organization] = Change(self._heard, at)
                self._changes.move_to_end(organization)
                for key in tuple(self._users.get(organization, ())):
                    self._forget(key)
            while len(self._changes) > MAX_CHANGES:
                _, oldest = self._changes.popitem(last=False)
                self._all = Change(max(self._all.number, oldest.number), max(self._all.at, oldest.at))
            self._connected = self._begun = True
            # If there was nothing to tell, the edge has looked until its wait was over.
            waited = 0 if changes or reset else wait
            self._believed = Moment(
                min(asked.monotonic + waited, now.monotonic) + self._max_silence,
                min(asked.wall + waited, now.wall) + self._max_silence,
            )

    def lost(self) -> None:
        """The feed is not connected."""
        with self._lock:
            self._connected = False

    def begin_anew(self) -> None:
        """The feed's position is lost, and with it everything that may have changed."""
        with self._lock:
            self._connected = False
            self._forget_all()

    def confirmed(self) -> int:
        """For how long what the feed has confirmed is still believed, nanoseconds; less than 0 if it is not any more."""
        with self._lock:
            now = self.now()
            return min(self._believed.monotonic - now.monotonic, self._believed.wall - now.wall)

    @property
    def connected(self) -> bool:
        return self._connected

    # Time at the edge, for tokens

    def dated(self, date: int | None) -> None:
        """A response of the edge had this `Date`, in nanoseconds since 1970."""
        if date is not None:
            with self._lock:
                self._date = (date, self.now())

    def edge_time(self) -> int:
        """The edge's clock as far as it is known, else the wall clock: nanoseconds since 1970."""
        with self._lock:
            return self._edge_time(self.now())

    def _edge_time(self, now: Moment) -> int:
        return now.wall if self._date is None else self._date[0] + self._date[1].until(now)

    def changed_at(self, organization: Organization) -> int:
        """When a change of the organization was last heard of, by the edge's clock; -1 if never."""
        with self._lock:
            change = self._changes.get(organization)
            return self._all.at if change is None else max(self._all.at, change.at)


def is_version(verdict: SeatVerdict, least: int) -> bool:
    return verdict.version is not None and verdict.version >= least


def reached(end: Moment, now: Moment) -> bool:
    return now.monotonic >= end.monotonic or now.wall >= end.wall


def passed(end: Moment, now: Moment) -> bool:
    return now.monotonic > end.monotonic or now.wall > end.wall
