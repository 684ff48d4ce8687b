"""What does it say to this?"""

import streamlit as st

from core.feedback import submissions
from core.feedback.submissions import Sent
from core.release.aliases import canary, version_for
from core.serving import Suggestion
from core.snapshots import find
from core.store.releases import Version
from core.training.train import of_execution
from dashboard import components as c
from dashboard import data, visitor, words

ASKED = "asked"
"""Session key of what was sent: title, suggestions, submission."""


def ask() -> tuple[str, str] | None:
    """Title and text, once they were sent."""
    with st.form("post"):
        title = st.text_input(
            "Title", max_chars=submissions.MAX_TITLE, placeholder="As you would write it on Reddit"
        )
        body = st.text_area("Text (optional)", max_chars=submissions.MAX_BODY, height=90)
        sent = st.form_submit_button("Suggest subreddits", type="primary", icon=":material/search:")
    return (title, body) if sent else None


def suggest(version: str, candidate: int, title: str, body: str) -> None:
    """Ask the model, and keep text and suggestions."""
    data.acting()
    found = data.suggester(version, candidate).suggest(title, body)
    sent = Sent(title=title, body=body, version=version, suggestions=found, source="page")
    st.session_state[ASKED] = (submissions.keep(data.store(), [sent])[0], found)


def answered(submission: str, subreddit: str) -> None:
    """Keep what the person said of the suggestions."""
    data.acting()
    name = submissions.answer(data.store(), submission, subreddit)
    st.session_state[f"answer-{submission}"] = name


def given(version: Version) -> str:
    """Why another version than production answers, where a canary does."""
    on = canary(data.store())
    if on is None or on.version != version.version:
        return ""
    return f", the canary that {words.per_cent(on.share or 0)} of the callers get"


def show(submission: str, found: list[Suggestion]) -> None:
    """Five suggestions, one button each, and a place for the missing one."""
    st.subheader("Five suggestions" if len(found) == 5 else "Suggestions", anchor=False)
    said = st.session_state.get(f"answer-{submission}")
    for index, one in enumerate(found):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch", gap="xsmall"):
                name, chance = words.plain(one.subreddit), words.share(one.probability)
                st.progress(min(one.probability, 1.0), text=f"**r/{name}** · {chance}")
            st.button(
                "This one",
                key=f"pick-{submission}-{index}",
                icon=":material/check:",
                disabled=said is not None,
                on_click=answered,
                args=(submission, one.subreddit),
            )
    if said is not None:
        st.success(f"Thank you: r/{words.plain(said)}. It is kept for the next model.")
        return
    with st.form(f"missing-{submission}", border=True):
        name = st.text_input("None of these? Name the right one", placeholder="r/DevelEire")
        if st.form_submit_button("Tell us", icon=":material/send:"):
            answered(submission, name)
            st.rerun()


version = version_for(data.store(), visitor.caller())
if version is None:
    c.head("Where should this post go?", "No version is in production yet.")
    c.empty("Approve a candidate, then:", "signoff alias set production VERSION")
    st.stop()
snapshot = find(data.store(), of_execution(data.store(), version.candidate).snapshot)
c.head(
    "Where should this post go?",
    f"Type a post as you would write it on Reddit. Version **{version.version}** answers"
    f"{given(version)}.",
    generated=snapshot.generated,
)
with st.container(width=640):
    sent = ask()
    with c.boundary():
        if sent:
            suggest(version.version, version.candidate, *sent)
        if ASKED in st.session_state:
            show(*st.session_state[ASKED])
    st.caption("What you send is kept to improve the suggestions. No account, no tracking.")
