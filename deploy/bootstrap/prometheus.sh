#!/bin/sh
# promtool, which runs the tests of the alerts, and prometheus beside it, out of the distribution's package into
# .local/bin: neither root nor a service nor the package's web pages. Where it cannot be had, those tests are skipped,
# nothing fails, and it is tried again a day later.
set -eu

target=.local/bin
not_now=.local/no-promtool
package=prometheus

[ -x "$target/promtool" ] && exit 0
command -v promtool >/dev/null && exit 0
[ -n "$(find "$not_now" -mtime -1 2>/dev/null)" ] && exit 0

mkdir -p "$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt() { # apt OPTION...: without a word, and not for ever
    (cd "$work" && timeout 120 apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@") >/dev/null 2>&1
}

download() { # by the machine's lists, else by lists of our own: the machine's may be old, or not ours to renew
    apt download "$package" && return
    own="-o Dir::State::Lists=$work/lists -o Dir::Cache=$work/cache"
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    # shellcheck disable=SC2086 # one argument for each option
    apt $own update && apt $own download "$package"
}

unpack() {
    dpkg-deb --fsys-tarfile "$work/$package"_*.deb >"$work/files" 2>/dev/null &&
        tar -x -C "$work" -f "$work/files" ./usr/bin/promtool ./usr/bin/prometheus &&
        mv "$work/usr/bin/prometheus" "$target/prometheus" &&
        mv "$work/usr/bin/promtool" "$target/promtool"
}

echo "Installing promtool"
if download && unpack; then
    rm -f "$not_now"
else
    echo "There is no promtool for this machine now: the tests of the alerts are skipped."
    touch "$not_now"
fi
