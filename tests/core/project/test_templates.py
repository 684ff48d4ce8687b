"""What a new project says agrees with what Signoff does without it."""

from core.project.init import text_of
from core.release.policy import DEFAULT


def test_the_policy_of_a_new_project_is_the_one_that_is_in_force_anyway() -> None:
    assert text_of("release-policy.toml") == DEFAULT
