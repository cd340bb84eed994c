"""What the bench needs beside Rust, Node and Python, and the builds of what it measures."""

import re
import shutil
import subprocess

from . import paths
from .peers import CannotRun, run
from .processes import say

#: The least of wasmtime's command line that serves a component of wasi:http 0.3.
WASMTIME_FEATURES = "run,serve,compile,component-model-async,pooling-allocator,parallel-compilation,threads"


def need_wrk():
    if not shutil.which("wrk"):
        raise CannotRun("the load generator wrk is missing: apt-get install wrk, or brew install wrk")


def build():
    """Builds what only the bench wants, and, where it was not built yet, what is measured."""
    missing = [path for path in (paths.EDGE, paths.UPSTREAMS, *components()) if not path.exists()]
    if missing:
        say("building the edge: " + ", ".join(path.name for path in missing))
        targets = ["build"] if paths.EDGE == paths.edge("release") else ["dist", "upstreams"]
        run("make", *targets, cwd=paths.ROOT)
    say("building hello world and the axum peer")
    component = ["--profile", "component", "--target", "wasm32-wasip2"]
    run("cargo", "build", "--locked", *component, "-p", "hello-guest", cwd=paths.ROOT)
    run("cargo", "build", "--locked", "--release", "-p", "axum-peer", cwd=paths.ROOT)


def components():
    """The components that spin.toml names."""
    sources = re.findall(r'^source = "([^"]+[.]wasm)"', paths.MANIFEST.read_text(), re.MULTILINE)
    return [paths.ROOT / source for source in sources]


def wasmtime():
    """The path of a wasmtime of the version that the host embeds."""
    lock = (paths.ROOT / "Cargo.lock").read_text()
    version = re.search(r'name = "wasmtime"\nversion = "([^"]+)"', lock).group(1)
    binary = paths.TOOLS / "bin" / "wasmtime"
    if binary.exists():
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        if version in said:
            return binary
    say(f"  installing wasmtime-cli {version} from crates.io into bench/.tools; takes some minutes")
    command = ["cargo", "install", "wasmtime-cli", "--version", version, "--locked", "--no-default-features"]
    run(*command, "--features", WASMTIME_FEATURES, "--root", paths.TOOLS)
    return binary
