#!/usr/bin/env bash
# What the edge is made of: licences, sources and bans (deny.toml), known vulnerabilities, and dependencies that nothing
# uses. Needs cargo-deny, cargo-audit and cargo-machete: cargo install --locked cargo-deny cargo-audit cargo-machete
#
# Vulnerabilities are those of the RustSec database, which is fetched from GitHub. Where it cannot be had the audit fails,
# unless ADVISORIES=if-reachable: then it says that it did not look. ADVISORY_DB=FOLDER has it read a clone of
# https://github.com/RustSec/advisory-db in place of fetching one.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
for tool in deny audit machete; do
    cargo "$tool" --version >/dev/null 2>&1 || missing+=("cargo-$tool")
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}; cargo install --locked ${missing[*]}" >&2
    exit 1
fi

cargo deny --locked check licenses bans sources
cargo machete

mapfile -t locks < <(git ls-files 'Cargo.lock' '*/Cargo.lock')
look() {
    for lock in "${locks[@]}"; do
        echo "known vulnerabilities in $lock"
        # What is excepted, and why, is in .cargo/audit.toml beside the lock file.
        (cd "$(dirname "$lock")" && cargo audit --deny warnings "$@")
    done
}
if [ -n "${ADVISORY_DB:-}" ]; then
    look --db "$(realpath "$ADVISORY_DB")" --no-fetch --stale
elif cargo deny --locked fetch db 2>/dev/null; then
    cargo deny --locked check advisories
    look
elif [ "${ADVISORIES:-}" = if-reachable ]; then
    echo "the database of advisories cannot be reached: nobody looked for known vulnerabilities"
else
    echo "the database of advisories cannot be reached" >&2
    exit 1
fi
