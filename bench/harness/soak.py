"""A day of stale traffic in some minutes: every answer is older than fresh, so that each brings a refresh behind it,
and memory is watched."""

import time

from .edge import Edge
from .load import fire
from .processes import say

USERS = 1000
#: With the default of seat_fresh_ms, ten seconds, a user who is checked all the time brings this many.
REFRESHES_AN_HOUR = 360
#: Memory is flat if what is held in the last third is within this of what was held in the second. The first warms up:
#: instances spread over the pool, and each place keeps some pages.
FLAT = 1.10


def run(servers, folder, minutes):
    """Tells each ten seconds how it goes; gives all figures."""
    folder.mkdir()
    edge = Edge(servers, folder, "edge", fresh_ms=1)
    edge.warm_once(USERS)
    say(f"soaking for {minutes:g} minutes: {USERS} users, fresh for 1 ms")
    series, started, before = [], time.monotonic(), edge.erp_calls()
    requests = 0
    while (elapsed := time.monotonic() - started) < minutes * 60:
        figures = fire(edge.server, edge.request(USERS), 32, 10, seed=int(elapsed))
        requests += round(figures.per_second * 10)
        point = {
            "seconds": round(time.monotonic() - started),
            "requests": requests,
            "refreshes": edge.erp_calls() - before,
            "resident_mib": round(edge.server.resident_mib(), 1),
            "anonymous_mib": round(edge.server.anonymous_mib(), 1),
            "p99_us": round(figures.p99),
        }
        series.append(point)
        say("  " + ", ".join(f"{name} {value:,}" for name, value in point.items()))
    third = max(1, len(series) // 3)
    warm = max(point["anonymous_mib"] for point in series[third : 2 * third] or series[:1])
    last = max(point["anonymous_mib"] for point in series[-third:])
    refreshes = series[-1]["refreshes"]
    return {
        "series": series,
        "refreshes": refreshes,
        "hours": refreshes / USERS / REFRESHES_AN_HOUR,
        "warm_mib": warm,
        "last_mib": last,
        "flat": last <= warm * FLAT,
    }
