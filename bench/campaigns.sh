#!/usr/bin/env bash
# How many steps of campaigns a node takes in a second on PostgreSQL, of a million enrolments that fall due over a day: bar
# 1,000. The server is the test's own, on a private port, and ends with it. ENROLMENTS says how many; PROFILE=release measures
# optimised code.
set -euo pipefail

cd "$(dirname "$0")/.."
export ENROLMENTS=${ENROLMENTS:-1000000}
profile=()
[ "${PROFILE:-dev}" = release ] && profile=(--release)
exec cargo test --locked "${profile[@]}" -p edge-campaigns --test postgres -- --ignored --nocapture a_million
