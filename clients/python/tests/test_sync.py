"""The client for threads, over real sockets."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fake_edge import PATIENCE, FakeEdge

from bheem_edge import EdgeClient, EdgeUnavailableError, ProblemError, SeatCheck, SeatVerdict, TokenError

ANA: dict[str, Any] = {"user_id": "ana", "application_slug": "healos", "external_org_id": "hospital_456"}


@pytest.fixture
def client(edge: FakeEdge) -> Iterator[EdgeClient]:
    # Nothing here waits for time: the limits are only there for a machine that is very busy.
    with EdgeClient(edge.url, "key", timeout=PATIENCE) as client:
        edge.wait_until_followed()
        yield client


def test_a_check_is_answered_by_the_edge_and_then_from_memory(edge: FakeEdge, client: EdgeClient) -> None:
    first, second = client.verify_seat(**ANA), client.verify_seat(**ANA)
    assert (first.has_access, first.origin, first.seat_id) == (True, "edge", "seat_1")
    assert (second.has_access, second.origin) == (True, "memory")
    assert edge.checks == [
        {"userId": "ana", "applicationSlug": "healos", "externalOrgId": "hospital_456", "lifetime": True}
    ]
    assert edge.credentials == {"Bearer key"}


def test_a_revocation_that_the_feed_tells_of_is_obeyed(edge: FakeEdge, client: EdgeClient) -> None:
    assert client.verify_seat(**ANA).has_access
    edge.revoke("ana")
    verdict = client.verify_seat(**ANA)
    assert (verdict.has_access, verdict.reason, verdict.origin) == (False, "SEAT_REVOKED", "edge")


def test_threads_that_ask_at_once_share_one_request(edge: FakeEdge, client: EdgeClient) -> None:
    asking = threading.Barrier(8)
    asked = threading.Event()
    edge.before_answer = lambda: None if asked.wait(PATIENCE) else None

    def ask(_: int) -> SeatVerdict:
        asking.wait(PATIENCE)
        check = client._following().submit(client._engine.check(question))
        handed.release()
        return check.result(PATIENCE)

    question = SeatCheck("healos", "hospital_456", "ana")
    handed = threading.Semaphore(0)
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(ask, number) for number in range(8)]
        for _ in range(8):
            assert handed.acquire(timeout=PATIENCE)
        # All have been handed to the loop: once it has done something later, they are under way.
        client._following().wait(asyncio.sleep(0))
        asked.set()
        assert {answer.result(PATIENCE).origin for answer in answers} == {"edge"}
    assert len(edge.checks) == 1


def test_many_threads_at_once_get_right_answers(edge: FakeEdge, client: EdgeClient) -> None:
    edge.denied = {f"user_{number}" for number in range(0, 20, 2)}

    def ask(number: int) -> None:
        for _ in range(50):
            verdict = client.verify_seat(**{**ANA, "user_id": f"user_{number % 20}"})
            assert verdict.has_access == (number % 2 == 1), verdict

    with ThreadPoolExecutor(16) as threads:
        for done in [threads.submit(ask, number) for number in range(40)]:
            done.result(PATIENCE)
    assert len(edge.checks) == 20


def test_while_the_edge_is_down_what_is_remembered_is_used(edge: FakeEdge, client: EdgeClient) -> None:
    client.verify_seat(**ANA)
    edge.status = 500
    stale = client.verify_seat(**ANA, min_version=1)
    assert (stale.has_access, stale.origin) == (True, "memory")
    unknown = client.verify_seat(**{**ANA, "user_id": "bob"})
    assert (unknown.has_access, unknown.reason, unknown.origin) == (False, "EDGE_UNAVAILABLE", "unavailable")


def test_what_is_answered_then_is_chosen() -> None:
    # Nobody listens there.
    nowhere = "http://127.0.0.1:9"
    with EdgeClient(nowhere, "key", on_unavailable="deny") as client:
        assert client.verify_seat(**ANA) == SeatVerdict.unavailable()
    with EdgeClient(nowhere, "key", on_unavailable="error") as client, pytest.raises(EdgeUnavailableError) as caught:
        client.verify_seat(**ANA)
    assert caught.value.code == "UNAVAILABLE"
    chosen = SeatVerdict.unavailable(has_access=True, reason="FREE_TIER")
    with EdgeClient(nowhere, "key", on_unavailable=lambda check, error: chosen) as client:
        assert client.verify_seat(**ANA) is chosen


def test_a_mistake_is_an_error(edge: FakeEdge, client: EdgeClient) -> None:
    edge.status = 403
    with pytest.raises(ProblemError) as caught:
        client.verify_seat(**ANA)
    assert (caught.value.status, caught.value.detail) == (403, "The ERP is gone.")


def test_any_event_loop_may_ask(edge: FakeEdge, client: EdgeClient) -> None:
    async def ask() -> list[str]:
        return [(await client.averify_seat(**ANA)).origin for _ in range(2)]

    assert asyncio.run(ask()) == ["edge", "memory"]
    assert asyncio.run(ask()) == ["memory", "memory"]


def test_tokens_are_verified_with_keys_that_are_read_once(edge: FakeEdge) -> None:
    with EdgeClient(edge.url) as client:
        edge.wait_until_followed()
        for _ in range(3):
            token = client.verify_token(edge.token(), application_slug="healos", user_id="ana")
        assert (token.user_id, token.external_org_id, token.organization_id) == ("ana", "hospital_456", "o1")
        assert edge.keys_read == 1
        edge.revoke("ana")
        with pytest.raises(TokenError) as caught:
            client.verify_token(edge.token(iat=1), application_slug="healos")
        assert caught.value.code == "TOKEN_SUPERSEDED"
    assert edge.credentials == {None}


def test_typed_calls_reach_the_edge(edge: FakeEdge, client: EdgeClient) -> None:
    found: Any = client.calls.get_budget("b 1")
    assert found == {"path": "/api/v1/enterprise-billing/budgets/b%201"}


@pytest.mark.parametrize(("url", "key"), [("edge:3000", "key"), ("", "key"), ("http://edge", "kéy"), ("http://edge", "k\n")])
def test_an_address_or_a_key_that_is_none_is_a_mistake(url: str, key: str) -> None:
    with pytest.raises(ValueError, match="edge|key"):
        EdgeClient(url, key)


def test_a_client_that_was_closed_says_so(edge: FakeEdge, client: EdgeClient) -> None:
    client.verify_seat(**ANA)
    client.close()
    assert client.verify_seat(**{**ANA, "user_id": "bob"}) == SeatVerdict.unavailable()
    with pytest.raises(EdgeUnavailableError, match="closed"):
        client.calls.get_budget("b")
    client.close()


def test_closing_ends_checks_that_wait(edge: FakeEdge) -> None:
    client = EdgeClient(edge.url, "key", timeout=PATIENCE, on_unavailable="error")
    arrived, closed = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        closed.wait(PATIENCE)

    edge.before_answer = hold
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.verify_seat, **ANA)
        assert arrived.wait(PATIENCE)
        client.close()
        closed.set()
        with pytest.raises(EdgeUnavailableError, match="closed"):
            waiting.result(PATIENCE)


def test_a_client_that_nobody_holds_ends_its_thread(edge: FakeEdge) -> None:
    client = EdgeClient(edge.url, "key")
    client.start()
    assert client._worker is not None
    thread = client._worker._thread
    del client
    gc.collect()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def ask_in_child(client: EdgeClient, answers: multiprocessing.connection.Connection) -> None:
    answers.send([client.verify_seat(**ANA).origin for _ in range(2)][0])
    client.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_forked_process_has_a_client_of_its_own(edge: FakeEdge, client: EdgeClient) -> None:
    assert client.verify_seat(**ANA).origin == "edge"
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=ask_in_child, args=(client, there))
    child.start()
    assert here.poll(PATIENCE) and here.recv() == "edge"
    child.join(PATIENCE)
    assert child.exitcode == 0
    assert client.verify_seat(**ANA).origin == "memory"
