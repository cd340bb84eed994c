#!/usr/bin/env python3
"""Builds the OCI image of the embedded host: from nothing, without a registry and without a container engine.

The image holds the host, the shared libraries that it is linked to, the certificates of authorities, spin.toml, the
components, and the components compiled to machine code. What is written is an OCI image layout as one tar file, which
`skopeo copy oci-archive:…`, `podman load`, `crane push` and `docker load` read. The same input gives the same bytes: names
are sorted, times are those of the commit, owners and modes are set here.

    deploy/image/build.py [--host target/dist/bheem-edge] [--output target/image/bheem-edge.tar] [--tag bheem-edge:0.1.0]

Python's standard library is all that it needs.
"""

import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import re
import select
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
#: Whom the edge runs as: "nonroot" of other images without a distribution.
USER = 65532
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
#: How long the components may take to compile, seconds: minutes by a host that was not optimised.
COMPILING = 900


class CannotBuild(Exception):
    """What is missing, and how to get it."""


class Layer:
    """Files, by their absolute path in the image."""

    def __init__(self):
        self.entries = {}

    def add(self, path, data=None, mode=0o644, owner=0):
        """A file; a folder where there is no data. Folders above it are added with it."""
        parent = os.path.dirname(path)
        if parent != "/" and parent not in self.entries:
            self.add(parent, None, 0o755)
        self.entries[path] = (data, mode, owner)

    def tar(self, when):
        """The layer as a tar file."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path, (data, mode, owner) in sorted(self.entries.items()):
                info = tarfile.TarInfo(path.lstrip("/"))
                info.mtime, info.mode, info.uid, info.gid = when, mode, owner, owner
                if data is None:
                    info.type = tarfile.DIRTYPE
                    tar.addfile(info)
                else:
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        return out.getvalue()


def libraries(program):
    """The shared libraries that `program` is linked to, with the loader, by the paths where the loader looks."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True)
    if "not a dynamic executable" in listed.stdout + listed.stderr or "statically linked" in listed.stdout:
        return {}
    if listed.returncode:
        raise CannotBuild(f"ldd {program}: {listed.stderr.strip()}")
    if "not found" in listed.stdout:
        raise CannotBuild(f"a library is missing: {listed.stdout.strip()}")
    paths = re.findall(r"(?:=> )?(/\S+) \(0x", listed.stdout)
    return {path: Path(path).read_bytes() for path in paths}


def system(program):
    """What a distribution would give: libraries, certificates, a user, folders that may be written."""
    layer = Layer()
    for path, data in libraries(program).items():
        layer.add(path, data, 0o755)
    if not Path(CERTIFICATES).exists():
        raise CannotBuild(f"there is no {CERTIFICATES}: apt-get install ca-certificates")
    layer.add(CERTIFICATES, Path(CERTIFICATES).read_bytes())
    layer.add("/etc/passwd", f"root:x:0:0:root:/:/none\nedge:x:{USER}:{USER}:edge:/state:/none\n".encode())
    layer.add("/etc/group", f"root:x:0:\nedge:x:{USER}:\n".encode())
    layer.add("/etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files dns\n")
    layer.add("/tmp", None, 0o1777)
    layer.add("/state", None, 0o700, USER)
    return layer


def application(manifest, program, compiled):
    """The host, the manifest with what it names, and the compiled components."""
    layer = Layer()
    layer.add("/bin/bheem-edge", Path(program).read_bytes(), 0o755)
    text = manifest.read_bytes()
    layer.add("/app/spin.toml", text)
    for name, component in tomllib.loads(text.decode())["component"].items():
        source = manifest.parent / component["source"]
        if not source.exists():
            raise CannotBuild(f"component {name}: there is no {source}: make components")
        if component.get("files"):
            raise CannotBuild(f"component {name} has files, which this does not put into the image")
        layer.add(f"/app/{component['source']}", source.read_bytes())
    for path in sorted(compiled.rglob("*")):
        # How often a component was used is of no use to others.
        if path.is_file() and path.suffix != ".stats":
            layer.add(f"/app/compiled/{path.relative_to(compiled)}", path.read_bytes())
    return layer


def compile_components(program, manifest, folder):
    """Has the host compile the components, as its first start does; gives the folder of what it compiled."""
    say("compiling the components")
    command = [program, "up", "--from", manifest, "--listen", "127.0.0.1:0", "--state-dir", folder, "--drain-every-secs", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPIN_VARIABLE_")}
    host = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment, cwd=folder)
    said, until = b"", time.monotonic() + COMPILING
    try:
        while b"listens on" not in said:
            ready, _, _ = select.select([host.stderr], [], [], max(0, until - time.monotonic()))
            more = os.read(host.stderr.fileno(), 1 << 16) if ready else b""
            if not more:
                raise CannotBuild(f"the host does not start: {said.decode(errors='replace')[-1000:]}")
            said += more
    finally:
        host.send_signal(signal.SIGTERM)
        host.communicate()
    return folder / "compiled"


class Blobs:
    """The blobs of an image layout."""

    def __init__(self):
        self.files = {}

    def add(self, data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def written(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def image(layers, tag, revision, when):
    """The files of an image layout, by name. `layers`: pairs of what made each and the layer."""
    blobs, descriptors, histories, contents = Blobs(), [], [], []
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    for what, layer in layers:
        tar = layer.tar(when)
        contents.append("sha256:" + hashlib.sha256(tar).hexdigest())
        packed = gzip.compress(tar, 6, mtime=0)
        descriptors.append(blobs.add(packed, "application/vnd.oci.image.layer.v1.tar+gzip"))
        histories.append({"created": created, "created_by": what})
    architecture = ARCHITECTURES.get(platform.machine(), platform.machine())
    labels = {
        "org.opencontainers.image.title": "bheem-edge",
        "org.opencontainers.image.source": "https://github.com/bheemverse/bheem-edge",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.version": tag.rpartition(":")[2],
    }
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": {
            "User": f"{USER}:{USER}",
            "Entrypoint": ["/bin/bheem-edge"],
            "Cmd": ["up", "--from=/app/spin.toml", "--listen=0.0.0.0:3000", "--state-dir=/state", "--compiled-dir=/app/compiled"],
            "WorkingDir": "/app",
            "ExposedPorts": {"3000/tcp": {}},
            "Volumes": {"/state": {}},
            "StopSignal": "SIGTERM",
            "Env": [f"SSL_CERT_FILE={CERTIFICATES}"],
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": contents},
        "history": histories,
    }
    config = blobs.add(written(config), "application/vnd.oci.image.config.v1+json")
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": descriptors,
        "annotations": labels,
    }
    manifest = blobs.add(written(manifest), "application/vnd.oci.image.manifest.v1+json")
    manifest["annotations"] = {"org.opencontainers.image.ref.name": tag, "io.containerd.image.name": tag}
    manifest["platform"] = {"architecture": architecture, "os": "linux"}
    path = "blobs/sha256/{}".format
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [manifest]}
    # For `docker load`, which has a list of its own.
    docker = {
        "Config": path(config["digest"][7:]),
        "RepoTags": [tag],
        "Layers": [path(layer["digest"][7:]) for layer in descriptors],
    }
    files = {"oci-layout": written({"imageLayoutVersion": "1.0.0"}), "index.json": written(index)}
    return {**files, "manifest.json": written([docker]), **blobs.files}, manifest["digest"]


def write(files, output, when):
    """Writes `files` as one tar file; nobody sees half of it."""
    output.parent.mkdir(parents=True, exist_ok=True)
    half = output.with_name(output.name + ".part")
    with tarfile.open(half, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(files.items()):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), when, 0o644
            tar.addfile(info, io.BytesIO(data))
    half.replace(output)


def git(*arguments):
    """What git says; empty where this is no checkout."""
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def say(text):
    print(text, file=sys.stderr, flush=True)


def options():
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--host", type=Path, default=ROOT / "target/dist/bheem-edge", help="the program bheem-edge")
    parser.add_argument("--manifest", type=Path, default=ROOT / "spin.toml")
    parser.add_argument("--compiled", type=Path, help="a folder of compiled components [default: compiled here]")
    parser.add_argument("--output", type=Path, default=ROOT / "target/image/bheem-edge.tar")
    parser.add_argument("--tag", default=f"bheem-edge:{version}")
    return parser.parse_args()


def main():
    given = options()
    when = int(os.environ.get("SOURCE_DATE_EPOCH") or git("log", "-1", "--format=%ct") or 0)
    revision = git("rev-parse", "HEAD") + ("-changed" if git("status", "--porcelain", "--untracked-files=no") else "")
    program, manifest = given.host.resolve(), given.manifest.resolve()
    try:
        if not program.exists():
            raise CannotBuild(f"there is no {program}: cargo build --profile dist -p bheem-edge")
        with tempfile.TemporaryDirectory(prefix="bheem-image-") as folder:
            compiled = given.compiled or compile_components(program, manifest, Path(folder))
            layers = [
                ("libraries, certificates, a user", system(program)),
                ("the host and its application", application(manifest, program, compiled)),
            ]
            files, digest = image(layers, given.tag, revision, when)
        write(files, given.output, when)
    except CannotBuild as error:
        say(str(error))
        return 1
    size = given.output.stat().st_size / (1 << 20)
    say(f"{given.output}: {given.tag}, {size:.0f} MiB, {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
