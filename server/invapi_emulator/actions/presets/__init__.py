"""`/presets.php`: the configurations that are sold."""

from invapi_emulator.actions.presets import groups, info, list_presets, search, show

ACTIONS = (list_presets.ACTION, info.ACTION, show.ACTION, groups.ACTION, search.ACTION)
NOT_EMULATED = ()
