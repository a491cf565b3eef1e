"""The load balancer configuration that docker-compose.yml mounts, checked by a real nginx."""

import subprocess
from pathlib import Path

import pytest

from tests.acceptance.servers.balancer import configured, nginx

pytestmark = pytest.mark.acceptance


def test_nginx_accepts_the_configuration(tmp_path: Path) -> None:
    file = configured(tmp_path, 8650, (8651, 8652, 8653))
    ended = subprocess.run(nginx(file, "-t"), capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert "warn" not in ended.stderr
