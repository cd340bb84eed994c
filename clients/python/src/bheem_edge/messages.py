"""What the flows of this package ask of whoever drives them: they do no input or output and never wait themselves.

A flow is a generator. It yields a `Request` and is sent a `Response` or a `Failure`, or it yields a `Pause` and is sent
nothing once it is over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar, Union

from .clock import MILLISECOND, SECOND

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """A request to the edge."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    limit: int | None = None
    """After how many nanoseconds the request is given up."""


@dataclass(frozen=True)
class Response:
    """An answer of the edge. The names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True)
class Failure:
    """There is no answer."""

    reason: str
    timed_out: bool = False


@dataclass(frozen=True)
class Pause:
    """Wait for as many nanoseconds."""

    duration: int


Outcome = Union[Response, Failure, None]
Flow = Generator[Union[Request, Pause], Outcome, T]


def retry_after(response: Response) -> int | None:
    """The seconds of `Retry-After`; None if there is none, or a date."""
    text = response.headers.get("retry-after", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def date_ns(response: Response) -> int | None:
    """The `Date` of a response, in nanoseconds since 1970."""
    try:
        at = parsedate_to_datetime(response.headers["date"])
        return int(at.replace(tzinfo=at.tzinfo or timezone.utc).timestamp()) * SECOND
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE)


def instant_ms(text: object) -> int | None:
    """An instant in RFC 3339, in milliseconds since 1970; None if it is none."""
    found = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    seconds, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(seconds.upper() + ("+00:00" if zone in "Zz" else zone))
    except ValueError:
        return None
    since = at - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1_000 + int((fraction or "").ljust(9, "0")) // MILLISECOND
