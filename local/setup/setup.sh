#!/usr/bin/env bash
# Everything the product needs on this machine before `make demo` and `make test` can run.
#
#   local/setup/setup.sh            what the product and the demo need
#   local/setup/setup.sh tests      that, and what only the tests need (PostgreSQL, PgBouncer,
#                                  sipp, strace, Chromium)
#   local/setup/setup.sh python     the virtual environment alone (enough for lint and unit tests)
#
# What is there already is left alone, so a second run takes about a second. Nothing outside this
# tree is touched but the system packages named below and the cache (~/.cache/storyline, or
# STORYLINE_CACHE), which holds uv when the machine has none, the two LiveKit programs, and logs.
#
# Exit codes: 0 ready; 2 wrong arguments; 3 something is missing that only you can install (the
# exact line to run is printed); 1 a step failed (its log is shown).

set -euo pipefail

readonly UV_VERSION=0.13.9
readonly GO_WANTED=1.26

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CACHE=${STORYLINE_CACHE:-${HOME:?}/.cache/storyline}
LOGS=$CACHE/logs
readonly ROOT CACHE LOGS

# uv uses the machine's own Python; it never downloads one.
export UV_PYTHON_DOWNLOADS=never
export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180}

say() { printf 'setup: %s\n' "$*"; }

# stop_for_user MESSAGE...: what is missing and what to do, one line each.
stop_for_user() {
    printf 'setup: %s\n' "$@" >&2
    exit 3
}

have() { command -v "$1" >/dev/null 2>&1; }

# step NAME HINT COMMAND...: run it with its output in a log; show how long it took, or the log.
step() {
    local name=$1 hint=$2 log=$LOGS/$1.log began=$SECONDS
    shift 2
    say "$hint ..."
    if "$@" >"$log" 2>&1 </dev/null; then
        say "  $name: done in $((SECONDS - began)) s"
    else
        local code=$?
        say "  $name: failed with exit code $code. The end of $log:" >&2
        tail -n 30 "$log" >&2
        exit 1
    fi
}

# begin COMMAND...: run it beside the others, in a process group of its own so that its children
# end with it.
begin() {
    set -m
    "$@" &
    set +m
    JOBS[$!]=begun
}

# Until all that was begun is done; the first failure ends the rest, by end_jobs.
wait_for_jobs() {
    local job
    while ((${#JOBS[@]})); do
        wait -n -p job "${!JOBS[@]}" || exit $?
        unset "JOBS[$job]"
    done
}

end_jobs() {
    local job
    for job in "${!JOBS[@]}"; do
        kill -- "-$job" 2>/dev/null || true
    done
}

declare -A JOBS=()
trap end_jobs EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- Python and its packages -------------------------------------------------------------------

is_supported_python() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if have "$candidate" && is_supported_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop_for_user "Python 3.11, 3.12 or 3.13 is needed; python3 here is $(python3 --version 2>&1 || true)." \
        "On Debian 12 and later: apt-get install python3 python3-venv"
}

find_uv() {
    if have uv; then
        command -v uv
    elif [[ -x $CACHE/uv/bin/uv ]]; then
        echo "$CACHE/uv/bin/uv"
    fi
}

install_uv() {
    "$1" -m venv --clear "$CACHE/uv" && "$CACHE/uv/bin/pip" install "uv==$UV_VERSION"
}

# Whether the environment is exactly what uv.lock says; asks the disk alone, in some milliseconds.
is_synchronised() {
    [[ -x .venv/bin/python ]] && "$1" sync --all-extras --locked --check --offline >/dev/null 2>&1
}

set_up_python() {
    local python uv
    uv=$(find_uv)
    cd "$ROOT"
    if [[ -n $uv ]] && is_synchronised "$uv"; then
        return
    fi
    python=$(find_python)
    if [[ -z $uv ]]; then
        step uv "installing uv $UV_VERSION into $CACHE/uv" install_uv "$python"
        uv=$(find_uv)
    fi
    # Compiled here, because where PYTHONDONTWRITEBYTECODE is set (as in most containers) every
    # process would compile what it imports: 5 s for the bot instead of 2.
    step packages "installing the Python packages (the first time about 1 GB, some minutes)" \
        "$uv" sync --all-extras --locked --compile-bytecode
}

# --- System packages ---------------------------------------------------------------------------

has_livekit() { have "$1" || [[ -x $(built "$1") ]]; }

# The names of the Debian packages whose content is missing, whoever installed it.
missing_packages() {
    if [[ -z $(find_uv) ]] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        echo python3-venv
    fi
    [[ $WANTED != python ]] || return 0
    have redis-server || echo redis-server
    if [[ $WANTED == tests ]]; then
        have sipp || echo sip-tester
        have strace || echo strace
        have chromium || echo chromium
        have pgbouncer || [[ -x /usr/sbin/pgbouncer ]] || echo pgbouncer
        have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || echo postgresql
    fi
    has_livekit livekit-sip && return 0
    # What LiveKit SIP is compiled with.
    have gcc || have cc || printf '%s\n' gcc libc6-dev
    have pkg-config || echo pkg-config
    local library
    for library in opus opusfile soxr; do
        pkg-config --exists "$library" 2>/dev/null || echo "lib$library-dev"
    done
}

# What is missing, and the right to install it.
MISSING=()
AS_ROOT=()

check_packages() {
    mapfile -t MISSING < <(missing_packages)
    ((${#MISSING[@]})) || return 0
    if ! have apt-get; then
        stop_for_user "missing: ${MISSING[*]} (Debian's names), and this machine has no apt-get." \
            "Install them with your own package manager, then run this again."
    fi
    if [[ $(id -u) != 0 ]]; then
        if ! sudo -n true 2>/dev/null; then
            stop_for_user "missing system packages, and no leave to install them. Run this, then try again:" \
                "  sudo apt-get install --no-install-recommends -y ${MISSING[*]}"
        fi
        AS_ROOT=(sudo -n)
    fi
    AS_ROOT+=(env DEBIAN_FRONTEND=noninteractive)
}

install_packages() {
    ((${#MISSING[@]})) || return 0
    step apt-update "reading the list of system packages" \
        "${AS_ROOT[@]}" apt-get -o DPkg::Lock::Timeout=300 update
    step apt-install "installing ${MISSING[*]}" \
        "${AS_ROOT[@]}" apt-get -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends -y "${MISSING[@]}"
}

# --- LiveKit -----------------------------------------------------------------------------------

# Where a program is kept that was built from local/go/NAME. The key is its go.sum, so other
# versions are other paths; local/stack/parts/programs.py computes the same.
built() {
    local key
    key=$(sha256sum "$ROOT/local/go/$1/go.sum")
    echo "$CACHE/$1-${key:0:12}/$1"
}

check_go() {
    local found
    if ! have go; then
        stop_for_user "Go $GO_WANTED or later is needed to build LiveKit, and there is none." \
            "Install it from https://go.dev/dl/, or put livekit-server and livekit-sip on PATH."
    fi
    found=$(GOTOOLCHAIN=local go env GOVERSION)
    found=${found#go}
    if [[ $(printf '%s\n' "$GO_WANTED" "$found" | sort -V | head -n 1) != "$GO_WANTED" ]]; then
        stop_for_user "Go $GO_WANTED or later is needed to build LiveKit; $(command -v go) is $found." \
            "Install it from https://go.dev/dl/, or put livekit-server and livekit-sip on PATH."
    fi
}

# build NAME PACKAGE CGO NICE: into a temporary name first, so that a killed build leaves nothing
# behind. Without the tables of a debugger; a panic still names its lines.
build() {
    local target unfinished
    target=$(built "$1")
    unfinished=$target.$$
    mkdir -p "$(dirname "$target")"
    CGO_ENABLED=$3 GOTOOLCHAIN=local GOFLAGS=-mod=readonly GOGC=off \
        nice -n "$4" go build -C "$ROOT/local/go/$1" -trimpath \
        -gcflags=all=-dwarf=false -ldflags='-s -w' -o "$unfinished" "$2" &&
        mv "$unfinished" "$target"
}

check_livekit() {
    { has_livekit livekit-server && has_livekit livekit-sip; } || check_go
}

begin_livekit_server() {
    has_livekit livekit-server ||
        begin step livekit-server "building livekit-server (once, 2 to 3 minutes)" \
            build livekit-server github.com/livekit/livekit-server/cmd/server 0 0
}

# With less of the processors: most of its packages are the server's too, and when they are built
# already it only takes them from Go's cache.
begin_livekit_sip() {
    has_livekit livekit-sip ||
        begin step livekit-sip "building livekit-sip (once, 2 to 3 minutes)" \
            build livekit-sip github.com/livekit/sip/cmd/livekit-sip 1 10
}

# -----------------------------------------------------------------------------------------------

WANTED=${1:-all}
if [[ $WANTED != all && $WANTED != tests && $WANTED != python ]]; then
    echo "usage: setup.sh [all|tests|python]" >&2
    exit 2
fi

mkdir -p "$LOGS"
# Two set-ups at once (two terminals, two checkouts) take turns.
if have flock; then
    exec 9>"$CACHE/setup.lock"
    flock 9
fi

# What only the user can mend is said before anything is begun; then the slowest comes first, and
# side by side what can be.
check_packages
if [[ $WANTED != python ]]; then
    check_livekit
    begin_livekit_server
fi
install_packages
begin set_up_python
if [[ $WANTED != python ]]; then
    begin_livekit_sip
fi
wait_for_jobs
