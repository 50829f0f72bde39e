#!/bin/sh
# Install Storyline as it is shipped: the built wheel and exactly what uv.lock names, nothing else.
#
#   deploy/install.sh WHEEL FOLDER       uv build --wheel makes the wheel
#
# FOLDER is made and becomes a virtual environment; it must not exist or be empty. The Dockerfile
# does the same, so that what is tried here is what the image holds. Needs uv (UV names another)
# and Python 3.11 to 3.13 (UV_PYTHON names another).
#
# Exit codes: 0 installed; 1 a step failed (uv has said why); 2 wrong arguments.

set -eu

refuse() {
    echo "install: $1" >&2
    exit 2
}

[ $# -eq 2 ] || refuse "two arguments are needed: deploy/install.sh WHEEL FOLDER"
wheel=$1
folder=$2
[ -f "$wheel" ] || refuse "there is no wheel $wheel. Make one: uv build --wheel"
[ -z "$(ls -A "$folder" 2>/dev/null)" ] || refuse "$folder is not empty. Name a new folder."
root=$(cd "$(dirname "$0")/.." && pwd)
uv=${UV:-uv}
command -v "$uv" >/dev/null || refuse "there is no uv. See https://docs.astral.sh/uv/"

export UV_PYTHON_DOWNLOADS=never
locked=$(mktemp)
trap 'rm -f "$locked"' EXIT

"$uv" export --quiet --project "$root" --frozen --no-dev --no-emit-project --output-file "$locked"
"$uv" venv --quiet "$folder"
"$uv" pip install --quiet --python "$folder" --require-hashes --requirements "$locked"
"$uv" pip install --quiet --python "$folder" --no-deps "$wheel"

echo "install: done. Try: $folder/bin/python -m bot migrate"
