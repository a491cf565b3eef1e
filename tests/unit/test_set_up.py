"""scripts/install.py hands the settings of pip to uv, which reads none of them."""

from scripts.install import pip_settings, uv_options, uv_variables

LISTED = """\
:env:.timeout='5'
global.constraint='/etc/pip/constraints.txt'
global.index-url='https://packages.test/simple'
global.timeout='20'
install.find-links='/wheels /more-wheels'
install.timeout='30'
"""


def test_a_commands_own_setting_wins_over_the_global_one_and_a_variable_over_both() -> None:
    assert pip_settings("global.cert='/a'\ninstall.cert='/b'\n", {}) == {"cert": "/b"}
    assert pip_settings("install.cert='/b'\n", {"PIP_CERT": "/c", "HOME": "/"}) == {"cert": "/c"}


def test_indexes_certificates_and_a_proxy_become_variables() -> None:
    variables = {
        "PIP_EXTRA_INDEX_URL": "https://one.test/simple\n  https://two.test/simple",
        "PIP_CERT": "/ca.pem",
        "PIP_PROXY": "http://proxy.test:3128",
    }
    assert uv_variables(pip_settings(LISTED, variables)) == {
        "UV_DEFAULT_INDEX": "https://packages.test/simple",
        "UV_INDEX": "https://one.test/simple https://two.test/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_HTTP_TIMEOUT": "30",
        "SSL_CERT_FILE": "/ca.pem",
        "ALL_PROXY": "http://proxy.test:3128",
    }


def test_the_other_settings_become_options() -> None:
    assert list(
        uv_options(pip_settings(LISTED, {"PIP_TRUSTED_HOST": "packages.test", "PIP_NO_INDEX": "1"}))
    ) == [
        *("--find-links", "/wheels", "--find-links", "/more-wheels"),
        *("--constraint", "/etc/pip/constraints.txt"),
        *("--allow-insecure-host", "packages.test"),
        "--no-index",
    ]


def test_with_several_indexes_uv_compares_all_of_them_as_pip_does() -> None:
    assert "UV_INDEX_STRATEGY" not in uv_variables(pip_settings(LISTED, {}))
    several = uv_variables({"extra-index-url": "https://one.test/simple"})
    assert several["UV_INDEX_STRATEGY"] == "unsafe-best-match"
