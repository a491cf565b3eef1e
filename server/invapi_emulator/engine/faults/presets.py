"""Profiles as presets: fault rules beside an account's own, and whether its answers are scrambled.

A preset's rules are not listed, counted or exported.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.behavior import Profile
from invapi_emulator.engine.faults.kinds.of_check import NotReady
from invapi_emulator.engine.faults.kinds.of_task import SlowTask, StaleList


@dataclass(frozen=True, slots=True)
class Preset:
    slow_task: SlowTask | None = None
    stale_list: StaleList | None = None
    not_ready: NotReady | None = None
    scrambles: bool = False


PRESETS: Mapping[Profile, Preset] = {
    "instant": Preset(slow_task=SlowTask(kind="slow_task", factor=0)),
    "realistic": Preset(),
    "slow": Preset(slow_task=SlowTask(kind="slow_task", factor=5)),
    "hostile": Preset(
        slow_task=SlowTask(kind="slow_task", factor=1, spread=4),
        stale_list=StaleList(kind="stale_list", seconds=30, at_least=0, probability=0.5),
        not_ready=NotReady(kind="not_ready", probability=0.05),
        scrambles=True,
    ),
}


def preset_of(account: Account) -> Preset:
    return PRESETS[account.behavior.profile]
