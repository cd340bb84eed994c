#!/usr/bin/env bash
# Builds console/dist, unless nothing that it is made from has changed.
set -euo pipefail
cd "$(dirname "$0")"

made_from=$(find package.json package-lock.json ./*.html ./*.ts ./*.js tsconfig.json src scripts ../docs/rules.md ../docs/operations.md ../docs/openapi.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
[ -e dist/index.html ] && [ "$(cat node_modules/.made-from 2>/dev/null)" = "$made_from" ] && exit 0

if [ ! -e node_modules/.installed ] || ! cmp -s package-lock.json node_modules/.installed; then
    # Without the registry the console is left out, as without Node.js: 75 tells make.
    log=$(mktemp)
    if ! npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1; then
        cat "$log"
        grep -qE 'ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH' "$log" || exit 1
        echo "npm cannot reach its registry: the console is left out, everything else is built"
        rm -rf dist
        exit 75
    fi
    cp package-lock.json node_modules/.installed
fi
npm run --silent build
echo "$made_from" >node_modules/.made-from
