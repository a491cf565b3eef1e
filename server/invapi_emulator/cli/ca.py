"""`invapi-emulator ca`: show the test CA, and how to make a client trust it."""

import os

import click

from invapi_emulator.cli.completions import folders
from invapi_emulator.cli.sections import SectionedCommand
from invapi_emulator.clock import real_time
from invapi_emulator.errors import CannotStart
from invapi_emulator.process.extras import require
from invapi_emulator.settings import Settings
from invapi_emulator.settings_sources import ENVIRONMENT_PREFIX, read_settings

_TRUST = """\
# This is {file}, a test CA for this machine only. It can certify only
# {limits}.
#
# curl      curl --cacert {file} https://localhost:8650/
# Python    export SSL_CERT_FILE={file}              # ssl, urllib, httpx
#           export REQUESTS_CA_BUNDLE={file}         # requests
# Node      export NODE_EXTRA_CA_CERTS={file}
# Go        export SSL_CERT_FILE={file}
# PHP       php -d openssl.cafile={file} -d curl.cainfo={file} ...
# Java      keytool -importcert -noprompt -alias invapi-emulator -file {file} -keystore trust.p12 -storepass changeit
#           java -Djavax.net.ssl.trustStore=trust.p12 -Djavax.net.ssl.trustStorePassword=changeit ..."""


@click.command(
    cls=SectionedCommand,
    epilog=f"The environment variables {ENVIRONMENT_PREFIX}CA_DIR and {ENVIRONMENT_PREFIX}TLS_NAMES work too.",
)
@click.option(
    "--ca-dir", shell_complete=folders, metavar="DIR", help=Settings.model_fields["ca_dir"].description
)
@click.option("--tls-names", metavar="NAMES", help=Settings.model_fields["tls_names"].description)
@click.option("--path", is_flag=True, help="print only the path of the certificate")
def ca(ca_dir: str | None, tls_names: str | None, *, path: bool) -> None:
    """Print the test CA, and how to make clients trust it. Create the CA if there is none."""
    require("cryptography", "the test CA")
    from invapi_emulator.server.tls.authority import authority  # slow: not for --help

    flags = {"ca_dir": ca_dir, "tls_names": tls_names}
    try:
        settings = read_settings({name: value for name, value in flags.items() if value is not None})
        found = authority(settings.ca_dir, settings.tls_names, real_time()())
    except CannotStart as problem:
        raise click.ClickException(str(problem)) from None
    file = os.path.abspath(found.file)  # noqa: PTH100 - keeps symbolic links
    if path:
        click.echo(file)
        return
    click.echo(_TRUST.format(file=file, limits=found.limits()))
    click.echo(found.text(), nl=False)
