#!/usr/bin/env bash
# Starts the stand-in upstreams and the edge, makes a demo key and prints what to try. Ctrl-C stops both.
#
# EDGE_LISTEN, ERP_LISTEN: where they listen; STATE_DIR: where the edge keeps its state.
set -euo pipefail
cd "$(dirname "$0")/../.."

edge_listen=${EDGE_LISTEN:-127.0.0.1:3000}
erp_listen=${ERP_LISTEN:-127.0.0.1:8000}
state_dir=${STATE_DIR:-.spin}
edge="http://$edge_listen"
erp="http://$erp_listen"
bin=target/release

command -v curl >/dev/null || { echo "curl is missing: apt-get install curl"; exit 1; }
mkdir -p "$state_dir"

export SPIN_VARIABLE_ERP_URL=${SPIN_VARIABLE_ERP_URL:-$erp}
admin=${SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY:-admin-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
export SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY=$admin

pids=()
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM

log=$state_dir/edge.log
"$bin/upstreams" --listen "$erp_listen" &
pids+=($!)
"$bin/bheem-edge" up --listen "$edge_listen" --state-dir "$state_dir" 2>"$log" &
edge_pid=$!
pids+=("$edge_pid")

echo "starting: the first start compiles the components, which takes a minute"
for _ in $(seq 600); do
    kill -0 "$edge_pid" 2>/dev/null || { echo "the edge did not start:"; tail -n 5 "$log"; exit 1; }
    # Its own word first: another server may hold the port.
    grep -qs "listens on" "$log" && curl -fs "$edge/readyz" >/dev/null 2>&1 && break
    sleep 0.2
done
curl -fs "$edge/readyz" >/dev/null || { echo "the edge is not ready:"; tail -n 5 "$log"; exit 1; }

answer=$(curl -fsS "$edge/api/v1/api-keys" -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' \
    -d '{"name":"demo","scopes":["seats:verify","seats:write","rules:read","rules:evaluate"]}')
key=$(printf '%s' "$answer" | sed 's/.*"key":"\([^"]*\)".*/\1/')

cat <<MESSAGE

The edge listens on $edge, the stand-in ERP on $erp. What the edge says is in $log.

    export KEY=$key
    export ADMIN=$admin

Has user_123 a seat?

    curl -s $edge/verify-seat -H "Authorization: Bearer \$KEY" -H 'Content-Type: application/json' \\
      -d '{"userId":"user_123","applicationSlug":"healos","externalOrgId":"hospital_456"}'

Take the seat away in the ERP, and tell the edge; then ask again:

    curl -s -X PUT $erp/_control/seats/healos/hospital_456/user_123 -H 'Content-Type: application/json' \\
      -d '{"seat_status":"REVOKED"}'
    curl -s $edge/api/v1/seats/invalidate -H "Authorization: Bearer \$KEY" -H 'Content-Type: application/json' \\
      -d '{"applicationSlug":"healos","externalOrgId":"hospital_456"}'

The API is described at $edge/docs. Ctrl-C stops everything.
MESSAGE
wait "$edge_pid"
