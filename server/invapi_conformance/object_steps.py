"""The steps of a plan that work on the kit's own SSH key and tag, and on the name of the VM."""

from typing import Any

from invapi_conformance.answers import Answer, whole_in
from invapi_conformance.probe import PUBLIC_KEY
from invapi_conformance.requests import Value
from invapi_conformance.walk import StepFailed, Walk

SSH_KEYS, TAGS = "ssh_keys", "tags"


def ssh_key(walk: Walk) -> None:
    """Add a key without its text, then whole; list it, delete it, and delete it again."""
    walk.ssh_key_may_exist = True
    walk.send("ssh-key.missing", SSH_KEYS, "add", **{"params[name]": walk.own})
    key: dict[str, Value] = {
        "params[name]": walk.own,
        "params[key]": f"{PUBLIC_KEY} {walk.own}",
        "params[default]": 0,
    }
    added = _accepted(walk.send("ssh-key.added", SSH_KEYS, "add", **key), "ssh_keys/add")
    walk.send("ssh-key.list", SSH_KEYS, "list")
    delete_own_keys(walk)
    number = whole_in(added.field("sshkey", "id"))
    if number is not None:
        walk.send("ssh-key.again", SSH_KEYS, "delete", id=number)


def delete_own_keys(walk: Walk) -> None:
    """Delete all keys that bear the kit's own name."""
    for row in _own_rows(walk, "ssh-key.listed", SSH_KEYS, "sshkeys", "name"):
        number = whole_in(row.get("id"))
        if number is None:
            raise StepFailed("the SSH key is listed without its id")
        _accepted(walk.send("ssh-key.deleted", SSH_KEYS, "delete", id=number), "ssh_keys/delete")
    walk.ssh_key_may_exist = bool(_own_rows(walk, "ssh-key.list-without", SSH_KEYS, "sshkeys", "name"))


def tag(walk: Walk) -> None:
    """Set a tag, look at it, change it, try one that is too long, remove it, and remove it again."""
    walk.tag_may_exist = True
    _accepted(walk.ask("tag.added", TAGS, "add", component="eq", tag=walk.own, value="one"), "tags/add")
    walk.ask("tag.list", TAGS, "list")
    walk.ask("tag.show", "eq", "show")
    walk.ask("tag.changed", TAGS, "add", component="eq", tag=walk.own, value="two")
    walk.ask("tag.too-long", TAGS, "add", component="eq", tag=f"{walk.own}-{'x' * 33}", value="one")
    remove_own_tags(walk)
    walk.ask("tag.again", TAGS, "remove", component="eq", tag=walk.own)


def remove_own_tags(walk: Walk) -> None:
    """Remove all tags of the VM whose names begin with the kit's own."""
    for row in _own_rows(walk, "tag.listed", TAGS, "tags", "tag"):
        _accepted(walk.ask("tag.removed", TAGS, "remove", component="eq", tag=row["tag"]), "tags/remove")
    walk.tag_may_exist = bool(_own_rows(walk, "tag.list-without", TAGS, "tags", "tag"))


def rename(walk: Walk) -> None:
    """Give the VM the kit's own name, look at it, and give it its former name back."""
    walk.renamed = True
    walk.ask("rename.asked", "eq", "rename_server", hostname=walk.own)
    walk.ask("rename.show", "eq", "show")
    rename_back(walk)


def rename_back(walk: Walk) -> None:
    assert walk.facts.hostname is not None, "a plan with this step needs the name"
    _accepted(
        walk.ask("rename.back", "eq", "rename_server", hostname=walk.facts.hostname), "eq/rename_server"
    )
    walk.renamed = False


def _own_rows(walk: Walk, step: str, module: str, name: str, field: str) -> list[dict[str, Any]]:
    """Return the rows of a list that bear the kit's own name. Raises StepFailed if it cannot be read."""
    ask = walk.ask if module == TAGS else walk.send
    answer = ask(step, module, "list")
    rows = answer.field(name)
    if answer.is_failure or not isinstance(rows, list):
        raise StepFailed(f"{module}/list cannot be read: {answer.message}")
    return [row for row in rows if isinstance(row, dict) and str(row.get(field)).startswith(walk.own)]


def _accepted(answer: Answer, call: str) -> Answer:
    if answer.is_failure or not isinstance(answer.body, dict):
        raise StepFailed(f"{call} was refused: {answer.message}")
    return answer
