"""Faults of what an accepted call does: the answer is as without them."""

from typing import Any, Literal

from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.fault import EffectFault


class RenameIgnored(EffectFault):
    """`rename_ignored`: `rename_server` changes the tag `hostname`, but not the hostname."""

    kind: Literal["rename_ignored"]

    def applies_to(self, call: Call[Any], /) -> bool:
        return (call.module, call.action) == ("eq", "rename_server")
