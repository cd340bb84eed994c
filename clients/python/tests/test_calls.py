"""Typed calls of all operations."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from virtual import json_response

from bheem_edge import AsyncEdgeClient, EdgeUnavailableError, ProblemError
from bheem_edge.calls.operations import AsyncCalls, Calls
from bheem_edge.messages import Failure, Request, Response

ROOT = Path(__file__).parents[3]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())


class Recorder:
    """A transport that gives one answer and keeps what it was asked."""

    def __init__(self, answer: Response | Failure) -> None:
        self.answer = answer
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Response | Failure:
        self.asked.append(request)
        return self.answer

    async def close(self) -> None:
        pass


def call(answer: Response | Failure, name: str, *arguments: Any, **named: Any) -> tuple[Any, Request]:
    recorder = Recorder(answer)
    client = AsyncEdgeClient("http://edge", "key", transport=recorder)
    value = asyncio.run(getattr(client.calls, name)(*arguments, **named))
    return value, recorder.asked[0]


def test_the_calls_are_those_of_the_checked_in_description() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "clients" / "python" / "generate.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", [Calls, AsyncCalls])
def test_each_operation_has_a_call(kind: type[Calls] | type[AsyncCalls]) -> None:
    asked: list[tuple[str, str]] = []

    class Kept(kind):  # type: ignore[misc, valid-type]
        def _call(self, method: str, template: str, **given: Any) -> Any:
            asked.append((method.lower(), template))
            assert set(given.get("path", {})) == {part[1:-1] for part in template.split("/") if part.startswith("{")}
            return answered(None) if kind is AsyncCalls else None

    async def answered(value: Any) -> Any:
        return value

    calls = Kept(0, None)
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_"):
            needed = [
                "x"
                for each in list(inspect.signature(method).parameters.values())[1:]
                if each.default is inspect.Parameter.empty and each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            ]
            keywords = {
                each.name: "x"
                for each in inspect.signature(method).parameters.values()
                if each.default is inspect.Parameter.empty and each.kind is inspect.Parameter.KEYWORD_ONLY
            }
            value = getattr(calls, name)(*needed, **keywords)
            if kind is AsyncCalls:
                asyncio.run(value)
    described = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
    assert sorted(asked) == sorted(described)


def test_a_call_sends_what_the_operation_takes() -> None:
    body = {"name": "Marketing", "amount_minor": 5}
    value, request = call(json_response({"id": "b1"}), "create_budget", body, idempotency_key="k1", tenant_id="t1")
    assert value == {"id": "b1"}
    assert (request.method, request.path) == ("POST", "/api/v1/enterprise-billing/budgets")
    assert request.headers == {
        "idempotency-key": "k1",
        "x-tenant-id": "t1",
        "accept": "application/json",
        "content-type": "application/json",
    }
    assert json.loads(request.body or b"") == body
    assert request.limit == 30_000_000_000


def test_ids_are_escaped_and_what_is_not_given_is_not_sent() -> None:
    _, request = call(json_response({}), "get_budget", "a/b ?ü%2F")
    assert request.path == "/api/v1/enterprise-billing/budgets/a%2Fb%20%3F%C3%BC%252F"
    assert request.query == {} and request.body is None and set(request.headers) == {"accept"}


def test_a_body_that_is_not_json_is_sent_as_it_is() -> None:
    _, request = call(json_response({}, 202), "import_contacts", "email\na@b.example\n")
    assert request.headers["content-type"] == "text/csv"
    assert request.body == b"email\na@b.example\n"


def test_another_media_type_is_given_as_bytes() -> None:
    answer = Response(200, {"content-type": "application/pdf"}, b"%PDF")
    value, request = call(answer, "get_invoice", "i1", accept="application/pdf")
    assert value == b"%PDF"
    assert request.headers["accept"] == "application/pdf"


def test_an_empty_answer_is_none() -> None:
    assert call(Response(204, {}, b""), "delete_seat_override", "t1")[0] is None
    assert call(Response(304, {}, b""), "follow_seat_changes")[0] is None


def test_a_refusal_is_an_error_with_its_problem() -> None:
    with pytest.raises(ProblemError) as caught:
        call(json_response({"status": 404, "code": "BUDGET_NOT_FOUND", "detail": "No such budget."}, 404), "get_budget", "b")
    assert (caught.value.status, caught.value.code, caught.value.detail) == (404, "BUDGET_NOT_FOUND", "No such budget.")


@pytest.mark.parametrize(
    "answer",
    [
        Failure("The connection was reset."),
        json_response({"code": "RATE_LIMITED"}, 429),
        json_response({}, 503),
        Response(200, {"content-type": "application/json"}, b"{"),
        Response(301, {"location": "/elsewhere"}, b""),
    ],
)
def test_an_edge_that_cannot_answer_is_an_error_of_its_own(answer: Response | Failure) -> None:
    with pytest.raises(EdgeUnavailableError):
        call(answer, "get_budget", "b")
