#!/usr/bin/env bash
# make_venv.sh PYTHON VENV: create a virtual environment, even if Debian's python3 lacks pip. scripts/install.py fills it.
set -eu
python=$1
venv=$2

[ -x "$venv/bin/python" ] && exit 0

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || {
    echo "make: $python does not run; choose a Python 3.11 or newer: make PYTHON=/path/to/python3" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "make: $python is Python $version, but 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null && ! command -v uv >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "make: installing python$version-venv" >&2
        apt-get update -qq && apt-get install -y -qq "python$version-venv" >/dev/null
    else
        echo "make: $python cannot make virtual environments; install it: sudo apt-get install python$version-venv" >&2
        exit 1
    fi
fi
"$python" -m venv --without-pip "$venv"
