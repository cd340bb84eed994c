"""The peers, and the SQLite file they answer from."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time

from . import paths
from .edge import APPLICATION, ORGANISATION, user
from .load import Request
from .processes import free_port, say

KEY = "bhk_bench0123456789ab_" + "0123456789abcdef" * 4
CORES = os.cpu_count() or 1

SCHEMA = """
CREATE TABLE api_keys (id TEXT PRIMARY KEY, secret_sha256 TEXT NOT NULL, scopes TEXT NOT NULL,
    applications TEXT NOT NULL, expires_at INTEGER);
CREATE TABLE fences (organization TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE verdicts (application TEXT NOT NULL, external_org TEXT NOT NULL, user TEXT NOT NULL,
    organization TEXT NOT NULL, seat_id TEXT NOT NULL, seat_status TEXT NOT NULL, subscription_status TEXT NOT NULL,
    period_end INTEGER NOT NULL, version INTEGER NOT NULL, as_of INTEGER NOT NULL, fresh_until INTEGER NOT NULL,
    fence INTEGER NOT NULL, PRIMARY KEY (application, external_org, user)) WITHOUT ROWID;
"""


class CannotRun(Exception):
    """A peer lacks something; the text says what to install."""


def make_database(path, users):
    """The same users, the same key, the same verdicts as in the edge's cache."""
    now = int(time.time() * 1000)
    day = 24 * 3_600_000
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(SCHEMA)
        _, key_id, secret = KEY.split("_")
        digest = hashlib.sha256(secret.encode()).hexdigest()
        database.execute(
            "INSERT INTO api_keys VALUES (?, ?, 'seats:verify seats:write', ?, NULL)", (key_id, digest, APPLICATION)
        )
        database.execute("INSERT INTO fences VALUES ('org_1', 1)")
        database.executemany(
            "INSERT INTO verdicts VALUES (?, ?, ?, 'org_1', ?, 'ACTIVE', 'ACTIVE', ?, 1, ?, ?, 1)",
            (
                (APPLICATION, ORGANISATION, user(number), f"seat_{user(number)}", now + 30 * day, now, now + day)
                for number in range(users)
            ),
        )
    database.close()


def request(users):
    return Request("/verify-seat", KEY, users)


def start_axum(servers, database):
    if not paths.AXUM_PEER.exists():
        raise CannotRun("build it: cargo build --release -p axum-peer")
    port = free_port()
    return servers.start("axum", port, [paths.AXUM_PEER, f"127.0.0.1:{port}", database])


def start_fastapi(servers, database):
    folder = paths.PEERS / "fastapi"
    uvicorn = folder / ".venv" / "bin" / "uvicorn"
    if not uvicorn.exists():
        say("  installing FastAPI and uvicorn from PyPI into bench/peers/fastapi/.venv")
        run(sys.executable, "-m", "venv", folder / ".venv")
        run(folder / ".venv" / "bin" / "pip", "install", "--quiet", "-r", folder / "requirements.txt")
    port = free_port()
    command = [uvicorn, "peer:app", "--host", "127.0.0.1", "--port", port, "--workers", CORES]
    command += ["--no-access-log", "--log-level", "warning"]
    return servers.start("fastapi", port, command, env={"PEER_DATABASE": str(database)}, cwd=folder)


def start_fastify(servers, database):
    folder = paths.PEERS / "fastify"
    if not shutil.which("node") or not shutil.which("npm"):
        raise CannotRun("install Node.js 20 or later, with npm")
    if not (folder / "node_modules" / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node").exists():
        say("  installing Fastify and better-sqlite3 from npm; compiles SQLite, takes some minutes")
        run("npm", "ci", "--no-audit", "--no-fund", cwd=folder, env=node_headers())
    port = free_port()
    return servers.start("fastify", port, ["node", folder / "peer.mjs", port, database])


def node_headers():
    """better-sqlite3 compiles against Node's headers. Where they are installed beside Node they need no download."""
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("node"))))
    there = os.path.exists(os.path.join(prefix, "include", "node", "node.h"))
    return {"npm_config_nodedir": prefix} if there else {}


def run(*command, cwd=None, env=None):
    """Runs something that installs; what it says goes to standard error."""
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        stderr=sys.stderr,
        timeout=900,
    )
    if ran.returncode:
        raise CannotRun(f"this failed: {' '.join(str(part) for part in command)}")
