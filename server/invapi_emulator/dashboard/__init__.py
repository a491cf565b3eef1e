"""The page: what the control API knows, for people to look at and to press buttons on."""

from invapi_emulator.dashboard import login, routes

ROUTERS = (routes.router, login.router)
