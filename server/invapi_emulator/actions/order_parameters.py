"""Parameters of orders and reinstalls (contract 11.1, 11.4)."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import ErrorDetails

from invapi_emulator.actions.parameters import MAX_ID, Parameters, VmId, whole_number
from invapi_emulator.domain.callback_urls import LONGEST, checked_callback_url
from invapi_emulator.domain.money import Currency
from invapi_emulator.domain.orders import Period

MAX_SCRIPT = 64 * 1024
_SAME_PERIOD = {"1": "monthly", "semiannually": "semi-annually"}


def _period(text: Any) -> Any:
    return _SAME_PERIOD.get(text, text) if isinstance(text, str) else text


def _zero_is_none(text: Any) -> Any:
    return None if text == "0" else text


def _true_or_false(text: Any) -> bool:
    if text not in ("0", "1", "false", "true"):
        raise ValueError(text)
    return bool(text in ("1", "true"))


def _strong_password(text: str) -> str:
    """Return a root password; raise ValueError for one that the vendor's rules refuse."""
    kinds = ("[A-Z]", "[a-z]", "[0-9]", "[%_+-]")
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9%_+-]{7,29}", text) or not all(
        re.search(kind, text) for kind in kinds
    ):
        raise ValueError(text)
    return text


def _of_bytes(most: int) -> AfterValidator:
    def checked(text: str) -> str:
        if len(text.encode()) > most:
            raise ValueError(most)
        return text

    return AfterValidator(checked)


Word = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00-\x1f\x7f]{1,100}\z"),
    Field(description="1 to 100 characters, none of them a control character"),
]
NumberOrNone = Annotated[
    VmId | None,
    BeforeValidator(_zero_is_none),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_ID}),
    Field(description="ASCII digits, 0 to 2^63-1; 0 chooses none"),
]
TrueOrFalse = Annotated[
    bool,
    BeforeValidator(_true_or_false),
    Field(
        json_schema_extra={"type": "string", "enum": ["0", "1", "false", "true"], "default": "0"},
        description="1, 0, true or false",
    ),
]
DiskLayout = Annotated[
    Literal["0", "1", "hba", "raid0", "raid1", "raid10"],
    Field(description="1, 0, hba, raid0, raid1 or raid10"),
]
RootPassword = Annotated[
    str,
    AfterValidator(_strong_password),
    Field(
        description="8 to 30 characters: ASCII letters, digits, `%`, `-`, `_` and `+`, with an upper and a lower case letter, "
        "a digit and one of `%`, `-`, `_` and `+`, which is not the first"
    ),
]
ServerName = Annotated[
    str,
    StringConstraints(pattern=r"\A[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?\z"),
    Field(
        description="a host name: 1 to 253 characters: ASCII letters, digits, `.` and `-`, the first and the last a letter or a digit"
    ),
]
DeployPeriod = Annotated[
    Period,
    BeforeValidator(_period),
    Field(
        json_schema_extra={"enum": [*get_args(Period), *_SAME_PERIOD]},
        description="hourly, monthly (or 1), quarterly, semi-annually or annually",
    ),
]
Script = Annotated[str, _of_bytes(MAX_SCRIPT), Field(description="at most 65536 bytes")]
Percent = Annotated[
    int, BeforeValidator(whole_number), Field(ge=1, le=100, description="ASCII digits, 1 to 100")
]
Few = Annotated[int, BeforeValidator(whole_number), Field(ge=0, le=256, description="ASCII digits, 0 to 256")]
CallbackUrl = Annotated[
    str,
    AfterValidator(checked_callback_url),
    Field(description=f"an http or https URL of at most {LONGEST} printable characters, with a host"),
]
KeyText = Annotated[
    str,
    StringConstraints(pattern=r"\A[^\x00]+\z", max_length=17_000),
    Field(description="a public key, or the id or name of one that the account stores"),
]


class InstallParameters(Parameters):
    """What is installed on a server. `id` is that of a server to reinstall."""

    id: VmId | None = None
    preset: Word | None = None
    location_name: Word | None = None
    os_id: NumberOrNone = None
    os_name: Word | None = None
    soft_id: NumberOrNone = None
    soft_name: Word | None = None
    root_pass: RootPassword | None = None
    hostname: ServerName | None = None
    traffic_plan: Word | None = None
    ssh_key: KeyText | None = None
    post_install_script: Script | None = None
    post_install_callback: CallbackUrl | None = None
    email: Word | None = None
    deploy_notify: TrueOrFalse = False
    root_size: Percent | None = None
    disk_mirror: DiskLayout = "0"
    no_lvm: TrueOrFalse = False
    ipv6: TrueOrFalse = False
    vlan: Word | None = None
    own_os: TrueOrFalse = False

    @classmethod
    def words_for(cls, errors: Sequence[ErrorDetails]) -> str | None:
        return "Invalid deploy_period" if errors[0]["loc"] == ("deploy_period",) else None


class OrderParameters(InstallParameters):
    preset_id: Annotated[str, Field(description="nothing: `preset` names the preset")] | None = None
    deploy_period: DeployPeriod = "monthly"
    currency_code: Annotated[Currency, Field(description="EUR, USD or RUB")] | None = None
    ipv4_amount: Few = 0
