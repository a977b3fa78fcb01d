#!/bin/sh
# Debian packages for "demo" or "test": nothing when all is there, apt as root, otherwise one line to copy.
set -eu

purpose=$1
missing=

need() { # need PACKAGE TEST...
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p | grep -q "$1"; }
has_japanese_font() { [ -e /usr/share/fonts/opentype/ipafont-gothic ] || fc-list :lang=ja | grep -q .; }
has_localhost() { getent hosts localhost; }

python=$("$(dirname "$0")/find-python.sh" || true)
if [ -z "$python" ]; then
    need python3 false
    need python3-venv false
else
    need "$(basename "$python")-venv" "$python" -c 'import ensurepip, venv'
fi
need rabbitmq-server test -x /usr/lib/rabbitmq/bin/rabbitmq-server
need npm npm --version
need libcurl4 has_library libcurl.so.4
need libssl3 has_library libssl.so.3
need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
if [ "$purpose" = test ]; then
    need chromium sh -c 'command -v chromium || command -v chromium-browser'
    need fonts-ipafont-gothic has_japanese_font
    need libatomic1 has_library libatomic.so.1 # the driver of the browser tests
fi

if ! has_localhost >/dev/null 2>&1; then
    [ "$(id -u)" -eq 0 ] && echo '127.0.0.1 localhost' >>/etc/hosts
fi
if ! has_localhost >/dev/null 2>&1; then
    echo "This machine does not know the name localhost: add '127.0.0.1 localhost' to /etc/hosts." >&2
    exit 1
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "Missing on this machine:$missing" >&2
    echo "Install them with" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    echo "and call make again (RabbitMQ's own service is not needed: sudo systemctl disable --now rabbitmq-server)." >&2
    exit 1
fi

echo "Installing$missing"
# Packages must not start their services: the demo brings a private broker.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # one argument for each package
install() { apt-get install -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing >"$1" 2>&1; }
log=$(mktemp)
if ! install "$log"; then
    apt-get update -qq
    install "$log" || {
        cat "$log" >&2
        exit 1
    }
fi
rm -f "$log"
