"""Builds the image twice, compares the bytes, unpacks one as a container engine does and runs it as its config says: as
its user, on a root that cannot be written, with a writable /state and /tmp. A seat is asked for. Needs root (for chroot);
EDGE_PROGRAMS: the folder of bheem-edge and upstreams [target/dist]; EDGE_COMPILED: a folder of compiled components."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / os.environ.get("EDGE_PROGRAMS", "target/dist")
ADMIN = "admin-key-of-the-image-test"
sys.path.insert(0, str(ROOT / "bench"))

from harness.processes import Servers, free_port  # noqa: E402


def build(output):
    command = [ROOT / "deploy/image/build.py", "--host", PROGRAMS / "bheem-edge", "--output", output]
    if os.environ.get("EDGE_COMPILED"):
        command += ["--compiled", os.environ["EDGE_COMPILED"]]
    subprocess.run(command, check=True)


def call(port, method, path, body=None, key=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    request.data = json.dumps(body).encode() if body is not None else None
    request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
            return response.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


class Layout:
    """An image layout in a tar file, each blob checked against its digest."""

    def __init__(self, path):
        with tarfile.open(path) as tar:
            self.members = tar.getmembers()
            self.files = {member.name: tar.extractfile(member).read() for member in self.members}
        (self.descriptor,) = json.loads(self.files["index.json"])["manifests"]
        self.manifest = json.loads(self.blob(self.descriptor))
        self.config = json.loads(self.blob(self.manifest["config"]))

    def blob(self, descriptor):
        name, digest = descriptor["digest"].split(":")
        data = self.files[f"blobs/{name}/{digest}"]
        assert hashlib.sha256(data).hexdigest() == digest and len(data) == descriptor["size"], descriptor
        return data

    def layers(self):
        for descriptor, content in zip(self.manifest["layers"], self.config["rootfs"]["diff_ids"], strict=True):
            tar = gzip.decompress(self.blob(descriptor))
            assert "sha256:" + hashlib.sha256(tar).hexdigest() == content, descriptor
            yield tar

    def unpack(self, folder):
        for number, layer in enumerate(self.layers()):
            path = folder.parent / f"layer-{number}.tar"
            path.write_bytes(layer)
            with tarfile.open(path) as tar:
                tar.extractall(folder, numeric_owner=True, filter="fully_trusted")


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="bheem-image-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.paths = [Path(cls.folder.name) / f"{name}.tar" for name in ("one", "two")]
        for path in cls.paths:
            build(path)
        cls.layout = Layout(cls.paths[0])

    def test_two_builds_have_the_same_bytes(self):
        one, two = (hashlib.sha256(path.read_bytes()).hexdigest() for path in self.paths)
        self.assertEqual(one, two)

    def test_entries_are_sorted_and_say_nothing_of_who_built_them(self):
        names = [member.name for member in self.layout.members]
        self.assertEqual(names, sorted(names))
        for layer in self.layout.layers():
            path = Path(self.folder.name) / "looked-at.tar"
            path.write_bytes(layer)
            with tarfile.open(path) as tar:
                members = tar.getmembers()
            self.assertEqual(len({member.mtime for member in members}), 1)
            for member in members:
                self.assertIn(member.uid, (0, 65532))
                self.assertFalse(member.uname or member.gname, member.name)

    def test_nothing_secret_is_in_it(self):
        for layer in self.layout.layers():
            self.assertNotIn(b"\x00.env\x00", layer)
        self.assertEqual([name for name in self.layout.config["config"]["Env"] if "SPIN_VARIABLE" in name], [])

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_as_a_user_on_a_root_that_cannot_be_written_it_says_who_has_a_seat(self):
        folder = Path(self.folder.name) / "root"
        folder.mkdir()
        self.layout.unpack(folder)
        (folder / "proc").mkdir()
        (folder / "dev").mkdir()
        config, port, erp = self.layout.config["config"], free_port(), free_port()
        command = [f"--listen=127.0.0.1:{port}" if it.startswith("--listen=") else it for it in config["Cmd"]]
        # A mount namespace of its own: nothing of this is seen, or left, outside.
        script = f"""
            set -e
            mount --make-rprivate /
            mount --bind {folder} {folder}
            mount -o remount,bind,ro {folder}
            mount -t tmpfs -o mode=1777 tmpfs {folder}/tmp
            mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs {folder}/state
            mount -t proc proc {folder}/proc
            exec chroot --userspec={config["User"]} {folder} "$@"
        """
        environment = dict(it.split("=", 1) for it in config["Env"])
        environment |= {"SPIN_VARIABLE_ERP_URL": f"http://127.0.0.1:{erp}", "SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY": ADMIN}
        with Servers(self.folder.name) as servers:
            servers.start("upstreams", erp, [PROGRAMS / "upstreams", "--listen", f"127.0.0.1:{erp}"])
            started = time.monotonic()
            command = ["unshare", "--mount", "--fork", "--kill-child=SIGTERM", "sh", "-c", script, "sh", *config["Entrypoint"], *command]
            server = servers.start("image", port, command, "/readyz", environment)
            print(f"ready {time.monotonic() - started:.1f} s after its start")
            self.assertEqual(call(port, "GET", "/readyz")[0], 200)
            host = next(pid for pid in server.pids() if os.readlink(f"/proc/{pid}/exe").endswith("/bin/bheem-edge"))
            status = Path(f"/proc/{host}/status").read_text()
            self.assertIn("Uid:\t65532\t65532\t65532\t65532", status)
            self.assertIn("CapEff:\t0000000000000000", status)
            root = next(it for it in Path(f"/proc/{host}/mountinfo").read_text().splitlines() if it.split()[4] == "/")
            self.assertTrue(root.split()[5].startswith("ro"), root)
            made = call(port, "POST", "/api/v1/api-keys", {"name": "image", "scopes": ["seats:verify"]}, ADMIN)
            self.assertEqual(made[0], 201, made)
            check = {"userId": "user_123", "applicationSlug": "healos", "externalOrgId": "hospital_456"}
            status, verdict = call(port, "POST", "/verify-seat", check, made[1]["key"])
            self.assertEqual((status, verdict["hasAccess"], verdict["reason"]), (200, True, "SEAT_ACTIVE"), verdict)
            # It compiled nothing: what it runs was in the image.
            def compiled(path):
                return {it.name for it in path.rglob("*") if it.is_file() and not it.suffix}

            self.assertEqual(compiled(Path(f"/proc/{host}/root/state/compiled")), compiled(folder / "app/compiled"))
            os.kill(host, signal.SIGTERM)
            self.assertEqual(server.process.wait(60), 0, Path(server.log).read_text()[-500:])


if __name__ == "__main__":
    unittest.main()
