#!/usr/bin/env bash
# Fuzzes each target for a while, from the seeds in seeds/ and whatever earlier runs found. Needs a nightly toolchain and
# cargo-fuzz: rustup toolchain install nightly && cargo install cargo-fuzz
#
# run.sh [SECONDS for each, default 60] [TARGET …, default all]
set -euo pipefail
cd "$(dirname "$0")"
# Nightly's artifacts, with their sanitizer, stay apart from all others.
export CARGO_TARGET_DIR=$PWD/target

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list --fuzz-dir .)

for target in "${targets[@]}"; do
    mkdir -p "corpus/$target"
    seeds=()
    [ -d "seeds/$target" ] && seeds=("seeds/$target")
    cargo +nightly fuzz run --fuzz-dir . "$target" "corpus/$target" "${seeds[@]}" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -dict=words.dict -print_final_stats=1
done
