"""Every setting of the server: its type, its default and one line of meaning."""

import os
import re
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from invapi_emulator.contract.assumptions.assumption import Assumed, split, stored
from invapi_emulator.contract.assumptions.retired import RETIRED, retired_line
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.logs import LogFormat

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")

ENVIRONMENT_PREFIX = "INVAPI_EMULATOR_"


class Settings(BaseModel):
    """A flag goes over its environment variable, that over the default; an empty variable counts as unset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(
        "127.0.0.1", description="address to listen on; 0.0.0.0 for all, and then see --allowed-hosts"
    )

    port: int = Field(8650, ge=0, le=65535, description="port to listen on; 0 picks a free one")

    tls: bool = Field(
        False,
        description="HTTPS on the port, with a certificate by a test CA of this machine: see `invapi-emulator ca`",
    )

    tls_port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        None, description="port for HTTPS beside HTTP; 0 picks a free one"
    )

    tls_names: tuple[str, ...] = Field(
        (),
        description="further host names and addresses that the certificate is good for, separated by commas",
    )

    ca_dir: str = Field("", description="folder that keeps the test CA; nothing: the user's state directory")

    db: str = Field(
        "",
        description="file or SQLAlchemy URL (sqlite, postgresql) that keeps the worlds; nothing: in memory",
    )

    scenario: str = Field(
        "demo", description="the world that new accounts start with: a name, or a YAML or JSON file"
    )

    clock: Literal["real", "frozen", "auto"] = Field(
        "real",
        description="clock of new accounts: real runs, frozen moves when told, auto jumps when polled",
    )

    rate: float = Field(
        10,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="account seconds per real second, on the clocks of new accounts",
    )

    polls: int = Field(
        1, ge=0, le=1_000_000, description="how many checks an unfinished task withstands on an auto clock"
    )

    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(
        None, description="makes new accounts repeatable: keys, tokens, durations; nothing: a random one"
    )

    profile: Literal["instant", "realistic", "slow", "hostile"] = Field(
        "realistic",
        description="how new accounts behave: instant and slow change how long work takes, hostile all that the contract leaves open",
    )

    assume: tuple[str, ...] = Field(
        (),
        description="options of assumptions, for new accounts and unauthenticated requests: A-12=no, separated by commas",
    )

    head_timeout: float = Field(
        10,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="seconds that the head of a request may take to come in",
    )

    body_timeout: float = Field(
        60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="seconds that the body of a request may take to come in",
    )

    idle_timeout: float = Field(
        60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="seconds that a connection may be silent between two requests",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="how much is logged, on stderr"
    )

    log_format: LogFormat = Field("human", description="lines for people, or JSON for machines")

    allowed_hosts: tuple[str, ...] = Field(
        (), description="further host names the control API answers to, separated by commas; * for all"
    )

    allowed_origins: tuple[str, ...] = Field(
        (),
        description="origins of web pages that may use the control API too, as http://localhost:3000, separated by commas",
    )

    admin_token: str = Field(
        "",
        description="if set, the control API wants it as `Authorization: Bearer <token>`, the page in a form",
    )

    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="addresses or networks of proxies whose X-Forwarded-For is believed, separated by commas; * for all",
    )

    account_ttl: int = Field(
        0,
        ge=0,
        description="seconds after which an account that nobody used is removed, demo never; 0: none is",
    )

    no_worker: bool = Field(
        False, description="tasks take effect in time by other servers' workers, or by calls alone"
    )

    live: bool = Field(
        False, description="the account demo is kept gently busy, for a page or a panel to show"
    )

    fsync: bool = Field(
        False,
        description="SQLite writes through to the disk at each commit: survives a power cut, not only a kill",
    )

    @field_validator("assume", mode="before")
    @classmethod
    def _options(cls, value: Any) -> Any:
        """Take words or a mapping; keep the options by name, in order of their ids, and retired ids as they are."""
        words = value.split(",") if isinstance(value, str) else value
        options = dict(words.items() if isinstance(words, dict) else map(split, filter(None, words)))
        retired = (f"{id_}={options[id_]}" for id_ in sorted(RETIRED.keys() & options.keys()))
        return (*Assumed().changed(options).as_words(), *retired)

    @property
    def assumed(self) -> Assumed:
        return stored(dict(map(split, self.assume)))

    @property
    def retired(self) -> str | None:
        """The line that tells which ids of `assume` are retired."""
        return retired_line(id_ for id_, _ in map(split, self.assume))

    @field_validator("allowed_hosts", "allowed_origins", "tls_names", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else value

    @field_validator("admin_token")
    @classmethod
    def _can_be_sent(cls, value: str) -> str:
        if value != value.strip() or not value.isprintable():
            raise ValueError("a token that starts or ends with a space, or cannot be printed, cannot be sent")
        return value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if not re.fullmatch(r"https?://[^/\s]+/?", origin):
                raise ValueError(f"{origin!r} is no origin; one is http://localhost:3000")
        return value

    @field_validator("tls_names")
    @classmethod
    def _can_be_certified(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not _HOST_NAME.fullmatch(name):
                ip_address(name)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if address != "*":
                ip_network(address)
        return ("*",) if "*" in value else value  # beside others uvicorn would take it for a name


def is_local(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


WORLD_SETTINGS = ("scenario", "clock", "rate", "polls", "seed", "profile", "assume")
"""Those that apply to new accounts only."""


def read_settings(flags: dict[str, Any]) -> Settings:
    """Return the settings from the given flags, the environment and the defaults.

    Raises CannotStart with one line that names the flag or variable, its value and what it takes.
    """
    try:
        return Settings(**_from_environment() | flags)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = str(first["loc"][0])
        flag = f"--{name.replace('_', '-')}"
        source = flag if name in flags else f"{ENVIRONMENT_PREFIX}{name.upper()}"
        given = "***" if name == "admin_token" else repr(first["input"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise CannotStart(f"{source}: {given}: {said[0].lower()}{said[1:]}") from None


def _from_environment() -> dict[str, str]:
    """Return what environment variables say, in whatever case they are written."""
    given = {name.upper(): value for name, value in os.environ.items() if value}
    variables = {name: f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    return {name: given[variable] for name, variable in variables.items() if variable in given}
