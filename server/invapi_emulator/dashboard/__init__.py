"""The page: the control API in a browser, with buttons."""

from invapi_emulator.dashboard import login, routes

ROUTERS = (routes.router, login.router)
