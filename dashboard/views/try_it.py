"""What does it say to this?"""

from collections.abc import Sequence

import streamlit as st

from core.feedback import submissions
from core.feedback.submissions import MAX_URL, Sent
from core.hints import Command
from core.release import Version, aliases
from core.settings import settings
from core.snapshots import find
from core.text import Post, post_of
from core.training.train import of_execution
from dashboard import components as c
from dashboard import current_user, data, state, words
from dashboard.parts.suggestions import Asked, agreement, choose, compare, probability, thanks

TEXT, ASKED = "text", "asked"
"""Session keys: title and text that were sent; version -> what it said to them."""
NARROW, BOX = 640, 312


def choices(versions: Sequence[Version]) -> dict[str, str]:
    """Version -> what the boxes call it: with the aliases that name it."""
    names: dict[str, list[str]] = {version.version: [] for version in versions}
    for alias, version in sorted(aliases.current(data.store()).items()):
        names[version].append(alias)
    return {version: " · ".join([version, *alias_names]) for version, alias_names in names.items()}


def pick(versions: Sequence[Version], served: Version | None) -> list[Version]:
    """The version to ask, and the one to compare it with, if any."""
    notes = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        default = (served or versions[0]).version
        first = state.chosen("Version", "version", labels, default=default, width=BOX, notes=notes)
        others = {version: label for version, label in labels.items() if version != first}
        second = state.chosen(
            "Compare with",
            "against",
            others,
            default=None,
            placeholder="nothing",
            width=BOX,
            notes=notes,
        )
    by_name = {version.version: version for version in versions}
    return [by_name[name] for name in (first, second) if name is not None]


def answer(asking: Sequence[Version], served: Version | None, answers: Sequence[Asked]) -> str:
    """What they say, as the page's one sentence; before that, who will answer (Markdown)."""
    if len(answers) > 1:
        return agreement(*answers)
    if answers:
        suggested = answers[0].suggestions[0]
        canary = given(asking[0], served)
        return (
            f"**{answers[0].version}**{canary}{canary and ','} predicts"
            f" **r/{words.plain(suggested.subreddit)}** first, with {probability(suggested)}."
        )
    first, *second = asking
    also = f", and **{second[0].version}** for comparison" if second else ""
    return (
        "Type a post as you would write it on Reddit."
        f" Version **{first.version}** answers{given(first, served)}{also}."
    )


def given(version: Version, served: Version | None) -> str:
    """Why another version than production answers, where a canary does."""
    on = aliases.canary(data.store())
    if on is None or version != served or on.version != version.version:
        return ""
    return f", the canary that {words.per_cent(on.share or 0)} of the callers get"


def kept(asking: Sequence[Version], served: Version | None) -> str:
    """What is kept of what is sent now (Markdown)."""
    if served is None:
        return "Your text is not kept: nothing is in production."
    if served not in asking:
        return f"Your text is not kept: as a caller you would get {served.version}."
    days = settings().keep_text_days
    text = f"kept for {words.count(days, 'day')}" if days else "not kept"
    only = (
        f" That is for {served.version}, the version that would answer you; the other one is"
        " only shown for comparison. To give feedback, choose one version only."
    )
    return (
        f"Your text is {text}; suggestions and answers are kept, marked as a reviewer's: they count"
        " in no figure of users."
        f"{only if len(asking) > 1 else ''} No account, no tracking."
    )


def ask() -> Post | None:
    """A post, once it was sent; the button says beforehand if nobody may."""
    refusal = data.against_keeping()
    with st.form("post"):
        title = st.text_input("Title", placeholder="As you would write it on Reddit")
        body = st.text_area("Text (optional)", height=90)
        url = st.text_input("Link (optional)", placeholder="https://", max_chars=MAX_URL)
        sent = st.form_submit_button(
            "Suggest subreddits",
            type="secondary" if refusal else "primary",
            icon=":material/search:",
            disabled=refusal is not None,
        )
        if refusal:
            st.caption(words.refusal(refusal))
    return post_of(title, body, url) if sent else None


def suggest(version: Version, post: Post, *, keep: bool) -> Asked:
    """Ask a version, and keep text and suggestions if that is wanted."""
    data.require_somebody()
    submissions.check_text(post.title, post.body)
    suggestions = data.suggester(version.version).suggest(*post)
    submission = None
    if keep:
        sent = Sent(
            title=post.title,
            body=post.body,
            domain=post.domain,
            version=version.version,
            suggestions=suggestions,
            source="page",
            tried=True,
        )
        (submission,) = submissions.keep(data.store(), [sent])
    return Asked(
        title=post.title, version=version.version, suggestions=suggestions, submission=submission
    )


def send(post: Post, asking: Sequence[Version], served: Version | None) -> None:
    """Ask what callers get if it is among those chosen, and keep it; else the first, unkept."""
    st.session_state.pop(TEXT, None)
    version = served if served is not None and served in asking else asking[0]
    asked = suggest(version, post, keep=version == served)
    st.session_state[TEXT] = post
    st.session_state[ASKED] = {version.version: asked}


def said(version: Version) -> Asked:
    """What a version says to what was sent; one that was not asked yet is asked now, unkept."""
    asked: dict[str, Asked] = st.session_state[ASKED]
    if version.version not in asked:
        asked[version.version] = suggest(version, st.session_state[TEXT], keep=False)
    return asked[version.version]


def show(asked: Asked) -> None:
    """The suggestions of one version, and what the person says of them."""

    def say(subreddit: str | None) -> None:
        data.require_somebody()
        name = submissions.answer(data.store(), asked.submission or "", subreddit)
        st.session_state[ASKED][asked.version] = asked.saying(name)
        st.rerun()

    five = len(asked.suggestions) == 5
    st.header("Five suggestions" if five else "Suggestions", anchor=False)
    choose(asked, say)
    if asked.said:
        again = " You can change it once." if asked.may_say else ""
        st.success(f"{thanks(asked)} It is kept for the next model.{again}")


store = data.store()
versions, served = aliases.versions(store), aliases.version_for(store, current_user.caller())
place = c.question("Where should this post go?")
if not versions:
    with place:
        c.answer("There is no version yet.")
    c.empty("Approve a candidate, then release it:", Command("alias set", "production", "VERSION"))
    st.stop()
labels = choices(versions)
asking = pick(versions, served)
with st.container(width=NARROW):
    sent = ask()
    if data.against_keeping() is None:
        st.caption(kept(asking, served))
answers: list[Asked] = []
with c.boundary():
    if sent:
        send(sent, asking, served)
    if TEXT in st.session_state:
        answers = [said(version) for version in asking]
with place:
    snapshot = find(store, of_execution(store, asking[0].candidate).snapshot)
    c.answer(answer(asking, served, answers), generated=snapshot.generated)
with c.boundary():
    if len(answers) > 1:
        compare(labels, *answers)
    elif answers:
        with st.container(width=NARROW):
            show(*answers)
