"""Where things are."""

from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
TOOLS = BENCH / ".tools"
PEERS = BENCH / "peers"
RESULTS = BENCH / "results"
RELEASE = ROOT / "target" / "release"
EDGE = RELEASE / "bheem-edge"
UPSTREAMS = RELEASE / "upstreams"
AXUM_PEER = RELEASE / "axum-peer"
HELLO_MANIFEST = BENCH / "guests" / "spin.toml"
HELLO_WASM = ROOT / "target" / "wasm32-wasip2" / "component" / "hello_guest.wasm"
MANIFEST = ROOT / "spin.toml"
