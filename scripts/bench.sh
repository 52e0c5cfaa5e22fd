#!/usr/bin/env bash
# Measures whole processes over the loopback interface: CPU time and peak memory of `arazzo run` beside the same
# requests written by hand. Needs cargo alone. `scripts/bench.sh [ROUNDS]`; BENCHMARKS.md has figures.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-30}
cargo build --release --locked --quiet -p arazzo -p arazzo-benches
bin=${CARGO_TARGET_DIR:-target}/release

# The server ends with this script, which holds its standard input open.
coproc SERVER { exec "$bin/sift-server"; }
read -r url <&"${SERVER[0]}"

by_hand=("$bin/sift-by-hand" "$url")
arazzo=("$bin/arazzo" run workflows/sift-com-screen-account-creation-workflow.yml
    --inputs workflows/sift-com-screen-account-creation.inputs.yml
    --server "eventsApi=$url" --server "scoreApi=$url" --server "decisionsApi=$url"
    --auth ApiKeyAuth=example-api-key: --auth BasicAuth=example-api-key: --format outputs)

# What is measured prints nothing, so here is once what it does.
echo "by hand: $("${by_hand[@]}")"
echo "arazzo run: $("${arazzo[@]}")"
echo
"$bin/measure" --rounds "$rounds" -- "by hand" "${by_hand[@]}" -- "arazzo run" "${arazzo[@]}"
