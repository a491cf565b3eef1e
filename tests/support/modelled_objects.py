"""A simple model of an account's objects: the tags and hostname of one VM, SSH keys, API keys."""

from dataclasses import dataclass, field

from tests.support.harness import Emulator


@dataclass
class ModelledObjects:
    """The objects by id: SSH keys with whether they are the default, API keys with the server they are for, and secrets.

    `last` is the largest id that was given to an object.
    """

    last: int
    hostname: str
    tags: dict[str, tuple[int, str]]
    ssh_keys: dict[int, bool] = field(default_factory=dict)
    api_keys: dict[int, int | None] = field(default_factory=dict)
    secrets: dict[int, str] = field(default_factory=dict)

    @classmethod
    def seen(cls, emulator: Emulator, vm: int) -> "ModelledObjects":
        whole = emulator.vm(vm)
        last = emulator.control("GET", "/state")["counters"].get("objects", 0)
        return cls(last, whole["hostname"], {row["tag"]: (row["id"], row["value"]) for row in whole["tags"]})

    def next_id(self) -> int:
        self.last += 1
        return self.last

    def set_tag(self, name: str, value: str) -> None:
        number = self.tags[name][0] if name in self.tags else self.next_id()
        self.tags[name] = (number, value)
        if name == "hostname":
            self.hostname = value

    def add_ssh_key(self, *, default: bool) -> int:
        if default:
            self.ssh_keys = dict.fromkeys(self.ssh_keys, False)
        number = self.next_id()
        self.ssh_keys[number] = default
        return number

    def agrees_with(self, emulator: Emulator, vm: int) -> None:
        """Assert that the API shows the objects as in the model."""
        listed = emulator.call("tags", "list", id=vm)["tags"]
        assert [(row["tag"], row["id"], row["value"]) for row in listed] == [
            (name, *rest) for name, rest in self.tags.items()
        ]
        assert emulator.eq("show", vm)["server_data"]["hostname"] == self.hostname
        keys = emulator.call("ssh_keys", "list")["sshkeys"]
        assert {key["id"]: bool(key["default"]) for key in keys} == self.ssh_keys
        api = emulator.call("api_keys", "list")["data"]
        assert {key["id"]: key["server_id"] for key in api} == self.api_keys
        shown = emulator.control("GET", "/api_keys")["api_keys"]
        assert {key["id"]: key["api_key"] for key in shown} == self.secrets
