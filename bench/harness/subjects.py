"""What is measured against what."""

import http.client
import json
from dataclasses import dataclass
from datetime import datetime

from . import paths, peers, recorded, tools
from .edge import APPLICATION, ORGANISATION, Edge
from .http_json import Unexpected
from .load import Request
from .processes import Server, free_port, say

#: Users whose verdicts are known, in the edge's cache and in the peers' file alike.
USERS = 1000

PLANS = "/api/v1/billing/plans"


@dataclass
class Subject:
    """A running server, and what it is asked."""

    name: str
    what: str
    server: Server
    request: Request
    #: The edge behind it, where it is one.
    edge: Edge | None = None


def hello(servers, folder):
    port = free_port()
    command = [paths.EDGE, "up", "-f", paths.HELLO_MANIFEST, "--listen", f"127.0.0.1:{port}"]
    server = servers.start("hello", port, [*command, "--state-dir", folder / "state"])
    return Subject("hello", "hello-world component, same host", server, Request())


def wasmtime(servers, _folder):
    binary = tools.wasmtime()
    port = free_port()
    command = [binary, "serve", "-Sp3,cli", "-Wcomponent-model-async", "--addr", f"127.0.0.1:{port}"]
    server = servers.start("wasmtime", port, [*command, paths.HELLO_WASM])
    return Subject("wasmtime", "hello-world component, wasmtime serve", server, Request())


def edge(servers, folder):
    running = Edge(servers, folder)
    running.warm(USERS)
    return Subject("edge", "this edge, cache hits", running.server, running.request(USERS), running)


def from_record(servers, folder):
    running = recorded.edge_with_few(servers, folder / "edge", USERS)
    return Subject("recorded", "this edge, cache hits, seats at the edge", running.server, running.request(USERS), running)


def plans(servers, folder):
    running = Edge(servers, folder, "plans")
    return Subject("plans", "this edge, the list of plans", running.server, Request(PLANS))


def _peer(name, what, start):
    def started(servers, folder):
        database = folder / "peer.db"
        peers.make_database(database, USERS)
        return Subject(name, what, start(servers, database), peers.request(USERS))

    return started


STARTERS = {
    "hello": hello,
    "edge": edge,
    "recorded": from_record,
    "plans": plans,
    "wasmtime": wasmtime,
    "axum": _peer("axum", "same job, native axum", peers.start_axum),
    "fastapi": _peer("fastapi", "same job, FastAPI + uvicorn", peers.start_fastapi),
    "fastify": _peer("fastify", "same job, Fastify", peers.start_fastify),
}


def start(servers, folder, names):
    """Starts those of `names` that can be had; gives them, and why the others cannot."""
    running, missing = [], {}
    for name in names:
        say(f"starting {name}")
        place = folder / name
        place.mkdir()
        try:
            running.append(STARTERS[name](servers, place))
        except peers.CannotRun as reason:
            say(f"  without {name}: {reason}")
            missing[name] = str(reason)
    for subject in running:
        check(subject)
    return running, missing


def check(subject):
    """Every subject must do the whole job before its speed means anything."""
    if subject.request.path == PLANS:
        for _ in range(2):
            status, headers, body = ask(subject, "GET")
            expect(subject, (status, len(json.loads(body)["plans"])), (200, 3))
            expect(subject, {"Etag", "Age", "X-Request-Id", "Server-Timing"} - {name.title() for name in headers}, set())
        return
    if not subject.request.users:
        status, _, body = ask(subject, "GET")
        expect(subject, (status, body), (200, b"Hello, world\n"))
        return
    expect(subject, ask(subject, "POST", subject.request.key[:-1] + "x")[0], 401)
    status, headers, body = ask(subject, "POST", subject.request.key)
    expect(subject, status, 200)
    expect(subject, {"X-Request-Id", "Server-Timing"} - {name.title() for name in headers}, set())
    verdict = json.loads(body)
    for name in ("expiresAt", "asOf"):
        verdict[name] = bool(datetime.fromisoformat(verdict[name].replace("Z", "+00:00")))
    expected = {
        "hasAccess": True, "seatId": "seat_u0000007", "subscriptionStatus": "ACTIVE", "expiresAt": True,
        "reason": "SEAT_ACTIVE", "source": "cache", "asOf": True, "version": 1,
    }  # fmt: skip
    if subject.name == "recorded":
        # The edge gives ids of its own, and its versions count all changes of the subscription.
        expected |= {name: verdict[name] for name in ("seatId", "version") if verdict[name]}
    expect(subject, verdict, expected)


def ask(subject, method, key=""):
    connection = http.client.HTTPConnection("127.0.0.1", subject.server.port, timeout=10)
    check = {"userId": "u0000007", "applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"} if key else {}
    try:
        connection.request(method, subject.request.path, json.dumps(check) if key else None, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def expect(subject, seen, expected):
    if seen != expected:
        raise Unexpected(f"{subject.name} does not do the job: {seen}, not {expected}")
