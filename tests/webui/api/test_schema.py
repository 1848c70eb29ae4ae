"""Whatever the description allows, and much that it does not: no route breaks, and every answer is as described."""

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from core.studio import Studio
from tests.webui.api.conftest import REFERENCE
from webui.api.app import build_api

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
"""All that apply: what a description cannot say, such as which voices there are, is refused too."""
