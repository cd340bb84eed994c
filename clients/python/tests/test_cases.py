"""Plays the cases that all client libraries share: clients/cases."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from virtual import MS, Line, VirtualLoop, json_response, play, rfc3339

from bheem_edge import AsyncEdgeClient, EdgeError, Options
from bheem_edge.messages import Failure, Response

CASES = Path(__file__).parents[2] / "cases"
TOKENS = json.loads((CASES / "tokens.json").read_text())


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.json")):
        content = json.loads(path.read_text())
        for case in content["cases"] if isinstance(content, dict) else content:
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    play(lambda loop: Player(loop, case).play())


class Player:
    """One client in one case."""

    def __init__(self, loop: VirtualLoop, case: dict[str, Any]) -> None:
        self.loop = loop
        self.case = case
        self.line = Line()
        given = case.get("options", {})
        options = Options(
            max_silence=given.get("maxSilence", 30_000) / 1000,
            timeout=given.get("timeout", 2_000) / 1000,
            max_entries=given.get("maxEntries", 10_000),
            on_unavailable=given.get("onUnavailable", "stale"),
            clock=loop.clock,
            random=lambda: 1.0,
        )
        self.client = AsyncEdgeClient("http://edge", "key", transport=self.line, options=options)
        self.checks: dict[str, asyncio.Task[Any]] = {}

    async def play(self) -> None:
        await self.client.start()
        try:
            for number, step in enumerate(self.case["steps"]):
                await self.loop.play_until(step["at"] * MS)
                try:
                    await self.step(step)
                    await self.loop.settle()
                except AssertionError as error:
                    raise AssertionError(f"step {number}, {json.dumps(step)}: {error}") from error
            for check in self.checks.values():
                check.cancel()
            await asyncio.gather(*self.checks.values(), return_exceptions=True)
        finally:
            await self.client.aclose()

    async def step(self, step: dict[str, Any]) -> None:
        kinds = [kind for kind in vars(Player) if kind.startswith("do_") and kind[3:] in step]
        assert len(kinds) == 1, f"a step does one thing, not {kinds}"
        await getattr(self, kinds[0])(step)

    async def do_check(self, step: dict[str, Any]) -> None:
        assert step["check"] not in self.checks
        self.checks[step["check"]] = self.loop.create_task(
            self.client.verify_seat(
                user_id=step.get("user", "ana"),
                application_slug=step.get("application", "healos"),
                external_org_id=step.get("organization", "hospital_456"),
                min_version=step.get("minVersion"),
            )
        )

    async def do_request(self, step: dict[str, Any]) -> None:
        entry = self.line.oldest(step["request"])
        assert entry is not None, "there is no such request"
        request = entry[0]
        body = json.loads(request.body or b"{}")
        has = {
            "since": request.query.get("since"),
            "wait": int(request.query["wait"]) if "wait" in request.query else None,
            "user": body.get("userId"),
            "minVersion": body.get("minVersion"),
        }
        for name, value in has.items():
            if name in step:
                assert step[name] == value, f"{name} is {value!r}"

    async def do_none(self, step: dict[str, Any]) -> None:
        assert self.line.oldest(step["none"]) is None, "there is a request"

    async def do_respond(self, step: dict[str, Any]) -> None:
        headers, status = step.get("headers"), step.get("status", 200)
        if "text" in step:
            lower = {name.lower(): value for name, value in (headers or {}).items()}
            response = Response(status, lower, step["text"].encode())
        elif "json" in step:
            response = json_response(step["json"], status, headers)
        else:
            response = json_response(self.verdict(step), status, headers)
        self.line.answer(step["respond"], response)

    def verdict(self, step: dict[str, Any]) -> dict[str, Any]:
        granted = "grant" in step
        given = step["grant" if granted else "denial"]
        now = self.loop.clock.time_ns() + given.get("skew", 0) * MS
        body = {
            "hasAccess": granted,
            "reason": given.get("reason", "SEAT_ACTIVE" if granted else "SEAT_REVOKED"),
            "version": given.get("version"),
            "source": "cache",
            "asOf": rfc3339(now),
        }
        if "fresh" in given:
            body["now"] = rfc3339(now)
            body["freshUntil"] = rfc3339(now + given["fresh"] * MS)
            body["staleUntil"] = rfc3339(now + given["stale"] * MS)
        return body

    async def do_fail(self, step: dict[str, Any]) -> None:
        self.line.answer(step["fail"], Failure("The connection was reset."))

    async def do_expect(self, step: dict[str, Any]) -> None:
        task = self.checks[step["expect"]]
        assert task.done(), "the check has not ended"
        error = task.exception()
        if "error" in step:
            assert isinstance(error, EdgeError), f"ended with {error!r}"
            assert error.code == step["error"], f"ended with {error.code}"
            return
        assert error is None, f"ended with {error!r}"
        verdict = task.result()
        has = {
            "hasAccess": verdict.has_access,
            "origin": verdict.origin,
            "reason": verdict.reason,
            "version": verdict.version,
        }
        for name, value in has.items():
            if name in step:
                assert step[name] == value, f"ended with {verdict}"

    async def do_pending(self, step: dict[str, Any]) -> None:
        assert not self.checks[step["pending"]].done(), "the check has ended"

    async def do_clock(self, step: dict[str, Any]) -> None:
        self.loop.clock.set += step["clock"] * MS

    async def do_token(self, step: dict[str, Any]) -> None:
        verifying = self.loop.create_task(
            self.client.verify_token(
                TOKENS["tokens"][step["token"]],
                application_slug=step["application"],
                external_org_id=step.get("organization"),
                user_id=step.get("user"),
            )
        )
        await self.loop.settle()
        keys = step.get("keys", "first")
        if self.line.oldest("jwks") is not None:
            assert keys != "none", "the keys are asked for"
            failure = Failure("The connection was reset.")
            self.line.answer("jwks", failure if keys == "fail" else json_response(TOKENS["keys"][keys]))
            await self.loop.settle()
        assert verifying.done(), "it has not ended"
        error = verifying.exception()
        if step.get("valid"):
            assert error is None, f"ended with {error!r}"
        else:
            assert isinstance(error, EdgeError) and error.code == step["error"], f"ended with {error!r}"
