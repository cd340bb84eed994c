"""Load by wrk, and what came of it."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass

from .paths import BENCH


@dataclass(frozen=True)
class Request:
    """What is sent: a GET of `path`, or with `users` a check of the seat of one of that many, or with `events` each of the
    webhooks in that file, once."""

    path: str = "/"
    key: str = ""
    users: int = 0
    events: str = ""


@dataclass(frozen=True)
class Figures:
    """What one turn of one server showed. Latencies in microseconds."""

    per_second: float
    p50: float
    p99: float
    #: Processor time the server used for each request, microseconds.
    cpu: float


class LoadFailed(Exception):
    """Some requests were not answered as they should be: the figures would mean nothing."""


def available():
    return shutil.which("wrk") is not None


def fire(server, request, connections, seconds, seed=1):
    """Loads `server` on that many keep-alive connections."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    script = "events.lua" if request.events else "requests.lua"
    command += ["-s", str(BENCH / "load" / script), f"http://127.0.0.1:{server.port}"]
    env = {
        "BENCH_PATH": request.path,
        "BENCH_KEY": request.key,
        "BENCH_USERS": str(request.users),
        "BENCH_SEED": str(seed),
        "BENCH_EVENTS": request.events,
    }
    before = server.cpu_seconds()
    ran = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, timeout=seconds + 60, start_new_session=True
    )
    used = server.cpu_seconds() - before
    server.forget_log()
    line = next((line for line in ran.stdout.splitlines() if line.startswith("BENCH ")), None)
    if line is None:
        raise LoadFailed(f"{server.name}: wrk said {ran.stdout} {ran.stderr}")
    seen = json.loads(line.removeprefix("BENCH "))
    if seen["failed"] or not seen["requests"]:
        raise LoadFailed(f"{server.name}: {seen['failed']} of {seen['requests']} requests failed")
    return Figures(
        per_second=seen["requests"] / (seen["duration_us"] / 1e6),
        p50=seen["p50_us"],
        p99=seen["p99_us"],
        cpu=used / seen["requests"] * 1e6,
    )
