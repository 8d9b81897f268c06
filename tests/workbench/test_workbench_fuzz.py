"""Whatever the API's own description allows, and much that it does not, is answered without a failure of the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as draws

if TYPE_CHECKING:
    from workbench_client import Client

EXAMPLES = 8
pytestmark = [
    pytest.mark.filterwarnings("ignore:The dataset has no Overviews"),
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),
]


def test_no_request_makes_the_server_fail(ann: Client) -> None:
    schema = schemathesis.openapi.from_dict(ann.web.get("/openapi.json").json())
    failed: list[str] = []
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 20
    for operation in operations:

        def ask(case: schemathesis.Case) -> None:
            wire = case.as_transport_kwargs(base_url=ann.origin)
            wire.pop("cookies", None)
            if "data" in wire:
                wire["content"] = wire.pop("data")
            headers = {k: v for k, v in dict(wire.pop("headers", None) or {}).items() if k.lower() != "host"}
            answer = ann.web.request(headers={**headers, "Origin": ann.origin}, **wire)
            if answer.status_code >= 500:
                failed.append(f"{case.method} {case.path} {answer.status_code} {answer.text[:200]}")

        given = operation.as_strategy()
        run = settings(
            max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(draws(case=given)(ask))  # fmt: skip
        run()
    assert not failed
