"""What ``signoff drift`` says of the policy's limits and of waiting longer."""

from typing import Any

from core.cli.output import say
from core.drift.advice import advice_sentence
from core.records import to_json
from core.release.drift_judged import MARKS, Judged


def advice_json(found: Judged) -> dict[str, Any]:
    """The keys ``limits`` and ``advice`` of a series."""
    sentence = advice_sentence(found.advice)
    return {
        "limits": [to_json(each) for each in found.limits],
        "advice": {
            "sentence": sentence,
            "retraining": found.retraining,
            **to_json(found.advice),
        },
    }


def say_advice(found: Judged) -> None:
    """A line for each limit, and one for the advice."""
    for each in found.limits:
        say(f"{MARKS[each.exceeded]} {each.name}: {each.why}")
    say(advice_sentence(found.advice))
    if found.retraining:
        say(found.retraining)
