#!/usr/bin/env bash
# Webhooks between the edge and the providers' own libraries, in the versions that are pinned here: what they sign is
# believed by the edge, and what the edge signs by them; and Stripe's library against the stand-in Stripe. Fetches the
# libraries into .libraries, and nothing else.
#
# run.sh          checks
# run.sh record   also writes recorded.jsonl, which `cargo test` checks without a network
# run.sh schema   writes what the stand-in Stripe is held against, from the types of Stripe's library; checks nothing
set -euo pipefail
cd "$(dirname "$0")"

for tool in node npm python3; do
    command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done

libraries=$PWD/.libraries
mkdir -p "$libraries"
cp package.json package-lock.json ./*.mjs "$libraries"
(cd "$libraries" && npm ci --silent --no-audit --no-fund --ignore-scripts)
if [ "${1:-}" = schema ]; then
    (cd "$libraries" && node stripe-schema.mjs) >../upstreams/stripe-schema.json
    exit
fi
[ -x "$libraries/python/bin/python" ] || python3 -m venv "$libraries/python"
"$libraries/python/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt

bodies=$PWD/bodies.json
signed=$libraries/signed-by-them.jsonl
"$libraries/python/bin/python" sign.py "$bodies" >"$signed"
(cd "$libraries" && node sign.mjs "$bodies") >>"$signed"
if [ "${1:-}" = record ]; then cp "$signed" recorded.jsonl; fi

ours=$libraries/signed-here.jsonl
INTEROP_EVENTS=$signed INTEROP_SIGNED=$ours cargo test --locked -p interop -- --nocapture
"$libraries/python/bin/python" verify.py <"$ours"
(cd "$libraries" && node verify.mjs <"$ours")

# Stripe's library as the client of the stand-in Stripe.
cargo build --locked --quiet -p upstreams
address=127.0.0.1:$("$libraries/python/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"${CARGO_TARGET_DIR:-../../target}/debug/upstreams" --listen "$address" 2>"$libraries/upstreams.log" &
upstreams=$!
trap 'kill "$upstreams"' EXIT
for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/${address%:*}/${address#*:}") 2>/dev/null; then break; fi
    sleep 0.1
done
(cd "$libraries" && node stripe-client.mjs "$address")
