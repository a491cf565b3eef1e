#!/usr/bin/env bash
# read_only.sh ROOT COMMAND...: run the command with the folder ROOT read-only. Call it in a separate mount namespace.
set -eu
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/run" # where buildah makes a file at the start and removes it at the end
exec "$@"
