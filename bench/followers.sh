#!/usr/bin/env bash
# 1,000 clients that follow the changes of seats on one node (SQLite), each on a connection of its own over loopback: how long
# a revocation takes to each of them (bar: p99 under 1 s), and what share of a core they cost the edge while nothing happens
# (bar: under 5 %). Everything listens on loopback and ends with this.
#
# FOLLOWERS, ROUNDS, IDLE_SECS: how many clients, revocations, and seconds of idling. STATE_DIR: where the edge keeps its state
# and its compiled components, a temporary folder unless told. EDGE_PROGRAMS: the folder of both
# programs, target/release unless told: `make build` makes them; what `make up` builds (target/debug) is several times slower.
set -euo pipefail
cd "$(dirname "$0")/.."

export FOLLOWERS=${FOLLOWERS:-1000} ROUNDS=${ROUNDS:-20} IDLE_SECS=${IDLE_SECS:-30}
programs=${EDGE_PROGRAMS:-target/release}
for program in bheem-edge upstreams; do
    [ -x "$programs/$program" ] || { echo "$programs/$program is missing: make build"; exit 1; }
done
[ "$(ulimit -n)" -gt $((2 * FOLLOWERS + 100)) ] || ulimit -n $((2 * FOLLOWERS + 100))
cargo build --locked --quiet -p integration --example followers

logs=$(mktemp -d)
state=${STATE_DIR:-$logs/state}
pids=()
stop() {
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$logs"
}
trap stop EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

edge_port=$(free_port) upstreams_port=$(free_port)
export EDGE=http://127.0.0.1:$edge_port UPSTREAMS=http://127.0.0.1:$upstreams_port ADMIN=bench-admin-key-of-enough-length
"$programs/upstreams" --listen "127.0.0.1:$upstreams_port" >"$logs/upstreams.log" 2>&1 &
pids+=($!)
SPIN_VARIABLE_ERP_URL=$UPSTREAMS SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY=$ADMIN \
    "$programs/bheem-edge" up --listen "127.0.0.1:$edge_port" --state-dir "$state" >"$logs/edge.log" 2>&1 &
export EDGE_PID=$!
pids+=("$EDGE_PID")
echo "starting: the first start compiles the components"
for _ in $(seq 3000); do
    kill -0 "$EDGE_PID" 2>/dev/null || { tail -n 5 "$logs/edge.log"; exit 1; }
    curl -fs "$EDGE/readyz" >/dev/null 2>&1 && break
    sleep 0.2
done
"${CARGO_TARGET_DIR:-target}/debug/examples/followers"
