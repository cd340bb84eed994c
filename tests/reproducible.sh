#!/usr/bin/env bash
# Builds components twice from what is committed, in two folders of which nothing has the same path, with two Cargo homes,
# and compares their bytes. `tests/reproducible.sh plan-lookup rules` builds some, without arguments all are built.
#
# REPRODUCIBLE_QUICK=1 leaves out link-time optimisation, which takes most of the time, and says less.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
home=${CARGO_HOME:-$HOME/.cargo}
# The console's files are made by another tool, once for both.
if [ -d console/dist ]; then console=$PWD/console/dist; else console=; fi

build() { # FOLDER CARGO_HOME COMPONENT…
    local folder=$1 cargo_home=$2
    shift 2
    mkdir -p "$folder" "$cargo_home"
    git archive HEAD | tar -x -C "$folder"
    if [ -n "$console" ]; then cp -r "$console" "$folder/console/dist"; fi
    # The same packages, elsewhere: copied links lead to the same files by another path.
    [ -e "$cargo_home/registry" ] || cp -rs "$home/registry" "$cargo_home/registry"
    local more=()
    if [ -n "${REPRODUCIBLE_QUICK:-}" ]; then
        more=(CARGO_PROFILE_COMPONENT_LTO=off CARGO_PROFILE_COMPONENT_CODEGEN_UNITS=16)
    fi
    env -u CARGO_TARGET_DIR CARGO_HOME="$cargo_home" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" "${more[@]}" \
        make -C "$folder" --no-print-directory components-alone ${*:+COMPONENTS="$*"}
    (cd "$folder/target/wasm32-wasip2/component" && sha256sum -- *.wasm) > "$folder.sums"
}

build "$work/one" "$home" "$@"
build "$work/elsewhere/and/deeper" "$work/cargo" "$@"
if ! diff "$work/one.sums" "$work/elsewhere/and/deeper.sums"; then
    echo "not reproducible: the lines above differ" >&2
    exit 1
fi
echo "the same bytes in both folders:"
cat "$work/one.sums"
