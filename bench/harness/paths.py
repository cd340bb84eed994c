"""Where things are."""

import os
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
TOOLS = BENCH / ".tools"
PEERS = BENCH / "peers"
RESULTS = BENCH / "results"
RELEASE = ROOT / "target" / "release"
UPSTREAMS = RELEASE / "upstreams"
AXUM_PEER = RELEASE / "axum-peer"
#: Compiled components, for the next edge: compiling them takes a minute of processor time.
COMPILED = ROOT / "target" / "bench-compiled"
HELLO_MANIFEST = BENCH / "guests" / "spin.toml"
HELLO_WASM = ROOT / "target" / "wasm32-wasip2" / "component" / "hello_guest.wasm"
#: BENCH_MANIFEST: another build of the components, to measure one against the other.
MANIFEST = Path(os.environ.get("BENCH_MANIFEST", ROOT / "spin.toml"))


def edge(profile):
    """The host as that profile of Cargo builds it: `release`, or `dist`, which is what is shipped."""
    return ROOT / "target" / profile / "bheem-edge"


EDGE = edge("release")
