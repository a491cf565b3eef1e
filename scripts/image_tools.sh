#!/usr/bin/env bash
# image_tools.sh: install from Debian the tools other than Python that `make image-test` needs.
set -eu

missing=
for tool in podman buildah debootstrap curl; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
done
if [ "$(id -u)" != 0 ]; then
    echo "make: image-test must run as root, because it mounts and changes its root directory" >&2
    exit 1
fi
if [ -n "$missing" ]; then
    echo "make: installing$missing" >&2
    timeout 300 apt-get update -qq
    # shellcheck disable=SC2086 # each word is a package
    DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
