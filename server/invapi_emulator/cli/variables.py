"""The environment variables of the commands that use a running emulator."""

PREFIX = "INVAPI_EMULATOR_"
URL_VARIABLE = f"{PREFIX}URL"
ADMIN_TOKEN_VARIABLE = f"{PREFIX}ADMIN_TOKEN"

DEFAULT_URL = "http://127.0.0.1:8650"
"""The URL where no variable and no flag names one."""
