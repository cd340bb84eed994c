#!/usr/bin/env bash
# The checks of the client libraries for TypeScript and Python. Where Node.js or Python is missing, the library is left out, and
# this says so. The library for Rust is tested with the other crates of the workspace.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -e typescript/package.json ]; then
    echo "there is no clients/typescript"
elif node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
    2>/dev/null && command -v npm >/dev/null; then
    (
        cd typescript
        # npm notes what it has installed.
        [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund --loglevel=error
        npm test
        npm run check-types
        npm run size
    )
else
    echo "Node.js 20.19 or later is missing: the checks of clients/typescript are left out"
fi

if [ ! -e python/test.sh ]; then
    echo "there is no clients/python"
elif python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    python/test.sh
else
    echo "Python 3.10 or later with venv is missing (apt-get install python3-venv): the checks of clients/python are left out"
fi
