"""Seat checks by bheem-edge: answered from memory, revoked within a second."""

from .aio import AsyncEdgeClient
from .errors import EdgeError, EdgeUnavailableError, ProblemError, TokenError, WebhookError
from .options import OnUnavailable, Options
from .sync import EdgeClient
from .tokens import SeatToken
from .verdict import Origin, SeatCheck, SeatVerdict
from .webhooks import sign_webhook, verify_webhook

__version__ = "0.1.0"

__all__ = [
    "AsyncEdgeClient",
    "EdgeClient",
    "EdgeError",
    "EdgeUnavailableError",
    "OnUnavailable",
    "Options",
    "Origin",
    "ProblemError",
    "SeatCheck",
    "SeatToken",
    "SeatVerdict",
    "TokenError",
    "WebhookError",
    "sign_webhook",
    "verify_webhook",
]
