#!/usr/bin/env python3
"""Writes a bill of materials (CycloneDX 1.6, JSON) of each thing that is shipped: the host, each component, the console
and each client library. Nothing is fetched: it is read from Cargo.lock, package-lock.json and pyproject.toml.

    deploy/sbom.py [--out target/sbom]

The same tree gives the same bytes: the serial number is made of the contents, and there is no time in them.
"""

import argparse
import base64
import json
import os
import re
import subprocess
import tomllib
import uuid
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
HOST_TARGET = "x86_64-unknown-linux-gnu"
COMPONENT_TARGET = "wasm32-wasip2"
# The console is bundled with what runs of these, though they are no dependencies by npm's words.
BUNDLED = ["svelte"]


def bill(name, version, kind, parts, depends):
    """A bill of `name`: `parts` by their package URL, and which of them each depends on (`""` is the thing itself)."""
    own = f"bheem-edge:{name}@{version}"
    contents = {
        "metadata": {
            "component": {
                "type": kind,
                "bom-ref": own,
                "name": name,
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [parts[purl] for purl in sorted(parts)],
        "dependencies": [
            {"ref": ref or own, "dependsOn": sorted(set(depends[ref]))} for ref in sorted(depends)
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(contents, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return {**head, **contents}


def spdx(expression):
    # Older crates separate alternatives by a slash.
    return re.sub(r"\s*/\s*", " OR ", expression)


def part(purl, name, version, licence, algorithm=None, digest=None, scope="required"):
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "scope": scope}
    if licence:
        found["licenses"] = [{"expression": spdx(licence)}]
    if digest:
        found["hashes"] = [{"alg": algorithm, "content": digest}]
    return found


class Crates:
    """The crates of the workspace in `folder`, as they are built for `target`."""

    def __init__(self, folder, target):
        command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target]
        cargo = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE)
        metadata = json.loads(cargo.stdout)
        self.packages = {package["id"]: package for package in metadata["packages"]}
        self.nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
        lock = tomllib.loads((Path(metadata["workspace_root"]) / "Cargo.lock").read_text())
        self.checksums = {(it["name"], it["version"]): it.get("checksum") for it in lock["package"]}

    def own(self, name):
        return next(it for it in self.packages.values() if it["name"] == name and it["source"] is None)

    def purl(self, package):
        local = "" if package["source"] else "?vcs_url=" + quote("git+https://github.com/bheemverse/bheem-edge", safe="")
        return f"pkg:cargo/{package['name']}@{package['version']}{local}"

    def bill(self, name, kind):
        """Of the crate `name` and all that runs in it or makes it; not of what only its tests use."""
        root = self.own(name)
        parts, depends, todo = {}, {}, [root["id"]]
        while todo:
            package = self.packages[todo.pop()]
            ref = "" if package is root else self.purl(package)
            if ref in depends:
                continue
            used = [
                edge["pkg"]
                for edge in self.nodes[package["id"]]["deps"]
                if any(how["kind"] in (None, "build") for how in edge["dep_kinds"])
            ]
            depends[ref] = [self.purl(self.packages[it]) for it in used]
            todo += used
            if ref:
                checksum = self.checksums[package["name"], package["version"]]
                parts[ref] = part(ref, package["name"], package["version"], package["license"], "SHA-256", checksum)
        return bill(name, root["version"], kind, parts, depends)


def npm(folder, kind):
    """Of a package of npm. What only builds or tests it is in the bill too, as excluded."""
    lock = json.loads((folder / "package-lock.json").read_text())
    packages = {at: it for at, it in lock["packages"].items() if at and not it.get("link")}

    def name_of(at):
        return packages[at].get("name") or at.rpartition("node_modules/")[2]

    def purl(at):
        return f"pkg:npm/{quote(name_of(at), safe='/')}@{packages[at]['version']}"

    def resolve(at, name):
        """Where Node.js finds `name` from the package at `at`."""
        while True:
            found = f"{at}/node_modules/{name}".lstrip("/")
            if found in packages:
                return found
            if not at:
                return None
            at = at.rpartition("node_modules/")[0].rstrip("/")

    def used(at, it, kinds=("dependencies", "optionalDependencies", "peerDependencies")):
        names = [name for kind in kinds for name in it.get(kind, {})]
        return [found for name in names if (found := resolve(at, name))]

    runs, todo = set(), [f"node_modules/{name}" for name in BUNDLED if f"node_modules/{name}" in packages]
    while todo:
        at = todo.pop()
        if at not in runs:
            runs.add(at)
            todo += used(at, packages[at])
    root = lock["packages"][""]
    kinds = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    depends = {"": [purl(at) for at in used("", root, kinds)]}
    parts = {}
    for at, it in packages.items():
        if "version" not in it:
            continue
        digest = it.get("integrity", "").removeprefix("sha512-")
        digest = base64.b64decode(digest).hex() if digest else None
        scope = "excluded" if it.get("dev") and at not in runs else "required"
        parts[purl(at)] = part(purl(at), name_of(at), it["version"], it.get("license"), "SHA-512", digest, scope)
        depends[purl(at)] = [purl(found) for found in used(at, it)]
    return bill(root["name"], root["version"], kind, parts, depends)


def python(folder):
    """Of a package of Python, which names ranges of versions: whoever installs it picks them."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    groups = [(project.get("dependencies", []), "required")]
    groups += [(group, "optional") for group in project.get("optional-dependencies", {}).values()]
    parts = {}
    for group, scope in groups:
        for wanted in group:
            name, versions = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?\s*([^;]*)", wanted).groups()
            purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}"
            parts.setdefault(purl, part(purl, name, versions.strip() or "*", None, scope=scope))
    version = project.get("version", "0")
    return bill(project["name"], version, "library", parts, {"": list(parts)})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--out", type=Path, default=ROOT / "target" / "sbom")
    out = arguments.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    bills = [Crates(ROOT, HOST_TARGET).bill("bheem-edge", "application")]
    components = Crates(ROOT, COMPONENT_TARGET)
    manifest = tomllib.loads((ROOT / "spin.toml").read_text())
    bills += [components.bill(name, "application") for name in sorted(manifest["component"])]
    bills.append(npm(ROOT / "console", "application"))
    for client in sorted((ROOT / "clients").iterdir()):
        if (client / "Cargo.toml").exists():
            name = tomllib.loads((client / "Cargo.toml").read_text())["package"]["name"]
            bills.append(Crates(client, HOST_TARGET).bill(name, "library"))
        if (client / "package-lock.json").exists():
            bills.append(npm(client, "library"))
        if (client / "pyproject.toml").exists():
            bills.append(python(client))

    for it in bills:
        own = it["metadata"]["component"]
        name = own["name"].replace("@", "").replace("/", "-")
        # What runs is called bheem-edge, and so are, in their registries, the libraries of two languages.
        if name == "bheem-edge" and own["type"] == "library":
            name = "bheem-edge-typescript" if own["name"].startswith("@") else "bheem-edge-python"
        (out / f"{name}.cdx.json").write_text(json.dumps(it, indent=2, ensure_ascii=False) + "\n")
        print(f"{len(it['components']):4} parts  {os.path.relpath(out / name)}.cdx.json")


if __name__ == "__main__":
    main()
