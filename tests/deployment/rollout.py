#!/usr/bin/env python3
"""`make rollout`: two nodes of the edge behind HAProxy, on a Redis and a PostgreSQL, restarted one after the other under load,
with a change of the schema meanwhile. Every request has to be answered as if nothing happened; what was acknowledged has to
be there in the end, and who was revoked is not let in.

EDGE_PROGRAMS: the folder of bheem-edge and upstreams [target/debug]; EDGE_COMPILED: a folder of compiled components."""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

from harness.http_json import call  # noqa: E402
from harness.processes import Servers, free_port, say  # noqa: E402

PROGRAMS = ROOT / os.environ.get("EDGE_PROGRAMS", "target/debug")
ADMIN = "admin-key-of-the-roll-out"
APPLICATION, ORGANISATION = "healos", "hospital_456"
USERS = 500
#: As in deploy/kubernetes/deployment.yaml, but for waits: HAProxy takes a node out after two failed probes, a second apart.
STOP_DELAY = 4
#: What a newer build's migration does: it only adds. It runs as the edge runs one, in one transaction.
MIGRATION = """
DO $$ BEGIN
    CREATE TABLE IF NOT EXISTS rolled_out (id TEXT PRIMARY KEY, at BIGINT NOT NULL);
    CREATE INDEX IF NOT EXISTS rolled_out_by_time ON rolled_out (at);
    ALTER TABLE api_keys ADD COLUMN IF NOT EXISTS rolled_out TEXT;
    ALTER TABLE tenants ADD COLUMN IF NOT EXISTS rolled_out BIGINT;
    ALTER TABLE seat_fences ADD COLUMN IF NOT EXISTS rolled_out BIGINT;
    INSERT INTO schema_migrations (version, min_build)
        SELECT MAX(version) + 1, 0 FROM schema_migrations;
END $$;
"""


def find(program):
    """Debian keeps PostgreSQL's programs and HAProxy out of PATH."""
    folders = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")]
    found = shutil.which(program) or next((str(it / program) for it in folders if (it / program).exists()), None)
    if not found:
        sys.exit(f"{program} is missing: tests/tools.sh redis postgresql haproxy")
    return found


class Postgres:
    """A PostgreSQL server of its own; it refuses to run as root."""

    def __init__(self, servers, folder):
        self.folder, self.port = Path(folder) / "postgres", free_port()
        self.folder.mkdir()
        self.prefix = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            os.chmod(folder, 0o711)
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = self.folder / "data"
        initdb = [*self.prefix, find("initdb"), "--auth", "trust", "--username", "edge", "--encoding", "UTF8", "--no-locale"]
        subprocess.run([*initdb, "--pgdata", data], check=True, stdout=subprocess.DEVNULL)
        command = [*self.prefix, find("postgres"), "-D", data, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1"]
        command += ["-c", "unix_socket_directories=", "-c", "max_connections=300"]
        self.server = servers.start("postgres", self.port, command, is_http=False)
        until = time.monotonic() + 60
        while subprocess.run([find("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            if time.monotonic() > until:
                sys.exit("PostgreSQL does not answer")
            time.sleep(0.1)
        self.sql("CREATE DATABASE edge", database="postgres")

    def sql(self, text, database="edge"):
        command = [find("psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "edge", "-d", database, "-XAtq"]
        done = subprocess.run([*command, "-v", "ON_ERROR_STOP=1", "-c", text], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


class Node:
    def __init__(self, servers, folder, name, variables, stop_delay=STOP_DELAY):
        self.servers, self.folder, self.name, self.variables = servers, Path(folder) / name, name, variables
        self.stop_delay = stop_delay
        self.folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.start()

    def start(self):
        command = [PROGRAMS / "bheem-edge", "up", "-f", ROOT / "spin.toml", "--listen", f"127.0.0.1:{self.port}"]
        command += ["--state-dir", self.folder, "--runtime-config-file", self.folder.parent / "runtime-config.toml"]
        command += ["--stop-delay-secs", str(self.stop_delay), "--drain-every-secs", "2"]
        if os.environ.get("EDGE_COMPILED"):
            command += ["--compiled-dir", Path(os.environ["EDGE_COMPILED"]).resolve()]
        self.server = self.servers.start(f"node-{self.name}", self.port, command, "/readyz", self.variables, patience=900)
        until = time.monotonic() + 120
        while status(self.port, "/readyz") != 200:
            if time.monotonic() > until:
                raise RuntimeError(f"node {self.name} is not ready")
            time.sleep(0.2)

    def stop(self):
        """Tells it to stop; gives how long it took, and what /readyz said meanwhile."""
        started, said = time.monotonic(), []
        self.server.process.send_signal(signal.SIGTERM)
        while self.server.process.poll() is None:
            if not said or said[-1] != 503:
                said.append(status(self.port, "/readyz"))
            time.sleep(0.1)
            if time.monotonic() > started + 60:
                raise RuntimeError(f"node {self.name} does not stop")
        self.servers.running.remove(self.server)
        if self.server.process.returncode != 0:
            raise RuntimeError(f"node {self.name} ended with {self.server.process.returncode}")
        return time.monotonic() - started, said


def status(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status
    except OSError:
        return 0
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()


class Load:
    """Clients that keep their connections to the balancer, each with a request after the other and no retry of its own."""

    def __init__(self, port, key, seed):
        self.port, self.key, self.seed = port, key, seed
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.done, self.failures, self.took = Counter(), [], []
        self.organizations, self.threads = [], []

    def start(self, clients, writers, followers):
        jobs = [(self.check, 0.004)] * clients + [(self.write, 0.02)] * writers + [(self.follow, 0)] * followers
        for number, (job, pause) in enumerate(jobs):
            thread = threading.Thread(target=self.run, args=(number, job, pause), daemon=True)
            self.threads.append(thread)
            thread.start()

    def run(self, number, job, pause):
        chance = random.Random(self.seed * 1000 + number)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        state = {}
        while not self.stopped.is_set():
            job(connection, chance, state)
            if pause:
                time.sleep(pause * (0.5 + chance.random()))

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)

    def send(self, connection, kind, method, path, body, key, expected, extra=None):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", **(extra or {})}
        started = time.monotonic()
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text, got = response.read(), response.status
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            text, got = repr(error).encode(), 0
        took = time.monotonic() - started
        with self.lock:
            self.done[kind] += 1
            if kind == "check":
                self.took.append(took)
            if got != expected:
                self.failures.append(f"{kind} after {took:.2f} s: {got} {text[:200]!r}")
        return json.loads(text) if got == expected and text else None

    def check(self, connection, chance, _):
        body = {"userId": f"u{chance.randrange(USERS):07d}", "applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
        self.send(connection, "check", "POST", "/verify-seat", body, self.key, 200)

    def write(self, connection, chance, _):
        if chance.random() < 0.2:
            body = {"applicationSlug": APPLICATION, "externalOrgId": f"another_{chance.randrange(50)}"}
            self.send(connection, "invalidate", "POST", "/api/v1/seats/invalidate", body, self.key, 200)
            return
        name = f"clinic-{chance.getrandbits(64):016x}"
        body = {"name": name, "billingEmail": "bills@clinic.example", "ownerUserId": "owner"}
        made = self.send(connection, "write", "POST", "/organizations", body, ADMIN, 201, {"Idempotency-Key": name})
        if made:
            with self.lock:
                self.organizations.append(made["id"])

    def follow(self, connection, _, state):
        path = "/api/v1/seats/changes" + (f"?since={state['next']}&wait=5" if "next" in state else "")
        answer = self.send(connection, "feed", "GET", path, None, self.key, 200)
        if answer:
            state["next"] = answer["next"]


def revoked(port, upstreams, key, user):
    """Revokes a seat that was granted and says whether the next check, by way of the balancer, denies it."""
    check = {"userId": user, "applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
    if not call(port, "POST", "/verify-seat", check, key)["hasAccess"]:
        return False
    call(upstreams, "PUT", f"/_control/seats/{APPLICATION}/{ORGANISATION}/{user}", {"seat_status": "REVOKED"})
    organisation = {"applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
    call(port, "POST", "/api/v1/seats/invalidate", organisation, key)
    return not call(port, "POST", "/verify-seat", check, key)["hasAccess"]


def metrics_named():
    """Those that the alerts and the dashboard name."""
    text = (ROOT / "deploy/prometheus/alerts.yaml").read_text() + (ROOT / "deploy/grafana/bheem-edge.json").read_text()
    return set(re.findall(r"bheem_edge_[a-z_]+", text))


def run(servers, folder, given):
    postgres, redis, erp, front = Postgres(servers, folder), free_port(), free_port(), free_port()
    command = [find("redis-server"), "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    servers.start("redis", redis, command, is_http=False)
    servers.start("upstreams", erp, [PROGRAMS / "upstreams", "--listen", f"127.0.0.1:{erp}"])
    call(erp, "PUT", f"/_control/organizations/{APPLICATION}/{ORGANISATION}", {"organization_id": "org_1", "everybody": True})
    config = f'[key_value_store.default]\ntype = "redis"\nurl = "redis://127.0.0.1:{redis}"\n'
    (Path(folder) / "runtime-config.toml").write_text(config)
    variables = {
        "SPIN_VARIABLE_ERP_URL": f"http://127.0.0.1:{erp}",
        "SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY": ADMIN,
        "SPIN_VARIABLE_DATABASE_URL": f"postgres://edge@127.0.0.1:{postgres.port}/edge?sslmode=disable",
        "SPIN_VARIABLE_DATABASE_HOST": f"127.0.0.1:{postgres.port}",
    }
    nodes = [Node(servers, folder, name, variables, given.stop_delay) for name in ("a", "b")]
    say("both nodes are ready")
    balancer = {"BIND": f"127.0.0.1:{front}", "NODE_A": f"127.0.0.1:{nodes[0].port}", "NODE_B": f"127.0.0.1:{nodes[1].port}"}
    servers.start("haproxy", front, [find("haproxy"), "-f", ROOT / "deploy/haproxy/haproxy.cfg"], "/healthz", balancer)
    time.sleep(3)

    scopes = {"name": "roll-out", "scopes": ["seats:verify", "seats:write"], "applications": [APPLICATION]}
    key = call(front, "POST", "/api/v1/api-keys", scopes, ADMIN)["key"]
    load = Load(front, key, given.seed)
    load.start(given.clients, 2, 2)
    phases = []

    def phase(name):
        with load.lock:
            phases.append((name, sum(load.done.values()), len(load.failures)))
        say(f"  {name}: {phases[-1][1]} requests, {phases[-1][2]} failures so far")

    time.sleep(given.between)
    phase("before")
    denied = []
    for round_ in range(given.rounds):
        if round_ == 0:
            postgres.sql(MIGRATION)
            phase("a newer schema")
        for node in nodes:
            denied.append(revoked(front, erp, key, f"revoked-{round_}-{node.name}"))
            took, said = node.stop()
            if given.stop_delay and 503 not in said:
                load.failures.append(f"/readyz of node {node.name} never said that it stops: {said}")
            phase(f"node {node.name} stopped in {took:.1f} s")
            node.start()
            time.sleep(given.between)
            phase(f"node {node.name} is back")
    load.stop()

    rows = set(postgres.sql("SELECT id FROM tenants").split())
    lost = [it for it in load.organizations if it not in rows]
    connection = http.client.HTTPConnection("127.0.0.1", nodes[0].port, timeout=10)
    connection.request("GET", "/metrics")
    page = connection.getresponse().read().decode()
    shown = set(re.findall(r"^(?:# TYPE )?(bheem_edge_[a-z_]+)", page, re.MULTILINE))
    missing = sorted(metrics_named() - shown)
    took = sorted(load.took)
    report = {
        "seed": given.seed,
        "requests": dict(load.done),
        "failures": len(load.failures),
        "acknowledged writes": len(load.organizations),
        "lost": len(lost),
        "revoked seats denied at once": f"{sum(denied)} of {len(denied)}",
        "checks, ms": {
            "p50": round(statistics.median(took) * 1000, 1),
            "p99": round(took[int(len(took) * 0.99)] * 1000, 1),
            "greatest": round(took[-1] * 1000, 1),
        },
        "metrics that are named and not shown": missing,
    }
    print(json.dumps(report, indent=2))
    logs = [path.read_text(errors="replace").splitlines() for path in Path(folder).glob("node-*.log")]
    for failure in load.failures[:20]:
        print(failure)
        for id_ in re.findall(r'"requestId":"([^"]+)"', failure):
            print(*[line for log in logs for line in log if id_ in line], sep="\n")
    return 0 if not load.failures and not lost and all(denied) and not missing else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=2, help="how often each node is restarted [default: 2]")
    parser.add_argument("--clients", type=int, default=8, help="that check seats [default: 8]")
    parser.add_argument("--between", type=float, default=5, help="seconds between restarts [default: 5]")
    parser.add_argument("--stop-delay", type=int, default=STOP_DELAY, help="seconds [default: 4]")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 20))
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="bheem-rollout-") as folder, Servers(folder) as servers:
        return run(servers, folder, given)


if __name__ == "__main__":
    sys.exit(main())
