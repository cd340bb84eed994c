#!/usr/bin/env python3
"""What many nodes carry, and how soon a revocation counts everywhere: a simulation of events, one after the other, by a clock
of its own. docs/scaling.md reads its figures. The same seed gives the same figures.

    python3 bench/scaling.py                       # all of it, under a minute
    python3 bench/scaling.py --quick               # what `make test` runs: a second or two, invariants alone
    python3 bench/scaling.py --only cells --nodes 1,2,4,10,20 --service-us 147

Python's standard library is all that it needs.
"""

import argparse
import heapq
import itertools
import random
import sys
from dataclasses import dataclass

#: Reconciliation of a region's cache with the record, seconds (shared/entitlement/seats/src/reconciliation.rs): behind an
#: answer after RECHECK, before it after EXPIRE; the database may take TIMEOUT; after a failure EXPIRE_AFTER_FAILURE.
RECHECK, EXPIRE, TIMEOUT, EXPIRE_AFTER_FAILURE = 0.5, 0.9, 0.3, 2.0
#: For how long a verdict is fresh, and how long it may be used while no newer one can be had, seconds.
FRESH, STALE = 10.0, 900.0


class Events:
    """What happens, in the order of its time."""

    def __init__(self):
        self.now, self.queue, self.number = 0.0, [], itertools.count()

    def at(self, when, act, *arguments):
        heapq.heappush(self.queue, (when, next(self.number), act, arguments))

    def run(self, until):
        while self.queue and self.queue[0][0] <= until:
            self.now, _, act, arguments = heapq.heappop(self.queue)
            act(*arguments)
        self.now = until


class Servers:
    """Some servers behind one queue: cores of a node, the one thread of a Redis."""

    def __init__(self, events, count):
        self.events, self.free_at, self.busy = events, [0.0] * count, 0.0

    def serve(self, seconds):
        """When work of that length, that comes now, is done."""
        start = max(self.events.now, heapq.heappop(self.free_at))
        heapq.heappush(self.free_at, start + seconds)
        self.busy += seconds
        return start + seconds


@dataclass
class Parameters:
    """What was measured on one node; docs/scaling.md says where each is from."""

    #: Processor time of a check that is answered from the cache, seconds.
    service: float
    #: Cores of a node.
    cores: int
    #: Calls to the cache for each check, and what one costs the Redis, seconds of its one thread.
    cache_calls: float
    cache_call: float
    #: To the Redis and back, seconds.
    network: float
    #: How long the ERP takes, seconds, and how many checks it answers at once.
    erp: float
    erp_at_once: int


class Cell:
    """Nodes that share a Redis and a record. Checks come at random times (open loop), each of a user drawn by Zipf's law."""

    def __init__(self, parameters, nodes, users, rate, seed):
        self.p, self.rate, self.users = parameters, rate, users
        self.events, self.chance = Events(), random.Random(seed)
        self.nodes = [Servers(self.events, parameters.cores) for _ in range(nodes)]
        self.redis = Servers(self.events, 1)
        self.erp = Servers(self.events, parameters.erp_at_once)
        self.read_at, self.fetching = {}, set()
        self.took, self.asked, self.missed, self.stale = [], 0, 0, 0
        self.events.at(self.chance.expovariate(rate), self.check)

    def user(self):
        # Zipf's law with exponent 1, by its inverse: rank r with weight 1/r.
        return int((self.users + 1) ** self.chance.random())

    def check(self):
        now, p = self.events.now, self.p
        self.events.at(now + self.chance.expovariate(self.rate), self.check)
        node, user = self.chance.choice(self.nodes), self.user()
        # Most checks cost the same; some meet a garbage-laden instance, a new one, or a page that was not there.
        seconds = p.service * (0.8 + 0.2 * self.chance.expovariate(1.0))
        done = node.serve(seconds)
        self.events.at(done, self.ask_cache, now, user)

    def ask_cache(self, began, user):
        # The calls of one check come back to back.
        done = self.redis.serve(self.p.cache_call * self.p.cache_calls) + self.p.network
        self.events.at(done, self.decide, began, user)

    def decide(self, began, user):
        now = self.events.now
        age = now - self.read_at.get(user, -STALE)
        if age < STALE:
            self.took.append(now - began)
            if age >= FRESH:
                self.stale += 1
                self.fetch(user, None)
            return
        self.missed += 1
        self.fetch(user, began)

    def fetch(self, user, began):
        """One call for all who want the same."""
        if user in self.fetching and began is None:
            return
        is_asked = user not in self.fetching
        self.fetching.add(user)
        self.asked += is_asked
        done = self.erp.serve(self.p.erp * self.chance.expovariate(1.0) if is_asked else 0.0)
        self.events.at(done, self.fetched, user, began)

    def fetched(self, user, began):
        self.read_at[user] = self.events.now
        self.fetching.discard(user)
        if began is not None:
            self.took.append(self.events.now - began)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def cell(parameters, nodes, users, load, seconds, seed):
    """One cell at `load` of what its nodes' cores carry, after every user's verdict became known; a row of the report."""
    rate = nodes * parameters.cores / parameters.service * load
    cell = Cell(parameters, nodes, users, rate, seed)
    # Verdicts are known, of ages as they are in the long run.
    cell.read_at = {user: -cell.chance.random() * FRESH for user in range(1, users + 1)}
    cell.events.run(seconds)
    checks = len(cell.took)
    return {
        "nodes": nodes,
        "checks/s": round(checks / seconds),
        "p50 ms": round(quantile(cell.took, 0.5) * 1e3, 2),
        "p99 ms": round(quantile(cell.took, 0.99) * 1e3, 2),
        "cores": round(sum(node.busy for node in cell.nodes) / (nodes * parameters.cores * seconds), 2),
        "redis": min(1.0, round(cell.redis.busy / seconds, 2)),
        "ERP calls/s": round(cell.asked / seconds),
        "stale": round(cell.stale / max(1, checks), 3),
    }


class Region:
    """A cache of its own that is compared with the one record. A revocation elsewhere counts here once the cache has its
    raise; a check before that is still granted."""

    def __init__(self, events, chance, latency, jitter, rate, outage=None):
        self.events, self.chance, self.rate, self.outage = events, chance, rate, outage
        self.latency, self.jitter = latency, jitter
        #: When the comparison began that the cache was last found good by, and whether it could be made.
        self.compared, self.succeeded, self.comparing = 0.0, True, False
        #: Up to when the cache has every raise, and how old that was at most when a check was answered.
        self.applied, self.oldest = 0.0, 0.0
        events.at(chance.expovariate(rate), self.check)

    def round_trip(self):
        return self.latency + self.chance.expovariate(1 / self.jitter) if self.jitter else self.latency

    def check(self):
        now = self.events.now
        self.events.at(now + self.chance.expovariate(self.rate), self.check)
        age = now - self.compared
        if age >= RECHECK and not self.comparing:
            self.compare()
        expire = EXPIRE if self.succeeded else EXPIRE_AFTER_FAILURE
        if age >= expire and self.comparing:
            # The answer waits for the comparison, no longer than TIMEOUT.
            self.waiting.append(now)
            return
        self.answered(now)

    def compare(self):
        self.comparing, self.waiting, began = True, [], self.events.now
        trip = self.round_trip()
        away = self.outage and self.outage[0] <= began < self.outage[1]
        failed = away or trip > TIMEOUT
        self.events.at(began + min(trip, TIMEOUT), self.compared_at, began, failed)

    def compared_at(self, began, failed):
        self.comparing, self.compared, self.succeeded = False, began, not failed
        if not failed:
            # The database has at least what was committed before it was asked.
            self.applied = max(self.applied, began)
        for _ in self.waiting:
            self.answered(self.events.now)

    def answered(self, now):
        """A check is answered: with whatever the cache had, that is all raises up to `applied`."""
        self.oldest = max(self.oldest, now - self.applied)


def regions(latency, jitter, rate, seconds, seed, outage=None):
    """The greatest age, in any answer, of the news that the answer was given by: how long a revoked seat may be granted."""
    events, chance = Events(), random.Random(seed)
    region = Region(events, chance, latency, jitter, rate, outage)
    events.run(seconds)
    return region.oldest


#: What docs/scaling.md promises while the database answers within TIMEOUT: an answer without a comparison is given up to EXPIRE
#: after the last one began; whoever waits for one gets its news, which is no older than TIMEOUT.
BOUND = EXPIRE + TIMEOUT


def table(rows):
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in rows[0]}
    print("  ".join(name.rjust(widths[name]) for name in widths))
    for row in rows:
        print("  ".join(str(row[name]).rjust(widths[name]) for name in widths))
    print()


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("cells", "regions"))
    parser.add_argument("--nodes", default="1,2,3,4,10")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--load", type=float, default=0.6, help="of what the cores carry")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--service-us", type=float, default=147, help="processor time of a check from the cache")
    parser.add_argument("--cache-calls", type=float, default=3.8, help="for each check")
    parser.add_argument("--cache-call-us", type=float, default=7, help="of the Redis's thread for each call")
    parser.add_argument("--network-us", type=float, default=300, help="to the Redis and back")
    parser.add_argument("--erp-ms", type=float, default=20)
    parser.add_argument("--erp-at-once", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1.0, help="of simulated time for each cell")
    parser.add_argument("--seed", type=int, default=20)
    return parser.parse_args()


def main():
    given = options()
    if given.quick:
        given.nodes, given.seconds, given.users = "1,2", 0.3, 10_000
    parameters = Parameters(
        service=given.service_us / 1e6,
        cores=given.cores,
        cache_calls=given.cache_calls,
        cache_call=given.cache_call_us / 1e6,
        network=given.network_us / 1e6,
        erp=given.erp_ms / 1e3,
        erp_at_once=given.erp_at_once,
    )
    failed = []
    print(f"seed {given.seed}")
    if given.only != "regions":
        print(f"cells: nodes with {given.cores} cores at {given.load:.0%} of them, one Redis, {given.users:,} users\n")
        rows = [
            cell(parameters, int(nodes), given.users, given.load, given.seconds, given.seed) for nodes in given.nodes.split(",")
        ]
        table(rows)
        for row in rows:
            expected = row["nodes"] * given.cores / parameters.service * given.load
            # Little's law and the law of large numbers: what comes is served while no queue grows.
            if row["redis"] < 0.9 and not 0.9 < row["checks/s"] / expected < 1.1:
                failed.append(f"{row['nodes']} nodes serve {row['checks/s']} of {expected:.0f} checks a second")
    if given.only != "cells":
        print("regions: how old the news is by which a region answers, at most\n")
        seeds = 2 if given.quick else 20
        rows = []
        for name, latency, jitter, rate in (
            ("beside the record", 0.001, 0.001, 200),
            ("same continent", 0.03, 0.005, 200),
            ("another continent", 0.15, 0.01, 200),
            ("another continent, little asked", 0.15, 0.01, 0.5),
        ):
            worst = max(regions(latency, jitter, rate, 60, given.seed + it) for it in range(seeds))
            rows.append({"region": name, "round trip ms": latency * 1e3, "at most s": round(worst, 2), "bound s": BOUND})
            if worst > BOUND:
                failed.append(f"{name}: {worst:.2f} s, and {BOUND:.2f} s are promised")
        out = max(regions(0.001, 0.001, 200, 60, given.seed + it, (20.0, 40.0)) for it in range(seeds))
        bound = 20 + EXPIRE_AFTER_FAILURE + TIMEOUT
        rows.append({"region": "the record is away for 20 s", "round trip ms": 1.0, "at most s": round(out, 2), "bound s": bound})
        if out > bound:
            failed.append(f"an outage of 20 s: {out:.2f} s")
        table(rows)
    for line in failed:
        print(f"FAILED: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
