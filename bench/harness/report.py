"""One table, and the same as JSON."""

import json
import os
import platform
import subprocess
import time
from pathlib import Path

from . import paths
from .turns import LOADS, MANY


def machine():
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release()}


def source():
    """What is measured: the commit that is checked out, and whether anything was changed since."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=8"], cwd=paths.ROOT, capture_output=True, text=True
    )
    return said.stdout.strip() or "unknown"


def heading(host, load_before):
    """When, what and where, for whoever reads the report later."""
    here = machine()
    when = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return (
        f"{when}, commit {source()}, host of the profile {host}, {here['cores']} cores ({here['cpu']}), "
        f"load average before it {load_before:.1f}"
    )


def aligned(rows):
    """Lines with columns of one width: text to the left, the rest to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        yield "  ".join(cells).rstrip()


def table(turns, subjects):
    rows = [("", "connections", "requests/s", "p50 µs", "p99 µs", "CPU µs/request", "peak MiB")]
    for subject in subjects:
        for connections in LOADS:
            figures = turns.median(subject.name, connections)
            if figures:
                rows.append(
                    (
                        f"{subject.name}: {subject.what}" if connections == MANY or len(rows) == 1 else "",
                        str(connections),
                        f"{figures.per_second:,.0f}",
                        f"{figures.p50:,.0f}",
                        f"{figures.p99:,.0f}",
                        f"{figures.cpu:,.0f}",
                        f"{subject.server.peak_mib():,.0f}" if connections == MANY else "",
                    )
                )
    return aligned(rows)


def as_json(turns, subjects, bars, extra):
    results = {}
    for subject in subjects:
        loads = {}
        for connections in LOADS:
            figures = turns.median(subject.name, connections)
            if figures:
                rounds = [vars(seen) for seen in turns.rounds(subject.name, connections)]
                loads[str(connections)] = {"median": vars(figures), "rounds": rounds}
        results[subject.name] = {"what": subject.what, "peak_mib": subject.server.peak_mib(), "connections": loads}
    judged = [{**vars(bar), "holds": bar.holds} for bar in bars]
    return {"when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": source(), "machine": machine(), "servers": results,
            "bars": judged, **extra}  # fmt: skip


def write(name, told):
    paths.RESULTS.mkdir(exist_ok=True)
    path = paths.RESULTS / f"{name}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.json"
    path.write_text(json.dumps(told, indent=1) + "\n")
    return path
