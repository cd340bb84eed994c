"""Webhooks: verified and stored before they are answered, by the edge and by a receiver in Express.

Each event is another, signed as Stripe signs and sent once. It is of a kind that neither acts on, so that both do the
same: prove the signature, store the event for good, answer.
"""

import hashlib
import hmac
import http.client
import json
import shutil
import sqlite3
import time

from . import bars, paths
from .edge import Edge
from .http_json import Unexpected
from .load import Request, fire
from .peers import CannotRun, node_headers, run
from .processes import free_port, say
from .subjects import Subject
from .turns import MANY, Turns

SECRET = "whsec_of_the_bench"
PATH = "/webhooks/stripe"

#: Bytes of a body.
SIZE = 2048

#: Events for each second of a turn: more than any server here can take.
ENOUGH = 12_000


def measure(servers, folder, plan):
    """The servers, their turns, and the bars; the peer's absence is for the caller to report."""
    running = [edge(servers, folder / "edge-webhooks")]
    missing = {}
    try:
        running.append(express(servers, folder / "express"))
    except CannotRun as reason:
        missing["express"] = str(reason)
    for subject in running:
        check(subject)
    turns, answered = Turns(), {subject.name: 1 for subject in running}
    for number in range(plan.rounds):
        for subject in running:
            events = folder / "events"
            for seconds, counts in ((plan.warm_up, False), (plan.seconds, True)):
                write_events(events, seconds * ENOUGH)
                figures = fire(subject.server, Request(PATH, events=str(events)), MANY, seconds)
                answered[subject.name] += round(figures.per_second * seconds * 0.9)
                if counts:
                    turns.seen.setdefault((subject.name, MANY), []).append(figures)
                    say(
                        f"  round {number + 1} of {plan.rounds}: {subject.name}, {MANY} connections: "
                        f"{figures.per_second:,.0f} events/s, p50 {figures.p50:,.0f} µs, p99 {figures.p99:,.0f} µs"
                    )
    for subject in running:
        kept = subject.stored()
        if kept < answered[subject.name]:
            raise Unexpected(f"{subject.name} stored {kept} events and answered at least {answered[subject.name]}")
    return running, turns, judge(turns), missing


def judge(turns):
    ours, theirs = turns.median("webhooks", MANY), turns.median("express", MANY)
    judged = [bars.Bar("webhooks verified and stored, 32 connections, p99", ours.p99 / 1000, 50, False, "ms")]
    if theirs:
        ratio = ours.per_second / theirs.per_second
        judged.append(bars.Bar("webhooks against Express + stripe + better-sqlite3, events/s", ratio, 4))
    return judged


class Receiver(Subject):
    """A server that stores events, and how many it has stored."""

    stored = None


def edge(servers, folder):
    folder.mkdir()
    running = Edge(servers, folder, "edge-webhooks", variables={"SPIN_VARIABLE_WEBHOOK_SECRETS_STRIPE": SECRET})
    receiver = Receiver("webhooks", "this edge, webhooks verified and stored", running.server, Request(PATH), running)
    receiver.stored = lambda: count(folder / "state" / "sqlite_db.db", "webhook_events")
    return receiver


def express(servers, folder):
    peer = paths.PEERS / "express"
    if not shutil.which("node") or not shutil.which("npm"):
        raise CannotRun("install Node.js 20 or later, with npm")
    if not (peer / "node_modules" / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node").exists():
        say("  installing Express, stripe and better-sqlite3 from npm; compiles SQLite, takes some minutes")
        run("npm", "ci", "--no-audit", "--no-fund", cwd=peer, env=node_headers())
    folder.mkdir()
    port = free_port()
    server = servers.start("express", port, ["node", peer / "peer.mjs", port, folder / "peer.db", SECRET])
    receiver = Receiver("express", "same job, Express + stripe SDK + better-sqlite3", server, Request(PATH))
    receiver.stored = lambda: count(folder / "peer.db", "events")
    return receiver


def count(database, table):
    with sqlite3.connect(database) as connection:
        number = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    connection.close()
    return number


def event(number):
    """An event of `SIZE` bytes that is like no other, and its signature."""
    now = int(time.time())
    body = {
        "id": f"evt_{time.time_ns():x}_{number}", "object": "event", "api_version": "2025-09-30.clover", "created": now,
        "type": "customer.updated", "data": {"object": {"id": f"cus_{number}", "object": "customer", "description": ""}},
    }  # fmt: skip
    body["data"]["object"]["description"] = "x" * (SIZE - len(json.dumps(body)))
    text = json.dumps(body)
    signature = hmac.new(SECRET.encode(), f"{now}.{text}".encode(), hashlib.sha256).hexdigest()
    return f"t={now},v1={signature}", text


def write_events(path, number):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("\t".join(event(each)) + "\n" for each in range(number))


def check(subject):
    """Each must do the whole job before its speed means anything."""
    signature, text = event(0)
    for sent, body, expected in [
        (signature, text, (200, {"status": "ignored", "reason": "unhandled_event"})),
        (signature, text, (200, {"status": "ignored", "reason": "unhandled_event", "duplicate": True})),
        (signature, text.replace("xx", "xy", 1), (400, "INVALID_SIGNATURE")),
        ("", text, (400, "INVALID_SIGNATURE")),
    ]:
        status, answer = post(subject, sent, body)
        seen = (status, answer if status == 200 else answer.get("code"))
        if seen != expected:
            raise Unexpected(f"{subject.name} does not do the job: {seen}, not {expected}")


def post(subject, signature, body):
    connection = http.client.HTTPConnection("127.0.0.1", subject.server.port, timeout=10)
    try:
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        connection.request("POST", PATH, body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
