#!/usr/bin/env bash
# read_only.sh ROOT COMMAND...: runs it, to be called in a mount namespace of its own, with the folder ROOT read-only.
set -eu
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/run" # where buildah makes a file at the start and removes it at the end
exec "$@"
