"""Short forms of the calls about account objects, for tests."""

from typing import Any

from tests.support.harness import Emulator, Json

SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9w me@example.com"


def params(**fields: Any) -> Json:
    return {f"params[{name}]": value for name, value in fields.items()}


def add_ssh_key(emulator: Emulator, **fields: Any) -> Json:
    answer = emulator.call("ssh_keys", "add", **params(**({"name": "laptop", "key": SSH} | fields)))
    assert answer["result"] == "OK", answer
    made: Json = answer["sshkey"]
    return made


def add_api_key(emulator: Emulator, **fields: Any) -> Json:
    answer = emulator.call("api_keys", "add", **params(**({"name": "key"} | fields)))
    assert answer["result"] == "OK", answer
    made: Json = answer["data"]
    return made


def tags(emulator: Emulator, vm: int = 12345) -> dict[str, str]:
    return {row["tag"]: row["value"] for row in emulator.call("tags", "list", id=vm)["tags"]}


def hostname(emulator: Emulator, vm: int = 12345) -> str:
    name: str = emulator.eq("show", vm)["server_data"]["hostname"]
    return name


def log_in(emulator: Emulator, key: str, **fields: Any) -> Json:
    return emulator.call("auth", "login", key=key, **fields)
