"""Which release policy judges, what it changed, and the file that waits to be adopted."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.access.identity import Role, current_actor
from core.release import adoption
from core.release.policy import NEW_POSTS, REVIEW, TRAINING_AGE
from core.release.policy_draft import Change, Draft, last_changes, pending
from dashboard import data, words
from dashboard.parts import acts
from dashboard.parts.acts import Act
from dashboard.parts.gates import called

CARD = "Policy"
"""Where the page tells what was done with it."""
Value = float | str | None
RULES = {
    "test_budget.epsilon": "Tolerance of sealed tests",
    "test_budget.delta": "Chance that a sealed test is off by more",
    "test_budget.disagreement": "Posts that only one of two models gets right, at most",
    "test_budget.adaptivity": "Who sees the answers of sealed tests",
    "test_budget.answers": "Answers that a sealed test tells apart",
    "leakage.near_duplicates": "Posts of a sealed test that resemble training posts, at most",
    "release.staging_first": "Staging before production",
    "canary.max_error_rate": "Error rate of a canary, at most",
    "canary.max_p_at_1_drop": "Drop of a canary's mean p@1, at most",
    "canary.fewest_requests": "Requests before a canary is judged",
    "canary.stop": "A canary out of its limits is ended",
    "drift.accuracy_drop": "Drop of production's accuracy, at most",
    "drift.p_at_1_drop": "Drop of production's mean p@1, at most",
    "drift.unknown_words": "Words unknown to production, at most",
    "drift.any_alarm": "No drift alarm of production",
    "drift.max_age_days": "Age of production's newest training post, at most",
}
_SEVERAL = ("minimum_metric", "maximum_p_at_1_distance")
"""Gates with a limit for each of several keys."""
_SHARES = frozenset(
    {
        "maximum_churn.share",
        "minimum_label_coverage.share",
        "test_budget.disagreement",
        "leakage.near_duplicates",
        "canary.max_error_rate",
        "drift.unknown_words",
    }
)
_SAID: Mapping[str, Callable[[Value], str]] = {
    "non_inferiority.margin": lambda value: f"margin {value}",
    "no_large_subreddit_down.posts": lambda value: f"of {value} posts or more",
    f"{NEW_POSTS}.margin": lambda value: f"margin {value}",
    f"{TRAINING_AGE}.days": lambda value: f"{value} days",
    "test_opened.max_age_days": lambda value: f"{value} days",
    "drift.max_age_days": lambda value: f"{value} days",
    f"{REVIEW}.team_of_one": lambda value: "not required" if value else "required",
}


def show_policy() -> None:
    """What the policy in force changed; what the file would change, and the button to adopt it."""
    acts.told(CARD)
    if changed := last_changes(data.store()):
        st.caption(f"This policy changed:{_listed(changed)}")
    draft = pending(data.store())
    if draft is not None:
        would = f" It would change:{_listed(draft.changes)}" if draft.changes else ""
        st.info(f"{words.hint(draft.hint).rstrip('.')}.{would}", icon=":material/rule:")
        _offer(draft)


def in_words(change: Change) -> str:
    """``Share of posts that change: 40% → 30%``."""
    gate, _, key = change.setting.partition(".")
    name = RULES.get(change.setting) or called(f"{gate}.{key}" if gate in _SEVERAL else gate)
    before, after = (_value(change.setting, value) for value in (change.before, change.after))
    return f"{name}: {before} → {after}"


def _value(setting: str, value: Value) -> str:
    if value is None:
        return "off"
    if setting in _SAID:
        return _SAID[setting](value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting in _SHARES and not isinstance(value, str):
        return f"{100 * value:.3g}%"
    return str(value)


def _offer(draft: Draft) -> None:
    digest = draft.digest
    if digest is None:
        return
    refusal = adoption.against_adopting(draft.asked, current_actor())
    acts.offer(
        [
            Act(
                key=f"adopt-{digest[:12]}",  # a click on another text finds no button
                label="Adopt this policy",
                icon=":material/rule:",
                why_not=acts.why_not(refusal, Role.RELEASER, to=adoption.ADOPT),
                do=lambda: adoption.adopt(data.store(), seen=digest),
                done="This is recorded. See under Gates which policy is in force.",
            )
        ],
        card=CARD,
    )


def _listed(changes: Sequence[Change]) -> str:
    """One below the other (Markdown)."""
    return "".join(f"  \n{words.plain(in_words(change))}" for change in changes)
