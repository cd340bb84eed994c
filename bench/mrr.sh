#!/usr/bin/env bash
# How long MRR of 36 months takes over a million subscriptions on PostgreSQL, from the roll-ups: bar 500 ms. The server is
# the test's own, on a private port, and ends with it. SUBSCRIPTIONS says how many; PROFILE=release measures optimised code.
set -euo pipefail

cd "$(dirname "$0")/.."
export SUBSCRIPTIONS=${SUBSCRIPTIONS:-1000000}
profile=()
[ "${PROFILE:-dev}" = release ] && profile=(--release)
exec cargo test --locked "${profile[@]}" -p edge-mrr --test postgres -- --ignored --nocapture a_million
