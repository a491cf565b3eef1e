"""Ids of retired assumptions. They are accepted everywhere, with any option, and ignored."""

from collections.abc import Iterable

RETIRED = {
    "A-11": "no known client tells these two refusals apart",
    "A-17": "no known client sends `type`",
    "A-19": "profile hostile shuffles lists",
    "A-20": "the two times differ only by one task",
    "A-22": "no known client changes the settings of rotation",
    "A-23": "no known client changes the settings of rotation",
    "A-24": "no known client changes the settings of rotation",
    "A-26": "the list is the same when the task ends",
    "A-27": "no call shows the memory of a VM",
    "A-29": "the default is the stricter option: a taken name is refused",
    "A-30": "no known client has names that differ only in case",
    "A-31": "the default is the stricter option: a snapshot in status `error` counts",
    "A-32": "the default is the stricter option: a failed create leaves a row",
    "A-33": "no known client reads `snapshot_id`",
    "A-36": "no client can choose what rotates",
}
"""Why each is retired, by id."""


def retired_line(ids: Iterable[str]) -> str | None:
    """Return the line that tells which of these ids are retired; None if none is."""
    found = sorted(RETIRED.keys() & set(ids))
    if not found:
        return None
    are = "is retired and ignored" if len(found) == 1 else "are retired and ignored"
    return f"{', '.join(found)} {are} (docs/reference/assumptions.md lists the assumptions)"
