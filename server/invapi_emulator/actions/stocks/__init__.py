"""`/stocks.php`: the dedicated servers in stock."""

from invapi_emulator.actions.stocks import list_stock, show

ACTIONS = (list_stock.ACTION, show.ACTION)
NOT_EMULATED = ()
