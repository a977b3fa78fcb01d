#!/bin/sh
# The environment in .venv from a lock file with hashes: requirements.lock for "demo", requirements-dev.lock for "test".
# A stamp with the lock's checksum inside the environment says what it holds; the second lock contains the first.
set -eu

case $1 in
demo) lock=requirements.lock ;;
test) lock=requirements-dev.lock ;;
esac
wanted=$(cksum <"$lock")
stamp=.venv/.chosei-$1

if [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null; then
    [ -e .venv/bin/chosei ] || ln -sf ../../deploy/cli/chosei .venv/bin/chosei 2>/dev/null || true
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && exit 0
else
    python=$("$(dirname "$0")/find-python.sh") || {
        echo "Python 3.11 or 3.12 is needed." >&2
        exit 1
    }
    rm -rf .venv
    "$python" -m venv .venv
    ln -s ../../deploy/cli/chosei .venv/bin/chosei
fi

echo "Installing Python packages from $lock"
.venv/bin/python -m pip install -q --disable-pip-version-check --no-input --require-hashes -r "$lock"
echo "$wanted" >"$stamp"
if [ "$1" = test ]; then
    cksum <requirements.lock >.venv/.chosei-demo
fi
