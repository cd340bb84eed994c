"""A Django project in one file, whose views only users with a seat reach: README.md says how to run it."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, JsonResponse
from django.urls import path


# A real product takes both from its session; without USER it is the primary key of request.user.
def user(request: HttpRequest) -> str | None:
    name: str | None = request.headers.get("x-user")
    return name


def organization(request: HttpRequest) -> str | None:
    name: str | None = request.headers.get("x-organization")
    return name


if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for this example",
        MIDDLEWARE=["bheem_edge.django.SeatMiddleware"],
        BHEEM_EDGE={
            "URL": os.environ["EDGE"],
            "KEY": os.environ["KEY"],
            "APPLICATION": "healos",
            "USER": user,
            "ORGANIZATION": organization,
        },
    )


def patients(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"patients": ["Ana", "Ben"], "seat": request.seat.seat_id, "origin": request.seat.origin})


urlpatterns = [path("patients", patients)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
