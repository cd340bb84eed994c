#!/usr/bin/env bash
# How long the CFO dashboard takes over a tenant with a hundred thousand documents (invoices, charges, payments, disputes,
# contracts) and as many allocation lines on PostgreSQL: bar 500 ms. The server is the test's own, on a private port, and ends
# with it. DOCUMENTS says how many. It measures optimised code, as components are: PROFILE=dev
# saves the build, and takes several times as long over contracts.
set -euo pipefail

cd "$(dirname "$0")/.."
export DOCUMENTS=${DOCUMENTS:-100000}
profile=()
[ "${PROFILE:-release}" = release ] && profile=(--release)
exec cargo test --locked "${profile[@]}" -p edge-finance-reports --test reports -- --ignored --nocapture hundred_thousand
