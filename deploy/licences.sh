#!/bin/sh
# Write the licences of every package that is shipped at the end of NOTICE.
#
#   deploy/licences.sh FOLDER       where deploy/install.sh has installed
#
# Needs uv (UV names another), which fetches pip-licenses. What the packages say of themselves is
# taken as it is; read what is new. Exit codes: 0 written; 1 a step failed; 2 wrong arguments.

set -eu

[ -x "${1:-}/bin/python" ] || {
    echo "licences: name the folder of deploy/install.sh: deploy/licences.sh FOLDER" >&2
    exit 2
}
notice=$(cd "$(dirname "$0")/.." && pwd)/NOTICE
listed=$(mktemp)
trap 'rm -f "$listed"' EXIT
heading="Packages that deploy/install.sh and the image hold, and their licences:"

"${UV:-uv}" tool run --quiet --from pip-licenses-cli==4.1.0 pip-licenses \
    --python "$1/bin/python" --from=mixed --format=csv --no-version --ignore-packages storyline |
    sed -e 1d -e 's/^"\([^"]*\)","\(.*\)"$/- \1: \2/' >"$listed"
[ -s "$listed" ]
sed -i "\\|^$heading\$|,\$d" "$notice"
{
    printf '%s\n\n' "$heading"
    cat "$listed"
} >>"$notice"
