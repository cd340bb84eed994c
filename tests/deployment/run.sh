#!/usr/bin/env bash
# Checks what deploy/ holds, without a running edge. The schemas of Kubernetes come from PyPI the first time, into a virtual
# environment beside this; where it cannot be had, the manifests are left out, and it says so.
set -euo pipefail
cd "$(dirname "$0")/../.."

tests/tools.sh promtool
promtool check rules deploy/prometheus/alerts.yaml
promtool test rules deploy/prometheus/alerts.test.yaml

python3 bench/scaling.py --quick

environment=tests/deployment/.venv
if ! "$environment/bin/python" -c 'import kubernetes_validate' 2>/dev/null; then
    python3 -m venv "$environment" && "$environment/bin/pip" install -q kubernetes-validate==1.37.0 || {
        echo "PyPI cannot be reached: the manifests in deploy/kubernetes and deploy/spinkube are not checked" >&2
        exit 0
    }
fi
"$environment/bin/python" tests/deployment/manifests.py

if command -v systemd-analyze >/dev/null; then
    # Only the program may be missing here.
    said=$(systemd-analyze verify deploy/systemd/bheem-edge.service 2>&1 | grep "bheem-edge.service" | grep -v "is not executable" || true)
    [ -z "$said" ] || { echo "$said"; exit 1; }
    systemd-analyze security --offline=yes --threshold=20 --no-pager deploy/systemd/bheem-edge.service | tail -1
fi
