"""What `eq.php` answers (contract 6)."""

from typing import Any, Literal

from pydantic import Field

from invapi_emulator.openapi.answers.answer import (
    Answer,
    Part,
    Refused,
    Uuid,
    WireDate,
    invalid_token,
    started,
)


class Servers(Part):
    result: Literal["OK"]
    action: Literal["list"]
    servers: list[int]
    """ids of the account's VMs"""


class UpdatedServers(Part):
    result: Literal["OK"]
    action: Literal["update_servers"]
    servers: list[int]
    billing_servers: list[Any] = Field(max_length=0)
    deploy_keys: dict[str, Any] = Field(max_length=0)


class ServerData(Part):
    id: int
    type: Literal["VPS", "VDS"]
    virtual: Literal[1]
    preset: str
    hostname: str
    location: str
    created_at: WireDate
    status: Literal["rent"]
    power_status: Literal["power_on", "power_off"]
    uuid: Uuid


class Ipmi(Part):
    model: Literal["openstack", "ovirt"]


class Hardware(Part):
    cpu_count: int
    ram_mb: int
    disk_gb: int


class Address(Part):
    IP: str
    ip: str
    main_ip: Literal[1]
    MAC: str


class Interface(Part):
    mac: str
    IsMain: Literal[1]


class Tag(Part):
    tag: str
    value: str


class Location(Part):
    dc_location: str


class Server(Part):
    server_data: ServerData
    ipmi: Ipmi
    hardware: Hardware
    IP: list[Address]
    interfaces: list[Interface]
    tags: list[Tag]
    location: Location


_SERVERS = [12345, 12346, 12347, 12348]
_SERVER = {
    "server_data": {
        "id": 12345,
        "type": "VPS",
        "virtual": 1,
        "preset": "vm.small",
        "hostname": "web-1",
        "location": "NL",
        "created_at": "2029-11-02 00:00:00",
        "status": "rent",
        "power_status": "power_on",
        "uuid": "5f0c2a3e-90f3-4a61-9f5a-51b0f3f3c1aa",
    },
    "ipmi": {"model": "openstack"},
    "hardware": {"cpu_count": 2, "ram_mb": 4096, "disk_gb": 40},
    "IP": [{"IP": "192.0.2.10", "ip": "192.0.2.10", "main_ip": 1, "MAC": "52:54:00:00:00:01"}],
    "interfaces": [{"mac": "52:54:00:00:00:01", "IsMain": 1}],
    "tags": [{"tag": "environment", "value": "demo"}],
    "location": {"dc_location": "NL"},
}

ANSWERS = {
    "list": [Answer(Servers, {}, {"result": "OK", "action": "list", "servers": _SERVERS})],
    "update_servers": [
        Answer(
            UpdatedServers,
            {},
            {
                "result": "OK",
                "action": "update_servers",
                "servers": _SERVERS,
                "billing_servers": [],
                "deploy_keys": {},
            },
        )
    ],
    "show": [Answer(Server, {"id": 12345}, _SERVER)],
    "status": [started(id=12345)],
    "on": [started(id=12346)],
    "off": [started(id=12345)],
    "hard_off": [started(id=12345)],
    "reboot": [started(id=12345)],
}

REFUSED = [
    invalid_token("list"),
    Refused("show", {"id": 99999}, "vm_not_found",
            "failed to request show for 99999 - no such VM in this account"),
    Refused("reboot", {"id": 12346}, "vm_not_running",
            "failed to request reboot for 12346 - the VM is not running; power it on first"),
]  # fmt: skip
