#!/bin/sh
# Makes HTML reports of the Sift workflow with the mock, opens them in a headless Chromium, checks what is on them, and
# takes pictures at phone and desktop width, light and dark, into target/report-screenshots. Look at those.
#
# Chromium is installed with apt where it is missing and we are root; else this says that it skips.
set -eu
cd "$(dirname "$0")/.."

out=${CARGO_TARGET_DIR:-target}/report-screenshots
mkdir -p "$out"
out=$(cd "$out" && pwd)

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 || true
    browser=$(command -v chromium || true)
fi
if [ -z "$browser" ]; then
    echo "skipped: there is no chromium, and it cannot be installed"
    exit 0
fi

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
workflow=workflows/sift-com-screen-account-creation
cat >"$profile/failed.scenario.yml" <<'SCENARIO'
getScore:
- status: 500
  body: { error_message: "</script><script>document.title = 'hostile'</script>" }
SCENARIO

report() { # NAME WORKFLOW SCENARIO EXPECTED-EXIT [FLAG]
    code=0
    cargo run -q -p arazzo -- run "$workflow$2-workflow.yml" --inputs "$workflow.inputs.yml" --mock="$3" \
        --report "html=$out/$1.html" -q ${5:+"$5"} >"$profile/$1.txt" 2>&1 || code=$?
    if [ "$code" != "$4" ]; then
        cat "$profile/$1.txt"
        fail "$1" "the run exits with $code, not $4"
    fi
}

chrome() {
    timeout 120 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile/chrome" \
        "$@" 2>"$profile/chrome.txt"
}

fail() {
    echo "$1: $2" >&2
    exit 1
}

has() { # NAME TEXT
    grep -qF -- "$2" "$profile/$1.dom" || fail "$1" "the page lacks $2"
}

lacks() { # NAME TEXT
    if grep -qF -- "$2" "$profile/$1.dom"; then fail "$1" "the page has $2"; fi
}

report high-risk "" "$workflow.high-risk.scenario.yml" 0
report low-risk "" "$workflow.low-risk.scenario.yml" 0
report retry "-with-retry" "$workflow.api-down-then-up.scenario.yml" 0
report failed "" "$profile/failed.scenario.yml" 1

# Five rows of data, of which one fails.
printf 'userId,scoreThreshold\nuser-1,80\nuser-2,95\nuser-3,50\nuser-4,99\nuser-5,10\n' >"$profile/rows.csv"
cat >"$profile/rows.scenario.yml" <<'SCENARIO'
getScore:
- body: { scores: { account_abuse: { score: 91 } } }
- status: 500
- body: { scores: { account_abuse: { score: 91 } } }
SCENARIO
report rows "" "$profile/rows.scenario.yml" 1 "--data=$profile/rows.csv"

for name in high-risk low-risk retry failed rows; do
    chrome --dump-dom "file://$out/$name.html" >"$profile/$name.dom" || fail "$name" "chromium cannot open it"
    # The script of the page marks the root, so the policy of the page lets it run.
    has "$name" '<html lang="en" class="js">'
    has "$name" 'class="graph ran"'
    has "$name" 'id="run-1-visit-1"'
    lacks "$name" example-api-key
    # The page must not be wider than the window. Chromium says so through a copy with a script that measures it.
    sed -e '/Content-Security-Policy/d' \
        -e 's#</body>#<script>document.querySelectorAll("details").forEach((d) => { d.open = true; }); document.title = "wide by " + (document.documentElement.scrollWidth - innerWidth) + " at " + innerWidth;</script></body>#' \
        "$out/$name.html" >"$profile/measured.html"
    for width in 375 1280; do
        # A window is never as narrow as a phone, a frame can be.
        printf '<!doctype html><iframe id="f" width="%s" height="800" src="measured.html"></iframe><script>onload = () => { document.title = f.contentDocument.title; };</script>' \
            "$width" >"$profile/frame.html"
        chrome --allow-file-access-from-files --window-size=1400,900 --dump-dom "file://$profile/frame.html" >"$profile/frame.dom" ||
            fail "$name" "chromium cannot measure it"
        grep -qE "<title>wide by (0|-[0-9]+) at $width</title>" "$profile/frame.dom" ||
            fail "$name" "at $width pixels: $(grep -o '<title>[^<]*' "$profile/frame.dom" || echo 'not measured')"
    done
    for theme in light dark; do
        preferred=1
        [ "$theme" = light ] || preferred=0
        chrome --blink-settings=preferredColorScheme=$preferred --window-size=1280,1500 \
            --screenshot="$out/$name-desktop-$theme.png" "file://$out/$name.html" >/dev/null
        chrome --blink-settings=preferredColorScheme=$preferred --window-size=375,2200 \
            --screenshot="$out/$name-phone-$theme.png" "file://$out/$name.html" >/dev/null
    done
done
has high-risk 'highRisk → decisionRiskyUser'
lacks high-risk 'Not run:'
has low-risk 'lowRisk ends the workflow'
has low-risk 'Not run:'
has retry 'tries again'
has failed '<title>failed: screen-account-creation</title>'
has failed 'no action handles it: the workflow fails'
has rows '5 runs, 4 succeeded, 1 failed'
has rows '<details class="fold" open="">'
echo "the reports are as they should be; look at the pictures in $out"
