#!/usr/bin/env bash
# bench_tools.sh: install from Debian the tools other than Python that `make bench` needs.
set -eu

if ! command -v wrk >/dev/null; then
    echo "make: installing wrk" >&2
    timeout 300 apt-get update -qq
    DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends wrk >/dev/null
fi
