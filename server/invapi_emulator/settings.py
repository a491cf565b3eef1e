"""All settings of the server: type, default and description."""

from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from invapi_emulator.contract.assumptions.assumption import Assumed, split, stored
from invapi_emulator.contract.assumptions.retired import RETIRED, retired_line
from invapi_emulator.process import http_names
from invapi_emulator.process.logs import LogFormat
from invapi_emulator.whole_numbers import whole_number

_CHECKS = {
    "allowed_hosts": http_names.asked_host,
    "allowed_origins": http_names.asking_origin,
    "callbacks_to": http_names.called_host,
    "tls_names": http_names.certified_name,
}
"""What checks each value of a setting that has several."""

SECRETS = ("admin_token", "read_token")
"""Settings whose values no message may show."""


class Settings(BaseModel):
    """A flag overrides its environment variable, which overrides the default. Empty variables are ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for all (see --allowed-hosts)")

    port: int = Field(8650, ge=0, le=65535, description="port to listen on; 0 picks a free one")

    tls: bool = Field(
        False,
        description="serve HTTPS on the port, with a certificate of a local test CA (see `invapi-emulator ca`)",
    )

    tls_port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        None, description="additional port for HTTPS; 0 picks a free one"
    )

    tls_names: tuple[str, ...] = Field(
        (),
        description="additional host names and addresses of the certificate, separated by commas",
    )

    ca_dir: str = Field("", description="folder of the test CA; empty: in the user's state directory")

    db: str = Field(
        "",
        description="file or SQLAlchemy URL (sqlite, postgresql) to store the worlds; empty: in memory",
    )

    db_timeout: float = Field(
        10,
        ge=1,
        le=3600,
        allow_inf_nan=False,
        description="maximum number of seconds to wait for a PostgreSQL database that says nothing",
    )

    scenario: str = Field("demo", description="initial world of new accounts: a name, or a YAML or JSON file")

    clock: Literal["real", "frozen", "auto"] = Field(
        "real",
        description="clock of new accounts: real runs, frozen moves on request, auto jumps when polled",
    )

    rate: float = Field(
        10,
        gt=0,
        le=10_000,
        allow_inf_nan=False,
        description="speed of the clocks of new accounts, in account seconds per real second",
    )

    polls: int = Field(
        1,
        ge=0,
        le=1_000_000,
        description="number of checks that a running task stays unfinished on an auto clock",
    )

    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(
        None, description="makes keys, tokens and durations of new accounts repeatable; empty: random"
    )

    profile: Literal["instant", "realistic", "slow", "hostile"] = Field(
        "realistic",
        description="behavior of new accounts: instant and slow change durations, hostile varies everything that the contract leaves open",
    )

    assume: tuple[str, ...] = Field(
        (),
        description="options of assumptions for new accounts and unauthenticated requests, such as A-12=no, separated by commas",
    )

    head_timeout: float = Field(
        10,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="maximum number of seconds to receive the head of a request",
    )

    body_timeout: float = Field(
        60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="maximum number of seconds to receive the body of a request",
    )

    answer_timeout: float = Field(
        60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="maximum number of seconds in which a client takes nothing, or less than 64 KiB, of an answer",
    )

    idle_timeout: float = Field(
        60,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="maximum number of seconds between two requests on a connection",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="minimum level of the log on stderr"
    )

    log_format: LogFormat = Field("human", description="human-readable lines, or JSON")

    allowed_hosts: tuple[str, ...] = Field(
        (), description="additional host names of the control API, separated by commas; * for all"
    )

    allowed_origins: tuple[str, ...] = Field(
        (),
        description="origins of web pages that may use the control API, such as http://localhost:3000, separated by commas",
    )

    admin_token: str = Field(
        "",
        description="if set, the control API requires `Authorization: Bearer <token>`, and the page a login",
    )

    read_token: str = Field(
        "",
        description="a second token, which only reads: the control API, the page, metrics and events, and changes nothing",
    )

    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="addresses or networks of proxies whose X-Forwarded-For is trusted, separated by commas; * for all",
    )

    callbacks_to: tuple[str, ...] = Field(
        (),
        description="host names and addresses that callbacks of installations may go to, beside this machine, separated by commas",
    )

    account_ttl: int = Field(
        0,
        ge=0,
        le=315_360_000,
        description="number of seconds after which an unused account is removed, except demo; 0: never",
    )

    no_worker: bool = Field(
        False, description="leave due tasks to the workers of other servers, or to the next call"
    )

    live: bool = Field(
        False, description="generate light traffic on the account demo, to show on a page or panel"
    )

    fsync: bool = Field(
        False,
        description="SQLite writes to the disk at each commit, to survive a power cut, not only a kill",
    )

    @field_validator("assume", mode="before")
    @classmethod
    def _options(cls, value: Any) -> Any:
        """Take words or a mapping. Return the options by name, in the order of their ids."""
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

    @field_validator(*_CHECKS, "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        words = value.split(",") if isinstance(value, str) else value
        return tuple(filter(None, map(str.strip, words))) if _are_text(words) else words

    @field_validator("port", "tls_port", "polls", "account_ttl", "seed", mode="before")
    @classmethod
    def _whole(cls, value: Any) -> Any:
        return whole_number(value) if isinstance(value, str) else value

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        return http_names.listened_at(value)

    @field_validator(*SECRETS)
    @classmethod
    def _can_be_sent(cls, value: str) -> str:
        return http_names.sendable(value)

    @field_validator("read_token")
    @classmethod
    def _is_second(cls, value: str, info: ValidationInfo) -> str:
        return http_names.second_token(value, info.data.get("admin_token"))

    @field_validator(*_CHECKS)
    @classmethod
    def _names(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return tuple(map(_CHECKS[str(info.field_name)], value))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if address != "*":
                ip_network(address)
        return ("*",) if "*" in value else value  # uvicorn reads "*" among others as a name


WORLD_SETTINGS = ("scenario", "clock", "rate", "polls", "seed", "profile", "assume")
"""Settings that apply only to new accounts."""


def _are_text(words: Any) -> bool:
    return isinstance(words, (list, tuple)) and all(isinstance(word, str) for word in words)
