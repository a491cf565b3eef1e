"""What pytest loads through the entry point: it registers the plugin, unless `-p` or `pytest_plugins` has done so.

pytest does not take one module twice, under the name of the entry point and under its own.
"""

import pytest

from invapi_emulator import pytest_plugin


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if not pluginmanager.is_registered(pytest_plugin):
        pluginmanager.register(pytest_plugin, pytest_plugin.__name__)
