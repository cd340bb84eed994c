"""What can go wrong."""

from __future__ import annotations

__all__ = ["EdgeError", "EdgeUnavailableError", "ProblemError", "TokenError", "WebhookError"]


class EdgeError(Exception):
    """Every error of this package."""

    code: str
    """For programs."""

    detail: str
    """For people."""

    status: int | None
    """The HTTP status, where the edge answered."""

    def __init__(self, code: str, detail: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {detail}" if status is None else f"{status} {code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status


class EdgeUnavailableError(EdgeError):
    """The edge cannot be reached, takes too long, is overloaded, or its answer cannot be read.

    `code` is the problem's if the edge said what is wrong, else `UNAVAILABLE`.
    """


class ProblemError(EdgeError):
    """The edge refused a request (4xx): a mistake in the program or its key. It is never an answer to a check."""


class TokenError(EdgeError):
    """A seat token is refused.

    `code` is `TOKEN_INVALID`, `TOKEN_MISMATCH`, `TOKEN_EXPIRED` or `TOKEN_SUPERSEDED`.
    """


class WebhookError(EdgeError):
    """A webhook is refused.

    `code` is `MISSING_HEADERS`, `INVALID_TIMESTAMP`, `TIMESTAMP_OUT_OF_TOLERANCE`, `INVALID_SIGNATURE` or `INVALID_PAYLOAD`.
    """
