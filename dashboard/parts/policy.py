"""Which release policy judges, what it changed, and the file that waits to be adopted."""

from collections.abc import Sequence

import streamlit as st

from core.access.identity import Role, current_actor
from core.release import adoption
from core.release.policy_draft import Change, Draft, last_changes, pending
from dashboard import data, words
from dashboard.parts import acts
from dashboard.parts.acts import Act


def show_policy() -> None:
    """What the policy in force changed; what the file would change, and the button to adopt it."""
    if changed := last_changes(data.store()):
        st.caption(f"This policy changed {_listed(changed)}.")
    draft = pending(data.store())
    if draft is not None:
        would = f" It would change {_listed(draft.changes)}." if draft.changes else ""
        st.info(f"{words.hint(draft.hint).rstrip('.')}.{would}", icon=":material/rule:")
        _offer(draft)


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
        ]
    )


def _listed(changes: Sequence[Change]) -> str:
    return words.plain("; ".join(map(str, changes)))
