"""`/eq_callback.php`: the poll that tells whether a task has ended."""

from invapi_emulator.actions.eq_callback import check

ACTIONS = (check.ACTION,)
NOT_EMULATED = ("reinstall",)
