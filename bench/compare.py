#!/usr/bin/env python3
"""Two builds of the edge side by side, by turns in one run: is the new one as fast as the old one?

    git worktree add ../old COMMIT && make -C ../old        # the build to compare with
    make && python3 bench/compare.py ../old

Each build is the embedded host, its components and its manifest, as `make` leaves them in a checkout. Measured are seat
checks from the cache and webhooks; ratios are of the medians of all turns, new against old.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness import paths, processes, tools, webhooks
from harness.edge import Edge
from harness.load import Request, fire
from harness.processes import say
from harness.turns import LOADS, MANY, Plan, Turns

USERS = 1000


@dataclass(frozen=True)
class Loaded:
    """A server and what is asked of it."""

    name: str
    server: object
    request: Request


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("old", type=Path, help="a checkout with a build in its target/")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each build [default: 5]")
    parser.add_argument("--seconds", type=int, default=5, help="of each turn [default: 5]")
    given = parser.parse_args()
    tools.need_wrk()
    plan = Plan(given.rounds, given.seconds)
    with tempfile.TemporaryDirectory(prefix="bheem-compare-") as folder, processes.Servers(folder) as servers:
        edges = {"old": start(servers, Path(folder), "old", given.old), "new": start(servers, Path(folder), "new", paths.ROOT)}
        report("seat checks", seat_checks(plan, edges), LOADS)
        report("webhooks", events(plan, edges, Path(folder)), (MANY,))
    return 0


def start(servers, folder, name, checkout):
    (folder / name).mkdir()
    program, manifest = checkout / "target" / "release" / "bheem-edge", checkout / "spin.toml"
    secret = {"SPIN_VARIABLE_WEBHOOK_SECRETS_STRIPE": webhooks.SECRET}
    edge = Edge(servers, folder / name, name, variables=secret, program=program.resolve(), manifest=manifest.resolve())
    edge.warm(USERS)
    return edge


def seat_checks(plan, edges):
    return Turns().take(plan, [Loaded(name, edge.server, edge.request(USERS)) for name, edge in edges.items()])


def events(plan, edges, folder):
    turns = Turns()
    for number in range(plan.rounds):
        for name, edge in edges.items():
            file = folder / "events"
            webhooks.write_events(file, plan.seconds * webhooks.ENOUGH)
            figures = fire(edge.server, Request(webhooks.PATH, events=str(file)), MANY, plan.seconds)
            turns.seen.setdefault((name, MANY), []).append(figures)
            say(f"  round {number + 1} of {plan.rounds}: {name}: {figures.per_second:,.0f} events/s")
    return turns


def report(what, turns, loads):
    for connections in loads:
        old, new = turns.median("old", connections), turns.median("new", connections)
        print(
            f"{what}, {connections} connections: {new.per_second:,.0f}/s against {old.per_second:,.0f}/s, "
            f"{new.per_second / old.per_second:.3f} x; p99 {new.p99:,.0f} against {old.p99:,.0f} µs; "
            f"processor time {new.cpu:.1f} against {old.cpu:.1f} µs each"
        )


if __name__ == "__main__":
    sys.exit(main())
