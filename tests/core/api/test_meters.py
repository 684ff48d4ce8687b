"""What Prometheus reads."""

import pytest

from core.api.meters import Meters

PRODUCTION = 'signoff_serving{name="production",version="1"} 1.0'


def test_a_reader_never_finds_production_gone_while_another_alias_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Threads read and write at once."""
    meters, read = Meters(), []
    meters.state({"production": "1"}, 0)
    labels = meters._serving.labels

    def reading(*names: str) -> object:
        read.append(meters.exposition().decode())
        return labels(*names)

    monkeypatch.setattr(meters._serving, "labels", reading)
    meters.state({"production": "1", "shadow": "2"}, 0)
    meters.state({"production": "1"}, 1)
    read.append(meters.exposition().decode())
    assert [PRODUCTION in text for text in read] == [True] * len(read)
    assert "shadow" not in read[-1]
    assert "signoff_alarms 1.0" in read[-1]


def test_counts_say_which_version_answered_as_what() -> None:
    meters = Meters()
    meters.answered("1", "production", [0.25, 1.0])
    meters.answered("1", "staging", [])
    meters.failed("1")
    meters.unkept("api", 3)
    meters.request("/v1/predict", 200, 0.002)
    text = meters.exposition().decode()
    for line in (
        'signoff_predictions_total{served_as="production",version="1"} 2.0',
        'signoff_predictions_total{served_as="staging",version="1"} 0.0',
        'signoff_prediction_errors_total{version="1"} 1.0',
        'signoff_p_at_1_bucket{le="0.3",version="1"} 1.0',
        'signoff_p_at_1_count{version="1"} 2.0',
        'signoff_unkept_total{source="api"} 3.0',
        'signoff_requests_total{route="/v1/predict",status="200"} 1.0',
    ):
        assert line in text
    assert "_created" not in text
