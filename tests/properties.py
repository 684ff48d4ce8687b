"""How many examples a property is tried with: few in ``make test``, more in ``make test-slow``, all
with ``--hypothesis-profile=full``.
"""

from hypothesis import HealthCheck, settings

QUICK, THOROUGH, FULL = 12, 60, 100


def register() -> None:
    """Make the profiles known, and load the quick one, unless ``--hypothesis-profile`` says."""
    for name, count in (("quick", QUICK), ("thorough", THOROUGH), ("full", FULL)):
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,  # a busy machine is slow, not wrong
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("quick")


def examples(most: int) -> int:
    """``most`` for a full run, and a fitting share of it for others."""
    return max(1, most * settings().max_examples // FULL)
