#!/usr/bin/env python3
"""What the refresh of a stale verdict costs: processor time of the edge for checks of stale verdicts, each of which brings a
refresh behind it, less that for as many checks of fresh ones. Prints both by turns. Needs what `make build` makes.

    python3 bench/refresh.py                  # half a minute
    python3 bench/refresh.py --checks 6000 --rounds 3
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from harness import processes
from harness.edge import HOUR_MS, Edge
from harness.processes import say

USERS = 200
#: Between two checks, seconds: time for a refresh, of which an instance makes one at a time at first. A check of a stale
#: verdict that comes meanwhile starts none.
PAUSE = 0.004


def measure(edge, checks):
    """Processor milliseconds of the edge, and refreshes, for that many checks."""
    cpu, calls = edge.server.cpu_seconds(), edge.erp_calls()
    for number in range(checks):
        edge.check(number % USERS)
        time.sleep(PAUSE)
    # The last refreshes.
    time.sleep(0.5)
    return 1000 * (edge.server.cpu_seconds() - cpu), edge.erp_calls() - calls


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--checks", type=int, default=2000, help="checks in each turn [default: 2000]")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each [default: 2]")
    given = parser.parse_args()
    if os.environ.get("RUST_BACKTRACE"):
        say("RUST_BACKTRACE is set: each error that an optional call comes to costs more than it does in production")
    with tempfile.TemporaryDirectory(prefix="bheem-refresh-") as folder, processes.Servers(folder) as servers:
        edges = {}
        for name, fresh_ms in (("fresh", HOUR_MS), ("stale", 1)):
            (Path(folder) / name).mkdir()
            edges[name] = Edge(servers, Path(folder) / name, name, fresh_ms=fresh_ms)
            edges[name].warm_once(USERS)
        time.sleep(1)
        for turn in range(1, given.rounds + 1):
            fresh, none = measure(edges["fresh"], given.checks)
            stale, refreshes = measure(edges["stale"], given.checks)
            if none or not refreshes:
                raise SystemExit(f"refresh.py: {none} refreshes of fresh verdicts, {refreshes} of stale ones")
            print(f"{turn}: {given.checks} checks: fresh {fresh:.0f} ms of processor time, stale {stale:.0f} ms with "
                  f"{refreshes} refreshes: {(stale - fresh) / refreshes:.2f} ms each", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
