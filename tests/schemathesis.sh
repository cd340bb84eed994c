#!/usr/bin/env bash
# Holds a running edge against its own description: schemathesis, which is fetched from PyPI, asks everything that
# /openapi.json says one may ask, and much that one may not. No answer may be a 5xx, or one that is not described.
#
# EXAMPLES: how many requests for each operation, 40 unless told. More arguments go to schemathesis.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
tool=target/schemathesis/bin/schemathesis
if ! "$tool" --version 2>/dev/null | grep -q "$version"; then
    command -v python3 >/dev/null || { echo "python3 is missing"; exit 1; }
    python3 -m venv target/schemathesis
    target/schemathesis/bin/pip install --quiet "schemathesis==$version"
fi

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
state=$(mktemp -d)
edge="http://127.0.0.1:$(free_port)"
upstreams="http://127.0.0.1:$(free_port)"
admin=bootstrap-of-schemathesis

pids=()
stop() {
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$state"
}
trap stop EXIT

target/release/upstreams --listen "${upstreams#http://}" 2>/dev/null &
pids+=($!)
export SPIN_VARIABLE_ERP_URL=$upstreams SPIN_VARIABLE_BHEEMPAY_URL=$upstreams SPIN_VARIABLE_NOTIFY_URL=$upstreams
export SPIN_VARIABLE_BOOTSTRAP_ADMIN_KEY=$admin
for gateway in BHEEMPAY RAZORPAY STRIPE ERP STANDARD SHOPIFY WOOCOMMERCE; do
    export "SPIN_VARIABLE_WEBHOOK_SECRETS_$gateway=whsec_c2VjcmV0LW9mLXRoZS10ZXN0cy13aXRoLTMyLWJ5"
done
target/release/bheem-edge up --listen "${edge#http://}" --state-dir "$state" 2>"$state/log" &
pids+=($!)
for _ in $(seq 600); do
    curl -fs "$edge/readyz" >/dev/null 2>&1 && break
    sleep 0.2
done
curl -fs "$edge/readyz" >/dev/null || { echo "the edge is not ready:"; tail -n 5 "$state/log"; exit 1; }

"$tool" run "$edge/openapi.json" -H "Authorization: Bearer $admin" --workers 1 --phases examples,coverage,fuzzing \
    --max-examples "${EXAMPLES:-40}" --continue-on-failure --suppress-health-check all --no-color \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
    "$@"
