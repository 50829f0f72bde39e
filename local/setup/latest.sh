#!/usr/bin/env bash
# Do we work with the newest of everything? Tries it in a copy, reports, and changes nothing here.
#
# Newest: livekit-server and LiveKit SIP as Go modules, and every Python package, pre-releases
# included (livekit-agents 2.0). What cannot be had or built is reported, and the pinned one stands
# in for it. Then the contract with LiveKit is checked and one short real call is made.
#
# Exit codes: 0 reported, whatever was found; 1 when there was nothing to report.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${STORYLINE_CACHE:-${HOME:?}/.cache/storyline}
COPY=$CACHE/latest
readonly ROOT CACHE COPY
readonly CONTRACTS=(tests/bot/test_livekit_contract.py tests/sip/test_sip_service_contract.py)
readonly CALL=tests/e2e/talk/test_silence.py

export GOTOOLCHAIN=local UV_PYTHON_DOWNLOADS=never

copy_tree() {
    rm -rf "$COPY"
    mkdir -p "$COPY"
    git -C "$ROOT" ls-files -z | tar -C "$ROOT" --null --files-from=- --create | tar -C "$COPY" --extract
}

# try NAME COMMAND...: run it with its output in a log; say how it went, with the last line if badly.
try() {
    local name=$1 log=$COPY/$1.log
    shift
    if "$@" >"$log" 2>&1 </dev/null; then
        printf '%-22s ok: %s\n' "$name" "$(tail -n 1 "$log")"
    else
        # Of a test that failed: why.
        printf '%-22s FAILED: %s\n' "$name" "$(grep '^E  ' "$log" | tail -n 1 | grep . ||
            grep -v '^$' "$log" | tail -n 1)"
        return 1
    fi
}

# What a module replaces of its own libraries is for its own build only, unless it is said here too.
take_over_replacements() {
    go mod edit -json "$(go list -m -f '{{.GoMod}}' "$1")" | python3 -c '
import json, sys
for each in json.load(sys.stdin)["Replace"] or []:
    old, new = each["Old"]["Path"], each["New"]
    print("-replace={}={}@{}".format(old, new["Path"], new["Version"]))
' | xargs --no-run-if-empty go mod edit
}

newest_go() {
    go get "$1@latest" && take_over_replacements "$1" && go mod tidy &&
        CGO_ENABLED=$3 go build -o /dev/null "$2" && go list -m "$1"
}

try_go() {
    cd "$COPY/local/go/$1"
    cp go.mod go.sum ..
    # The pinned one stands in.
    try "$1" newest_go "$2" "$3" "$4" || mv ../go.mod ../go.sum .
}

newest_python() {
    export UV_PRERELEASE=$1
    sed -i -E 's/^( *"[a-z0-9-]+(\[[a-z]+\])?)[=>]=[^"]*"/\1"/' pyproject.toml &&
        "$UV" lock --upgrade && local/setup/setup.sh tests &&
        "$UV" run --no-sync python -c 'from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("livekit", "livekit-agents", "livekit-api")))'
}

# try_python NAME PRERELEASE: the packages, then the tests with them.
try_python() {
    cd "$COPY"
    cp "$ROOT/pyproject.toml" "$ROOT/uv.lock" .
    try "$1" newest_python "$2" || return 0
    try "$1-contract" run_tests "${CONTRACTS[@]}" || true
    try "$1-call" run_tests -m e2e "$CALL" || true
}

run_tests() { "$UV" run --no-sync pytest -q -p no:cacheprovider "$@"; }

UV=$(command -v uv || echo "$CACHE/uv/bin/uv")
"$ROOT/local/setup/setup.sh" tests
copy_tree
try_go livekit-server github.com/livekit/livekit-server github.com/livekit/livekit-server/cmd/server 0
try_go livekit-sip github.com/livekit/sip github.com/livekit/sip/cmd/livekit-sip 1
try_python stable if-necessary-or-explicit
try_python pre-release allow
echo "logs: $COPY/*.log"
