"""The file system that a SQLite file is on: SQLite's log needs memory that all its readers share, and locks that hold for all."""

import re
from pathlib import Path
from typing import Literal

MOUNTS = Path("/proc/self/mountinfo")

Verdict = Literal["take", "warn", "refuse"]

_OF_SEVERAL_MACHINES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "beegfs", "afs", "ceph", "lustre", "gfs2", "ocfs2"}
)
"""Some do flock with the locks that SQLite uses; none can share the log's index."""

_BY_FUSE_OF_SEVERAL_MACHINES = frozenset(
    {
        "sshfs",
        "glusterfs",
        "ceph",
        "ceph-fuse",
        "cephfs",
        "s3fs",
        "goofys",
        "gcsfuse",
        "blobfuse",
        "blobfuse2",
    }
    | {
        "rclone",
        "geesefs",
        "mount-s3",
        "juicefs",
        "mfs",
        "moosefs",
        "seaweedfs",
        "davfs",
        "lizardfs",
        "curlftpfs",
    }
)

_OF_THE_HOST = frozenset({"9p", "virtiofs", "vboxsf", "prl_fs", "vmhgfs"})
"""What a virtual machine has from its host (WSL's /mnt/c, Docker Desktop's folders): locks hold within the machine."""

_BY_FUSE_OF_THIS_MACHINE = frozenset(
    {"fuse-overlayfs", "ntfs-3g", "mergerfs", "gocryptfs", "encfs", "cryfs", "securefs", "bindfs", "unionfs"}
)


def verdict(kind: str) -> Verdict:
    """Tell what to do with a file on a file system of this type, as /proc/self/mountinfo names it."""
    by_fuse, _, program = kind.partition(".")
    if by_fuse != "fuse":
        several, unsure = kind in _OF_SEVERAL_MACHINES, kind in _OF_THE_HOST
    else:
        several = program in _BY_FUSE_OF_SEVERAL_MACHINES
        unsure = program not in _BY_FUSE_OF_THIS_MACHINE
    return "refuse" if several else "warn" if unsure else "take"


def mount_point(folder: Path, mounts: str) -> tuple[str, str]:
    """Return the mount point that holds a path, and its type. `mounts` is the text of /proc/self/mountinfo."""
    found = ("/", "")
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), before.split(" ")[4])
        if folder.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, after.split(" ")[0]
    return found


def mounts() -> str:
    """Return the mounts of this process; nothing where the system does not tell."""
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
