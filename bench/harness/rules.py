"""The rule `approval` on this engine and on others: bench/rules, which has its own lock file and is built when asked."""

import json
import shutil
import subprocess

from . import paths
from .peers import CannotRun, run
from .processes import say

RULES = paths.BENCH / "rules"
TARGET = paths.ROOT / "target" / "bench-rules"


def measure(seconds, build=True):
    """The table as text, and as data."""
    binary = TARGET / "release" / "rules-bench"
    if build:
        say("building the rules bench; the first time takes some minutes")
        run("cargo", "build", "--locked", "--release", "--target-dir", TARGET, cwd=RULES)
    if not binary.exists():
        raise CannotRun("build it: cargo build --release --target-dir target/bench-rules, in bench/rules")
    node = RULES / "json-rules-engine"
    if shutil.which("npm") and not (node / "node_modules").exists():
        run("npm", "ci", "--no-audit", "--no-fund", cwd=node)
    say("measuring rules")
    ran = subprocess.run([binary, str(seconds)], capture_output=True, text=True, timeout=300, start_new_session=True)
    if ran.returncode:
        raise CannotRun(f"the rules bench failed: {ran.stderr}")
    *notes, told = ran.stderr.strip().splitlines()
    for note in notes:
        say(f"  {note}")
    return ran.stdout.rstrip(), json.loads(told)
