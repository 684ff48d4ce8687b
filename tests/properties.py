"""How many examples a property is tried with: few in ``make test``, all in ``make test-slow``."""

from hypothesis import HealthCheck, settings

QUICK, THOROUGH = 12, 100


def register() -> None:
    """Make both profiles known, and load the quick one, unless ``--hypothesis-profile`` says."""
    for name, count in (("quick", QUICK), ("thorough", THOROUGH)):
        settings.register_profile(
            name,
            max_examples=count,
            deadline=None,  # a busy machine is slow, not wrong
            suppress_health_check=[HealthCheck.too_slow],
        )
    settings.load_profile("quick")


def examples(most: int) -> int:
    """``most`` for a thorough run, and a fitting share of it for a quick one."""
    return max(1, most * settings().max_examples // THOROUGH)
