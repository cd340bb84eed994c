#!/usr/bin/env python3
"""`make bench`: the edge under load, by turns with what else one could use. docs/performance.md says how to read it.

Progress is on standard error, the report on standard output, and the same as JSON in bench/results. Everything listens
on the loopback interface and is stopped when this ends, however it ends.
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from harness import bars, paths, processes, recorded, report, rules, soak, subjects, tools, verdicts, webhooks
from harness.edge import Edge
from harness.load import LoadFailed
from harness.peers import CannotRun
from harness.processes import say
from harness.turns import MANY, Plan, Turns

EXTRAS = ("verdicts", "cold", "start", "webhooks", "rules")
STARTS = 5


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    known = [*subjects.STARTERS, *EXTRAS]
    parser.add_argument("--only", help=f"some of these, by commas: {','.join(known)}")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns: under four minutes")
    parser.add_argument("--rounds", type=int, help="turns of each server [default: 5, quick: 2]")
    parser.add_argument("--seconds", type=int, help="of each turn with 32 connections; half of it with 4 and with 1 [default: 6, quick: 3]")
    parser.add_argument("--host", choices=("release", "dist"), default="release",
                        help="the profile that the host is built in; dist is what is shipped [default: release]")  # fmt: skip
    parser.add_argument("--no-build", action="store_true", help="measure what is there")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a bar fails")
    given = parser.parse_args()
    chosen = given.only.split(",") if given.only else known
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        parser.error(f"no such server: {', '.join(unknown)}; there are {', '.join(known)}")
    paths.EDGE = paths.edge(given.host)
    rounds = given.rounds or (2 if given.quick else 5)
    seconds = given.seconds or (3 if given.quick else 6)
    return given, chosen, Plan(rounds, seconds)


def main():
    given, chosen, plan = options()
    # `kill` ends it as Ctrl-C does: by way of everything that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        tools.need_wrk()
        if not given.no_build:
            tools.build()
        with tempfile.TemporaryDirectory(prefix="bheem-bench-") as folder, processes.Servers(folder) as servers:
            if os.environ.get("SOAK") == "1":
                return soaked(servers, Path(folder))
            failed = measured(servers, Path(folder), chosen, plan, not given.no_build, given.host)
        return 1 if failed and given.strict else 0
    except (CannotRun, LoadFailed, RuntimeError) as error:
        say(f"bench: {error}")
        return 2
    except KeyboardInterrupt:
        say("bench: stopped")
        return 130


def measured(servers, folder, chosen, plan, build, host):
    started, load_before = time.monotonic(), os.getloadavg()[0]
    names = [name for name in subjects.STARTERS if name in chosen]
    running, missing = subjects.start(servers, folder, names)
    edge = next((subject.edge for subject in running if subject.edge), None)
    asked_before = edge.erp_calls() if edge else 0
    turns = Turns().take(plan, running)
    if edge and edge.erp_calls() != asked_before:
        raise RuntimeError("the ERP was asked: these were not cache hits alone")
    judged = bars.from_turns(turns, host == "dist")
    told = {"missing": missing, "host": host, "load_before": load_before}
    if "verdicts" in chosen:
        more, ratio = many_verdicts(servers, folder, plan, turns)
        running += more
        judged.append(ratio)
    if "cold" in chosen:
        took = recorded.cold_checks(servers, folder / "cold")
        judged.append(bars.Bar("cold check by the record, 1,000,000 seats, p99", recorded.p99(took) * 1000, 5, False, "ms"))
    if "webhooks" in chosen:
        receivers, received, held, without = webhooks.measure(servers, folder, plan)
        turns.seen.update(received.seen)
        running, judged = running + receivers, judged + held
        missing.update(without)
    if "start" in chosen:
        judged.append(warm_start(servers, folder, edge))
    decisions = None
    if "rules" in chosen:
        try:
            decisions, told["rules"] = rules.measure(2 if plan.rounds > 2 else 1, build)
        except CannotRun as reason:
            missing["rules"] = str(reason)
    parts = [report.heading(host, load_before)]
    if running:
        parts.append("\n".join(report.table(turns, running)))
    if judged:
        parts.append("\n".join(report.aligned([("bar", "seen", "bound", "")] + [bar.line() for bar in judged])))
    if decisions:
        parts.append(decisions)
    print("\n\n".join(parts))
    for name, reason in missing.items():
        print(f"not measured: {name}: {reason}")
    path = report.write("bench", report.as_json(turns, running, judged, told))
    say(f"took {time.monotonic() - started:.0f} s; written to {path}")
    return any(bar.holds is False for bar in judged)


def many_verdicts(servers, folder, plan, turns):
    say(f"storing {verdicts.FEW:,} and {verdicts.MANY:,} verdicts")
    few = verdicts.edge_with(servers, folder / "few", "few", verdicts.FEW)
    many = verdicts.edge_with(servers, folder / "many", "many", verdicts.MANY)
    turns.take(plan, [few, many], loads=(MANY,))
    p99 = turns.median("many", MANY).p99 / turns.median("few", MANY).p99
    return [few, many], bars.Bar("1,000,000 stored verdicts against 1,000, p99", p99, 1.3, at_least=False)


def warm_start(servers, folder, edge):
    """From the start of the process to its first answer, with what was compiled kept on disk."""
    if edge is None:
        (folder / "start").mkdir()
        edge = Edge(servers, folder / "start")
    took = []
    for _ in range(STARTS):
        edge.stop()
        took.append(edge.start().took)
    say(f"  started {STARTS} times: {', '.join(f'{seconds:.2f} s' for seconds in took)}")
    return bars.Bar("start with warm compiled cache, to the first answer", statistics.median(took), 1, False, "s")


def soaked(servers, folder):
    seen = soak.run(servers, folder / "soak", float(os.environ.get("SOAK_MINUTES", "15")))
    hours = seen["hours"]
    print(f"{seen['refreshes']:,} refreshes: {hours:.1f} h of {soak.USERS:,} users who are checked all the time")
    print(f"anonymous memory, second third at most {seen['warm_mib']:.0f} MiB, last third {seen['last_mib']:.0f} MiB: "
          + ("flat" if seen["flat"] else "NOT FLAT"))  # fmt: skip
    say(f"written to {report.write('soak', seen)}")
    return 0 if seen["flat"] else 1


if __name__ == "__main__":
    sys.exit(main())
