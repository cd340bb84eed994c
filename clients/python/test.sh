#!/usr/bin/env bash
# Everything that must hold of this package: its calls are those of docs/openapi.json, its types, its tests.
# It uses a virtual environment under target/, with what requirements.txt pins. PYTHON: which Python, python3 unless told.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or later is needed"; exit 1; }
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
venv=../../target/python-client-$version
wanted=$(cat requirements.txt pyproject.toml)
if [ ! -e "$venv/made-from" ] || [ "$(cat "$venv/made-from")" != "$wanted" ]; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
    printf '%s\n' "$wanted" >"$venv/made-from"
fi

"$venv/bin/python" generate.py --check
# The package as it is installed, so that what it leaves out is missed. The build leaves no folder here.
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
"$venv/bin/python" -m mypy --cache-dir "$venv/mypy"
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -m pytest "$@"
