#!/bin/sh
# Prints the Python to build the environment with (3.11 or 3.12); fails when there is none.
set -eu

for candidate in python3.11 python3.12 python3; do
    path=$(command -v "$candidate") || continue
    if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
        "$path" -c 'import sys; print("/usr/bin/python3" if sys.executable == "/usr/bin/python3" else sys.executable)'
        exit 0
    fi
done
exit 1
