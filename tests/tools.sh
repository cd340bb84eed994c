#!/usr/bin/env bash
# Makes sure that what the tests run beside the edge is there: of redis, postgresql (15 or newer), chromium, promtool
# (2.42 or newer) and haproxy those that the arguments name. Installs them where that takes no password, else says what to do.
set -euo pipefail

missing=()
for tool in "$@"; do
    case $tool in
    redis) command -v redis-server >/dev/null || missing+=(redis-server) ;;
    postgresql)
        command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
        ;;
    # Debian's package of the server has it.
    promtool) command -v promtool >/dev/null || missing+=(prometheus) ;;
    haproxy) command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || missing+=(haproxy) ;;
    chromium) command -v "${CHROMIUM:-chromium}" >/dev/null || missing+=(chromium) ;;
    esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]} for the tests"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    # The tests start their own servers: the packages' are not to run beside them.
    RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
else
    echo "the tests need ${missing[*]}: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
