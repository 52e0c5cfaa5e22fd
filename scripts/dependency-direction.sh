#!/usr/bin/env bash
# Proves that the crates stand in a line: each uses what is to its left, nothing to its right, and the
# pure ones (left of the runner) reach neither a network nor a runtime. Needs cargo alone.
set -euo pipefail
cd "$(dirname "$0")/.."

line=(arazzo-expression arazzo-document arazzo-engine arazzo-runner arazzo arazzo-benches arazzo-examples)
pure=(arazzo-expression arazzo-document arazzo-engine)
impure='^(tokio|reqwest|hyper|rusqlite) '

tree() { cargo tree --locked --prefix none --format '{p}' "$@"; }
fail() { echo "dependency-direction: $1" >&2; exit 1; }

left=' '
for crate in "${line[@]}"; do
    left+="$crate "
    # Development and build dependencies count too, hence no `-e normal`.
    used=$(tree -p "$crate" -e all --depth 1)
    while read -r dependency _; do
        [[ "$dependency" != arazzo* || "$left" == *" $dependency "* ]] ||
            fail "\`$crate\` uses \`$dependency\`, which is not to its left; hint: move the code, not the arrow"
    done <<<"$used"
done

members=$(tree --workspace --depth 0)
while read -r member _; do
    [[ -z "$member" || "$left" == *" $member "* ]] ||
        fail "\`$member\` has no place in the line; hint: add it to \`line\` in $0"
done <<<"$members"

for crate in "${pure[@]}"; do
    reached=$(tree -p "$crate" -e normal)
    if found=$(grep -m 1 -E "$impure" <<<"$reached"); then
        fail "\`$crate\` reaches \`$found\`; hint: input and output belong in \`arazzo-runner\`"
    fi
done
echo "dependency-direction: ${line[*]}"
