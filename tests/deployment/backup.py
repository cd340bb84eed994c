"""Backs a running edge's record up, changes things, restores the backup, and looks at what is left of the changes: on SQLite
and on Redis and PostgreSQL. EDGE_PROGRAMS: the folder of bheem-edge and upstreams [target/debug]; EDGE_COMPILED: a folder of
compiled components."""

import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from contextlib import closing
from pathlib import Path

import rollout
from harness.http_json import Unexpected, call
from harness.processes import Servers, free_port

BACKUP = rollout.ROOT / "deploy/backup/backup.py"
ADMIN = rollout.ADMIN


def backup(*arguments):
    return subprocess.run([sys.executable, BACKUP, *map(str, arguments)], capture_output=True, text=True)


class Restored(unittest.TestCase):
    def setUp(self):
        # As whoever PostgreSQL runs as has to get into it.
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="bheem-backup-")))
        self.servers = self.enterContext(Servers(self.folder))
        self.erp = free_port()
        self.servers.start("upstreams", self.erp, [rollout.PROGRAMS / "upstreams", "--listen", f"127.0.0.1:{self.erp}"])
        self.variables = {
            "SPIN_VARIABLE_ERP_URL": f"http://127.0.0.1:{self.erp}",
            "SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY": ADMIN,
        }
        (self.folder / "runtime-config.toml").write_text("")

    def post(self, path, body, key=ADMIN):
        return call(self.node.port, "POST", path, body, key)

    def has_access(self, user, application, organization):
        check = {"userId": user, "applicationSlug": application, "externalOrgId": organization}
        return self.post("/verify-seat", check, self.key)["hasAccess"]

    def revoke_at_the_erp(self, user):
        call(self.erp, "PUT", f"/_control/seats/healos/hospital_456/{user}", {"seat_status": "REVOKED"})
        self.post("/api/v1/seats/invalidate", {"applicationSlug": "healos", "externalOrgId": "hospital_456"}, self.key)

    def new_key(self):
        return self.post("/api/v1/api-keys", {"name": "b", "scopes": ["seats:verify", "seats:write"]})["key"]

    def restore_and_look(self, make, restore):
        """What holds whatever the record is."""
        organization = {"organization_id": "org_1", "everybody": True}
        call(self.erp, "PUT", "/_control/organizations/healos/hospital_456", organization)
        self.node = rollout.Node(self.servers, self.folder, "a", self.variables)
        self.key = self.new_key()
        self.post("/applications", {"slug": "openmic", "name": "Openmic", "externalIdName": "workspace_id", "seatSource": "edge"})
        plan = {"id": "team", "name": "Team", "pricePerSeat": 20, "currency": "USD", "billingCycle": "monthly"}
        self.post("/applications/openmic/plans", plan)
        owner = {"name": "City Clinic", "billingEmail": "bills@clinic.example", "ownerUserId": "owner"}
        bought = {
            "organizationId": self.post("/organizations", owner)["id"],
            "applicationSlug": "openmic",
            "planId": "team",
            "seats": 5,
            "gateway": "manual",
            "externalOrgId": "workspace_1",
        }
        subscription = self.post("/subscriptions", bought)["id"]
        seats = f"/subscriptions/{subscription}/seats"
        kept, revoked = (self.post(seats, {"userId": user})["seatId"] for user in ("kept", "revoked"))
        for user in ("kept", "revoked"):
            self.assertTrue(self.has_access(user, "openmic", "workspace_1"))
        self.assertTrue(self.has_access("erp-revoked", "healos", "hospital_456"))

        done = make()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(make().returncode, 0, "a backup is never overwritten")

        call(self.node.port, "DELETE", f"{seats}/{revoked}", None, ADMIN)
        self.assertFalse(self.has_access("revoked", "openmic", "workspace_1"))
        self.revoke_at_the_erp("erp-revoked")
        self.assertFalse(self.has_access("erp-revoked", "healos", "hospital_456"))
        self.post(seats, {"userId": "assigned-later"})
        later = self.new_key()

        self.stop_and_restore(restore)
        # What was there at the backup is there.
        self.assertTrue(self.has_access("kept", "openmic", "workspace_1"))
        # The ERP is asked anew, and knows what happened since.
        self.assertFalse(self.has_access("erp-revoked", "healos", "hospital_456"))
        # The record does not know what happened since the backup: this is why docs/backup.md has it told again.
        self.assertTrue(self.has_access("revoked", "openmic", "workspace_1"))
        self.assertFalse(self.has_access("assigned-later", "openmic", "workspace_1"))
        with self.assertRaisesRegex(Unexpected, " 401 "):
            self.post("/verify-seat", {"userId": "kept", "applicationSlug": "openmic", "externalOrgId": "workspace_1"}, later)
        # Told again, it counts for the very next check.
        call(self.node.port, "DELETE", f"{seats}/{revoked}", None, ADMIN)
        self.assertFalse(self.has_access("revoked", "openmic", "workspace_1"))
        # Whoever follows the feed with a place from before is told to forget everything.
        answer = call(self.node.port, "GET", "/api/v1/seats/changes", None, self.key)
        self.assertTrue(answer["reset"])

    def stop_and_restore(self, restore):
        self.node.stop()
        done = restore()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.node.start()

    def test_sqlite(self):
        file, state = self.folder / "record.db", self.folder / "a"

        def make():
            done = backup("restore", "--state-dir", state, rollout.ROOT / "Cargo.toml")
            self.assertNotEqual(done.returncode, 0, "what is no record is not restored")
            return backup("make", "--state-dir", state, file)

        def restore():
            return backup("restore", "--state-dir", state, file)

        self.restore_and_look(make, restore)
        done = backup("restore", "--state-dir", state, file)
        self.assertIn("an edge runs on", done.stderr)
        # A file that was cut off is noticed before anything is touched.
        half = self.folder / "half.db"
        half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        self.assertNotEqual(backup("restore", "--state-dir", state, half).returncode, 0)
        self.assertTrue(self.has_access("kept", "openmic", "workspace_1"))

    def test_redis_and_postgresql(self):
        self.folder.chmod(0o711)
        postgres, redis = rollout.Postgres(self.servers, self.folder), free_port()
        command = [rollout.find("redis-server"), "--port", str(redis), "--bind", "127.0.0.1", "--save", ""]
        self.servers.start("redis", redis, [*command, "--dir", self.folder], is_http=False)
        config = f'[key_value_store.default]\ntype = "redis"\nurl = "redis://127.0.0.1:{redis}"\n'
        (self.folder / "runtime-config.toml").write_text(config)
        url = f"postgres://edge@127.0.0.1:{postgres.port}/edge?sslmode=disable"
        self.variables |= {"SPIN_VARIABLE_DATABASE_URL": url, "SPIN_VARIABLE_DATABASE_HOST": f"127.0.0.1:{postgres.port}"}
        file = self.folder / "record.dump"

        def restore():
            done = backup("restore", "--database-url", url, file)
            self.assertIn("name the cache", done.stderr)
            # What a newer build made meanwhile is not in the way.
            postgres.sql("CREATE TABLE of_a_newer_build (id TEXT PRIMARY KEY REFERENCES tenants (id))")
            return backup("restore", "--database-url", url, "--redis-url", f"redis://127.0.0.1:{redis}", file)

        self.restore_and_look(lambda: backup("make", "--database-url", url, file), restore)


class Upgraded(unittest.TestCase):
    def test_a_backup_of_an_older_release_is_brought_up_to_date_by_the_first_start(self):
        migrations = sorted((rollout.ROOT / "shared/platform/database/migrations").glob("*.sql"))
        for version in (12, len(migrations) - 1):
            with self.subTest(version=version), tempfile.TemporaryDirectory() as folder, Servers(folder) as servers:
                folder = Path(folder)
                older = folder / "older.db"
                with closing(sqlite3.connect(older)) as database:
                    database.execute("CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, min_build BIGINT)")
                    for number, migration in enumerate(migrations[:version], 1):
                        database.executescript(migration.read_text())
                        database.execute("INSERT INTO schema_migrations VALUES (?, 0)", [number])
                    columns = "id, secret_sha256, name, scopes, created_by, created_at"
                    key = ["older", hashlib.sha256(b"secret").hexdigest(), "older", '["seats:verify"]', "bootstrap", 1]
                    database.execute(f"INSERT INTO api_keys ({columns}) VALUES (?, ?, ?, ?, ?, ?)", key)
                    database.commit()
                (folder / "runtime-config.toml").write_text("")
                done = backup("restore", "--state-dir", folder / "a", older)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"schema version {version}\n", done.stdout)
                node = rollout.Node(servers, folder, "a", {"SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY": ADMIN})
                # Whoever had a key has it.
                me = call(node.port, "GET", "/api/v1/me", None, "bhk_older_secret")
                self.assertEqual((me["kind"], me["id"]), ("key", "older"))
                node.stop()
                with closing(sqlite3.connect(folder / "a" / "sqlite_db.db")) as database:
                    (now,) = database.execute("SELECT MAX(version) FROM schema_migrations").fetchone()
                self.assertEqual(now, len(migrations))


if __name__ == "__main__":
    unittest.main()
