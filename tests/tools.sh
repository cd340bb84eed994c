#!/usr/bin/env bash
# Makes sure that the servers which the integration tests start for themselves are there: Redis, and PostgreSQL 15 or
# newer. Installs them where that takes no password, else says what to do.
set -euo pipefail

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    missing+=(postgresql)
fi
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]} for the integration tests"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    # The tests start their own servers: the packages' are not to run beside them.
    RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "the integration tests need ${missing[*]}: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
