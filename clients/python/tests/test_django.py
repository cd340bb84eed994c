"""Seats in Django: the middleware and the decorator, for sync and async views."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import django
import pytest
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.test import AsyncClient, Client
from django.test.utils import override_settings
from django.urls import path
from seats import Seats, refusals, request_headers


def user(request: HttpRequest) -> str | None:
    name: str | None = request.headers.get("x-user")
    return name


def organization(request: HttpRequest) -> str | None:
    name: str | None = request.headers.get("x-organization")
    return name


async def late_organization(request: HttpRequest) -> str | None:
    return organization(request)


class Account:
    """A user as Django's authentication gives it."""

    is_authenticated = True

    def __init__(self, pk: str) -> None:
        self.pk = pk


def authentication(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> Any:
        if "x-account" in request.headers:
            request.user = Account(request.headers["x-account"])
        return get_response(request)

    return middleware


EDGE = {
    "URL": "http://edge",
    "KEY": "key",
    "APPLICATION": "healos",
    "USER": "test_django.user",
    "ORGANIZATION": "test_django.organization",
    "OPTIONS": {"transport": Seats},
}

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="test",
    BHEEM_EDGE=EDGE,
    MIDDLEWARE=[],
)
django.setup()

from bheem_edge.django import edge_client, seat_exempt, seat_required  # noqa: E402


def plain(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"reason": request.seat.reason})


async def late(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"reason": request.seat.reason})


@seat_exempt
def health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"well": True})


@seat_exempt
async def late_health(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"well": True})


urlpatterns = [
    path("plain", plain),
    path("late", late),
    path("health", health),
    path("late-health", late_health),
    path("decorated/plain", seat_required(plain)),
    path("decorated/late", seat_required(late)),
    path("decorated/openmic", seat_required(application_slug="openmic")(plain)),
]

MIDDLEWARE = ["bheem_edge.django.SeatMiddleware"]
ANA = {"x-user": "ana", "x-organization": "hospital_456"}


@pytest.fixture(autouse=True)
def edge() -> Iterator[None]:
    yield
    # A changed setting closes the client.
    with override_settings(BHEEM_EDGE=dict(EDGE)):
        pass


def get(path: str, headers: dict[str, str], serving: str, middleware: list[str]) -> Any:
    """The response of Django as it is served by WSGI or ASGI."""
    with override_settings(MIDDLEWARE=middleware):
        if serving == "wsgi":
            return Client().get(path, headers=headers)
        return asyncio.run(AsyncClient().get(path, headers=headers))


# Each view as each server runs it, under the middleware and in the decorator.
GUARDS = pytest.mark.parametrize(
    ("path", "serving", "middleware"),
    [
        (prefix + view, serving, [] if prefix else MIDDLEWARE)
        for prefix in ("", "decorated/")
        for view in ("plain", "late")
        for serving in ("wsgi", "asgi")
    ],
)


@GUARDS
def test_a_user_with_a_seat_reaches_the_view_which_finds_the_verdict(
    path: str, serving: str, middleware: list[str]
) -> None:
    response = get(f"/{path}", ANA, serving, middleware)
    assert (response.status_code, json.loads(response.content)) == (200, {"reason": "SEAT_ACTIVE"})


@GUARDS
@pytest.mark.parametrize("case", refusals(), ids=str)
def test_who_has_none_is_refused_as_by_the_other_libraries(
    path: str, serving: str, middleware: list[str], case: dict[str, Any]
) -> None:
    response = get(f"/{path}", request_headers(case), serving, middleware)
    status, code = case["status"], case["code"]
    assert response.status_code == status
    assert response["content-type"] == "application/problem+json"
    assert response.get("retry-after") == case.get("retryAfter")
    body = json.loads(response.content)
    assert body.pop("detail")
    assert body == {"status": status, "title": HTTPStatus(status).phrase, "code": code}


@pytest.mark.parametrize("serving", ["wsgi", "asgi"])
def test_an_exempt_view_is_reached_by_everybody(serving: str) -> None:
    for view in ("/health", "/late-health"):
        assert get(view, {}, serving, MIDDLEWARE).status_code == 200


@pytest.mark.parametrize("serving", ["wsgi", "asgi"])
def test_by_default_the_user_is_the_one_that_django_knows(serving: str) -> None:
    without = {key: value for key, value in EDGE.items() if key != "USER"}
    with override_settings(BHEEM_EDGE=without):
        middleware = [f"{__name__}.authentication", *MIDDLEWARE]
        known = {"x-account": "ana", "x-organization": "hospital_456"}
        assert get("/plain", known, serving, middleware).status_code == 200
        assert get("/plain", {"x-organization": "hospital_456"}, serving, middleware).status_code == 401


def test_a_coroutine_function_may_find_the_organization_for_async_views() -> None:
    with override_settings(BHEEM_EDGE={**EDGE, "ORGANIZATION": late_organization}):
        assert get("/decorated/late", ANA, "asgi", []).status_code == 200


@pytest.mark.parametrize("serving", ["wsgi", "asgi"])
def test_a_view_may_name_its_application(serving: str) -> None:
    assert get("/decorated/openmic", ANA, serving, []).status_code == 200
    checks = edge_client()._engine.transport.checks  # type: ignore[attr-defined]
    assert [check["applicationSlug"] for check in checks] == ["openmic"]


@pytest.mark.parametrize("serving", ["wsgi", "asgi"])
def test_an_unavailable_edge_is_503_also_where_it_is_an_error(serving: str) -> None:
    options = {"transport": Seats, "on_unavailable": "error"}
    with override_settings(BHEEM_EDGE={**EDGE, "OPTIONS": options}):
        assert get("/decorated/plain", {**ANA, "x-user": "eve"}, serving, []).status_code == 503
