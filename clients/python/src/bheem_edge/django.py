"""Seats in Django: a middleware for all views, or a decorator for single ones, both for sync and async views.

Settings:

    BHEEM_EDGE = {
        "URL": "http://127.0.0.1:3000",
        "KEY": "…",                                  # an API key with the scope seats:verify
        "APPLICATION": "healos",
        "ORGANIZATION": "shop.seats.organization",   # a function of the request: its organization's id, or None
        "USER": "shop.seats.user",                   # the same for the user's id; by default the primary key of request.user
        "OPTIONS": {"max_silence": 30},              # of bheem_edge.EdgeClient
    }
"""

from __future__ import annotations

import functools
import inspect
import json
import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from .errors import EdgeUnavailableError
from .refusal import MEDIA_TYPE, NO_EDGE, NO_ORGANIZATION, NO_USER, Refusal, refusal
from .sync import EdgeClient
from .verdict import SeatVerdict

__all__ = ["SeatMiddleware", "edge_client", "seat_exempt", "seat_required"]

View = Callable[..., Any]


def setting(name: str, default: Any = None) -> Any:
    value = getattr(settings, "BHEEM_EDGE", {}).get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"BHEEM_EDGE has no {name}")
    return value


_client: EdgeClient | None = None
_making = threading.Lock()


def edge_client() -> EdgeClient:
    """The client of this process, made from the settings when it is first needed."""
    global _client
    if _client is None:
        with _making:
            if _client is None:
                _client = EdgeClient(setting("URL"), setting("KEY"), **setting("OPTIONS", {}))
    return _client


def _changed(*, setting: str, **_: Any) -> None:
    global _client
    if setting == "BHEEM_EDGE" and _client is not None:
        _client.close()
        _client = None


setting_changed.connect(_changed)


def user_of(request: HttpRequest) -> str | None:
    """The user's id where no function is set: the primary key of `request.user`."""
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else None


def function(name: str) -> Callable[[HttpRequest], Any]:
    value = setting(name, user_of if name == "USER" else None)
    found: Callable[[HttpRequest], Any] = import_string(value) if isinstance(value, str) else value
    return found


def identify(name: str, request: HttpRequest) -> str | None:
    value = function(name)(request)
    if inspect.isawaitable(value):
        raise ImproperlyConfigured(f"BHEEM_EDGE: {name} is a coroutine function, but the view is not")
    return None if value is None else str(value)


async def aidentify(name: str, request: HttpRequest) -> str | None:
    find = function(name)
    if find is user_of:
        # It may read the session and the user from the database.
        return await sync_to_async(user_of)(request)
    value = find(request)
    if inspect.isawaitable(value):
        value = await value
    return None if value is None else str(value)


def missing(user_id: str | None, organization_id: str | None) -> Refusal | None:
    return NO_USER if not user_id else NO_ORGANIZATION if not organization_id else None


def decide(request: HttpRequest, application_slug: str | None) -> HttpResponse | None:
    """The response to a request without a seat; None if it has one, which is `request.seat` then."""
    user_id = identify("USER", request)
    organization_id = identify("ORGANIZATION", request) if user_id else None
    why = missing(user_id, organization_id)
    if why is not None:
        return response(why)
    try:
        verdict = edge_client().verify_seat(**question(user_id, organization_id, application_slug))
    except EdgeUnavailableError:
        return response(NO_EDGE)
    return settle(request, verdict)


async def adecide(request: HttpRequest, application_slug: str | None) -> HttpResponse | None:
    """As `decide`, for async views."""
    user_id = await aidentify("USER", request)
    organization_id = await aidentify("ORGANIZATION", request) if user_id else None
    why = missing(user_id, organization_id)
    if why is not None:
        return response(why)
    try:
        verdict = await edge_client().averify_seat(**question(user_id, organization_id, application_slug))
    except EdgeUnavailableError:
        return response(NO_EDGE)
    return settle(request, verdict)


def question(user_id: str | None, organization_id: str | None, application_slug: str | None) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "external_org_id": organization_id,
        "application_slug": application_slug or setting("APPLICATION"),
    }


def settle(request: HttpRequest, verdict: SeatVerdict) -> HttpResponse | None:
    why = refusal(verdict)
    if why is not None:
        return response(why)
    request.seat = verdict
    return None


def response(why: Refusal) -> HttpResponse:
    return HttpResponse(json.dumps(why.body()), MEDIA_TYPE, why.status, headers=why.headers)


def seat_exempt(view: View) -> View:
    """A view that `SeatMiddleware` lets everybody reach: login, health checks."""
    view.seat_exempt = True  # type: ignore[attr-defined]
    return view


class SeatMiddleware:
    """Only users with a seat reach views. It goes below AuthenticationMiddleware."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.process_view: Callable[..., Any] = self._view
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            self.process_view = self._aview

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def _view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        return None if getattr(view, "seat_exempt", False) else decide(request, None)

    async def _aview(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        return None if getattr(view, "seat_exempt", False) else await adecide(request, None)


def seat_required(view: View | None = None, *, application_slug: str | None = None) -> Any:
    """A view that only users with a seat reach; `application_slug` in place of the setting `APPLICATION`."""
    if view is None:
        return functools.partial(seat_required, application_slug=application_slug)
    inner = view
    if iscoroutinefunction(inner):

        @functools.wraps(inner)
        async def aguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            refused = await adecide(request, application_slug)
            return refused if refused is not None else await inner(request, *args, **kwargs)

        return aguarded

    @functools.wraps(inner)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        refused = decide(request, application_slug)
        return refused if refused is not None else inner(request, *args, **kwargs)

    return guarded
