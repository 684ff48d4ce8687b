"""The API is what its OpenAPI document says, whatever is sent."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from core.api.gate import MAX_BYTES
from tests.core.api.conftest import Api
from tests.properties import examples

EXAMPLES = examples(40)
ASKED = ("/v1/predict", "/v1/feedback")
CARD = "/v1/versions/{version}/card"
PATHS = {
    *(*ASKED, "/v1/aliases", "/v1/versions", "/v1/labels", CARD),
    *("/healthz", "/readyz", "/metrics"),
}


@pytest.fixture(scope="module")
def schema(standing: Api) -> OpenApiSchema:
    return schemathesis.openapi.from_url(f"{standing.client.base_url}/openapi.json")


@pytest.mark.hypothesis
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_answers_are_as_declared(schema: OpenApiSchema, path: str, mode: GenerationMode) -> None:
    method = "POST" if path in ASKED else "GET"
    # What no schema can say may be refused as well: that a text must say something, for one.
    if mode == GenerationMode.NEGATIVE and path not in {*ASKED, "/v1/labels", CARD}:
        return  # nothing can be sent wrongly

    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()


def document(api: Api) -> dict[str, dict[str, dict[str, object]]]:
    return api.client.get("/openapi.json").json()  # type: ignore[no-any-return]


def test_every_route_is_described_with_its_errors_and_examples(standing: Api) -> None:
    paths = document(standing)["paths"]
    assert set(paths) == PATHS
    for path, methods in paths.items():
        for operation in methods.values():
            assert isinstance(operation, dict)
            assert operation["summary"]
            responses = operation["responses"]
            assert {"405", "413", "421", "500", "503"} <= responses.keys()
            assert "Retry-After" in responses["503"]["headers"]
            if path.startswith("/v1/"):
                assert {"401", "422", "429"} <= responses.keys()
                assert "Retry-After" in responses["429"]["headers"]
                assert operation["security"] == [{"token": []}, {}]
    shapes = document(standing)["components"]["schemas"]
    for name in ("Post", "FeedbackRequest", "Problem", "Suggested", "PredictAnswer"):
        shown = shapes[name]["properties"]
        assert isinstance(shown, dict)
        assert any("examples" in field for field in shown.values()), name


@pytest.mark.parametrize("path", sorted(PATHS))
def test_what_the_gate_refuses_is_declared_of_every_route(
    standing: Api, schema: OpenApiSchema, path: str
) -> None:
    method = "POST" if path in ASKED else "GET"
    operation = schema[path][method]
    asked = {
        421: {"headers": {"Host": "evil.example"}},
        413: {"content": b" " * (MAX_BYTES + 1)},
        405: {"method": "PUT"},
    }
    for status, more in asked.items():
        said = standing.client.request(**{"method": method, "url": path, **more})
        assert said.status_code == status
        operation.validate_response(said)


def test_the_examples_are_good_requests(standing: Api) -> None:
    shapes = document(standing)["components"]["schemas"]

    def example(name: str) -> dict[str, object]:
        shown = shapes[name]["properties"]
        assert isinstance(shown, dict)
        return {key: field["examples"][0] for key, field in shown.items() if "examples" in field}

    said: httpx.Response = standing.client.post("/v1/predict", json={"posts": [example("Post")]})
    assert said.status_code == 200
    assert standing.client.post("/v1/feedback", json=example("FeedbackRequest")).status_code == 404
