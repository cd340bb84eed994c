"""The edge, in front of the stand-in ERP, with verdicts in its cache."""

import shutil

from . import paths
from .http_json import Unexpected, call
from .load import Request
from .processes import free_port, say

ADMIN_KEY = "bench-admin-key-of-enough-length"
APPLICATION, ORGANISATION = "healos", "hospital_456"
HOUR_MS = 3_600_000


def user(number):
    """As load/requests.lua writes them."""
    return f"u{number:07d}"


class Edge:
    """A running edge and what it needs."""

    def __init__(self, servers, folder, name="edge", fresh_ms=HOUR_MS, stale_ms=2 * HOUR_MS, threads=None, variables=None,
                 program=None, manifest=paths.MANIFEST):  # fmt: skip
        self.servers, self.folder, self.name = servers, folder, name
        self.program, self.manifest = program or paths.EDGE, manifest
        self.erp = self._start_erp()
        self.variables = {
            "SPIN_VARIABLE_ERP_URL": f"http://127.0.0.1:{self.erp.port}",
            "SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY": ADMIN_KEY,
            "SPIN_VARIABLE_SEAT_FRESH_MS": str(fresh_ms),
            "SPIN_VARIABLE_SEAT_STALE_MS": str(stale_ms),
            **(variables or {}),
        }
        self.options = ["--threads", str(threads)] if threads else []
        self.server = self.start()
        self.key = self._make_key()

    def _start_erp(self):
        port = free_port()
        erp = self.servers.start("upstreams", port, [paths.UPSTREAMS, "--listen", f"127.0.0.1:{port}"])
        organisation = {"organization_id": "org_1", "everybody": True}
        call(port, "PUT", f"/_control/organizations/{APPLICATION}/{ORGANISATION}", organisation)
        return erp

    def start(self):
        port = free_port()
        command = [self.program, "up", "-f", self.manifest, "--listen", f"127.0.0.1:{port}"]
        command += ["--state-dir", self.folder / "state", *self.options]
        if paths.COMPILED.exists():
            command += ["--compiled-dir", paths.COMPILED]
        self.server = self.servers.start(self.name, port, command, "/healthz", self.variables)
        shutil.copytree(self.folder / "state" / "compiled", paths.COMPILED, dirs_exist_ok=True)
        return self.server

    def stop(self):
        self.servers.stop(self.server)

    def _make_key(self):
        body = {"name": "bench", "scopes": ["seats:verify", "seats:write"], "applications": [APPLICATION]}
        return call(self.server.port, "POST", "/api/v1/api-keys", body, ADMIN_KEY)["key"]

    def erp_calls(self):
        return call(self.erp.port, "GET", "/_control/calls")["total"]

    def check(self, number):
        body = {"userId": user(number), "applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
        return call(self.server.port, "POST", "/verify-seat", body, self.key)

    def warm(self, users):
        """Has every one of `users` verified once, so that all are known."""
        self.warm_once(users)
        known = self.check(0)
        if known["source"] != "cache":
            raise Unexpected(f"not known after it was asked for: {known}")
        say(f"  {self.name}: {users} verdicts known")

    def warm_once(self, users):
        checks = [
            {"userId": user(number), "applicationSlug": APPLICATION, "externalOrgId": ORGANISATION}
            for number in range(users)
        ]
        for start in range(0, users, 100):
            body = {"requests": checks[start : start + 100]}
            results = call(self.server.port, "POST", "/verify-seats", body, self.key)["results"]
            if not all(result.get("hasAccess") for result in results):
                raise Unexpected(f"not everybody has a seat: {results[:2]}")

    def request(self, users):
        return Request("/verify-seat", self.key, users)
