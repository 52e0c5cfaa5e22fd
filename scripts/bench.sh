#!/usr/bin/env bash
# Measures whole processes over the loopback interface, beside the same requests written by hand: CPU time and peak
# memory of one run, of many runs, and of long workflows. BENCHMARKS.md has figures.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
    cat <<'TEXT'
usage: scripts/bench.sh [ROUNDS [CHAINS]]

Builds the command and the client written by hand, starts a server on the loopback interface, and runs the commands in
turn, every other time in the opposite order. ROUNDS is how often each runs once (default 30), CHAINS how many runs
`--repeat` makes (default 5000). Needs cargo alone.

`hurl` and `redocly` are measured too where they are installed, else they are skipped:
  hurl       cargo install --locked hurl       (needs libcurl and libxml2), or https://hurl.dev
  redocly    npm install --global @redocly/cli (needs Node.js)

ARAZZO names another build of `arazzo` that is measured beside this one.
TEXT
}

case ${1:-} in -h | --help)
    usage
    exit
    ;;
esac
rounds=${1:-30}
chains=${2:-5000}
cargo build --release --locked --quiet -p arazzo -p arazzo-benches
bin=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The server ends with this script, which holds its standard input open.
coproc SERVER { exec "$bin/sift-server"; }
read -r url <&"${SERVER[0]}"

run=(run workflows/sift-com-screen-account-creation-workflow.yml
    --inputs workflows/sift-com-screen-account-creation.inputs.yml
    --server "eventsApi=$url" --server "scoreApi=$url" --server "decisionsApi=$url"
    --auth ApiKeyAuth=example-api-key: --auth BasicAuth=example-api-key:)

# compare ROUNDS BY-HAND-ARGUMENTS… -- ARAZZO-ARGUMENTS… [-- NAME COMMAND…]
compare() {
    local rounds=$1 by_hand=("$bin/sift-by-hand" "$url") arguments=()
    shift
    while [ "$1" != -- ]; do by_hand+=("$1") && shift; done
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do arguments+=("$1") && shift; done
    # What is measured prints nothing, so here is once what it does.
    echo "by hand: $("${by_hand[@]}")"
    echo "arazzo: $("$bin/arazzo" "${arguments[@]}" 2>&1 | tr -d '\n' | cut -c 1-150)"
    local other=()
    if [ -n "${ARAZZO:-}" ]; then other=(-- "$ARAZZO" "$ARAZZO" "${arguments[@]}"); fi
    "$bin/measure" --rounds "$rounds" -- "by hand" "${by_hand[@]}" -- arazzo "$bin/arazzo" "${arguments[@]}" \
        "${other[@]}" "$@"
    echo
}

others=()
if command -v hurl >/dev/null; then
    cat >"$work/sift.hurl" <<TEXT
POST $url/events?return_score=true&abuse_types=account_abuse
Authorization: Basic ZXhhbXBsZS1hcGkta2V5Og==
{"\$type":"\$create_account","\$api_key":"example-api-key","\$user_id":"user-4711","\$user_email":"robin@example.com"}
HTTP 200

GET $url/score/user-4711?abuse_types=account_abuse
Authorization: Basic ZXhhbXBsZS1hcGkta2V5Og==
HTTP 200
[Asserts]
jsonpath "$.scores.account_abuse.score" >= 80

POST $url/accounts/account-0815/users/user-4711/decisions
Authorization: Basic ZXhhbXBsZS1hcGkta2V5Og==
{"decision_id":"block_new_account","source":"AUTOMATED_RULE","description":"Auto-applied by the account-creation screening workflow on high Sift Score."}
HTTP 200
TEXT
    others+=(-- hurl hurl --no-output "$work/sift.hurl")
else
    echo "hurl is not installed and is skipped (see --help)"
fi
if command -v redocly >/dev/null; then
    inputs='{"apiKey":"example-api-key","accountId":"account-0815","userId":"user-4711","userEmail":"robin@example.com","abuseTypes":"account_abuse","scoreThreshold":80,"riskyDecisionId":"block_new_account"}'
    # It makes two of the three requests, takes no branch, and fails at an output of the third (2.77.0).
    others+=(-- respect sh -c 'redocly respect "$@" || [ $? = 1 ]' respect
        workflows/sift-com-screen-account-creation-workflow.yml --input "$inputs"
        --server "eventsApi=$url" --server "scoreApi=$url" --server "decisionsApi=$url")
else
    echo "redocly is not installed and is skipped (see --help)"
fi

echo "## One run"
compare "$rounds" -- "${run[@]}" --format outputs "${others[@]}"
echo "## The start of the process"
"$bin/measure" --rounds "$rounds" -- "arazzo --version" "$bin/arazzo" --version
echo
echo "## $chains runs, one at a time"
compare 9 --repeat "$chains" -- "${run[@]}" --repeat "$chains"
echo "## $chains runs, 64 at a time"
compare 9 --repeat "$chains" --concurrency 64 -- "${run[@]}" --repeat "$chains" --concurrency 64

# long STEPS USER: a workflow of so many steps, each of which reads the score of the user and looks at the status alone.
long() {
    {
        echo "{ arazzo: 1.0.1, info: { title: Long, version: 1.0.0 },"
        echo "sourceDescriptions: [{ name: scoreApi, type: openapi, url: sift-score-api-openapi.yml }],"
        echo "workflows: [{ workflowId: long, steps: ["
        for step in $(seq "$1"); do
            echo "{ stepId: s$step, operationId: getScore, successCriteria: [{ condition: \$statusCode == 200 }],"
            echo "parameters: [{ name: user_id, in: path, value: $2 }, { name: abuse_types, in: query, value: account_abuse }] },"
        done
        echo "] }] }"
    } >"$work/$2-$1.yml"
    compare 9 --steps "$1" "$2" -- run "$work/$2-$1.yml" --source scoreApi=openapi/sift-score-api-openapi.yml \
        --server "$url" --auth BasicAuth=example-api-key: --quiet
}

for steps in 10 100 1000; do
    echo "## $steps steps"
    long "$steps" user-4711
    echo "## $steps steps, each with a body of 10 kB that nothing reads"
    long "$steps" padding-10000
done
