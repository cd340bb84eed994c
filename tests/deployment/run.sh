#!/usr/bin/env bash
# Checks what deploy/ holds, without a running edge.
set -euo pipefail
cd "$(dirname "$0")/../.."

tests/tools.sh promtool
promtool check rules deploy/prometheus/alerts.yaml
promtool test rules deploy/prometheus/alerts.test.yaml
