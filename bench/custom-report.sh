#!/usr/bin/env bash
# How long a custom report of 100,000 rows takes as CSV on PostgreSQL, and how much memory it needs: bars 2 s and 64 MiB. The
# server is the test's own, on a private port, and ends with it. ROWS says how many; PROFILE=dev measures what `make test`
# builds.
set -euo pipefail

cd "$(dirname "$0")/.."
export ROWS=${ROWS:-100000}
profile=(--release)
[ "${PROFILE:-release}" = dev ] && profile=()
exec cargo test --locked "${profile[@]}" -p edge-custom-reports --test reports -- --ignored --nocapture a_hundred_thousand
