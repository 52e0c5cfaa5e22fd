#!/usr/bin/env bash
# Runs every fuzz target for some seconds: scripts/fuzz.sh [SECONDS] [TARGET…]
# Installs cargo-fuzz when it is missing. Without a nightly toolchain the targets run without a sanitizer, which finds
# panics, hangs and failed assertions all the same: the code has no unsafe parts.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true
command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz
# Real texts are better seeds than none.
mkdir -p fuzz/corpus/{yaml,json,openapi,description}
cp openapi/*.yml fuzz/corpus/openapi/ && cp openapi/*.yml workflows/*.yml fuzz/corpus/yaml/ && cp workflows/*-workflow.yml fuzz/corpus/description/
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo fuzz list)
for target in "${targets[@]}"; do
  echo "== $target, $seconds s"
  cargo fuzz run --sanitizer none "$target" -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 2>&1 | tail -n 12
done
