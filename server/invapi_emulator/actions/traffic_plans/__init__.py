"""`/traffic_plans.php`: the traffic plans that servers are ordered with."""

from invapi_emulator.actions.traffic_plans import list_plans

ACTIONS = (list_plans.ACTION,)
NOT_EMULATED = ()
