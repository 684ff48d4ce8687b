"""What the page Release says of a policy that changes: by the names of its gates, never by keys."""

import pytest

from core.release.policy import DEFAULT, parse
from core.release.policy_draft import Change
from dashboard.parts.policy import in_words

OFF = {
    "maximum_training_age.days": 90,
    "non_inferiority_on_new_posts.margin": 0.02,
    "drift.p_at_1_drop": 0.05,
    "drift.unknown_words": 0.1,
    "drift.any_alarm": True,
    "drift.max_age_days": 90,
}
"""Settings that the built-in policy leaves out."""


@pytest.mark.parametrize(("setting", "value"), (parse(DEFAULT.encode()).settings | OFF).items())
def test_every_setting_has_a_name(setting: str, value: float | str) -> None:
    said = in_words(Change(setting, value, None))
    assert said[0].isupper()
    assert setting not in said
    assert said.endswith("→ off")
    assert "_" not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("maximum_churn.share", 0.4, 0.355), "Share of posts that change: 40% → 35.5%"),
        (Change("minimum_metric.f1_macro", None, 0.4), "Macro F1 high enough: off → 0.4"),
        (Change("test_opened.max_age_days", 90, 30), "Fresh sealed test: 90 days → 30 days"),
        (
            Change("non_inferiority.margin", 0.01, "noise"),
            "Macro F1 not worse: margin 0.01 → margin noise",
        ),
        (Change("release.staging_first", True, False), "Staging before production: yes → no"),
    ],
)
def test_values_are_said_with_their_units(change: Change, said: str) -> None:
    assert in_words(change) == said
