"""The document that all tests here read."""

import httpx
import pytest

from tests.support.harness import Json


@pytest.fixture(scope="session")
def document(http: httpx.Client) -> Json:
    document: Json = http.get("/openapi.json").json()
    return document
