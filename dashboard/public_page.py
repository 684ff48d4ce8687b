"""The demo page, for the public: an app of its own, with nothing of the reviewers' in reach."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from core.access.identity import NOBODY, entrance
from core.errors import InputError, RefusedError, SignoffError, UnavailableError
from core.feedback import submissions
from core.feedback.submissions import MAX_URL, Sent
from core.invisible import is_visible
from core.settings import settings
from core.text import Post, post_of
from dashboard import current_user, public_service, server, words
from dashboard.parts.suggestions import Asked, answer, choose, thanks

STATIC = Path(__file__).parent / "static"
QUESTION = "Where should this post go?"
ASKED, AGAIN, PRIVATE = "asked", "again", "private"
"""Session keys: what was sent; whether the answer is being changed; the wish not to be kept."""
MOST_OF_A_BODY = 200
"""Characters that stand for a title where there is none."""
log = logging.getLogger("signoff.demo")


@contextmanager
def boundary(*, look_again: bool = False) -> Iterator[None]:
    """What visitors can mend is said to them; of the rest only that it went wrong.

    Args:
        look_again: with a button for it, where nothing else is on the page.
    """
    try:
        yield
    except (InputError, RefusedError, UnavailableError) as error:
        st.warning(
            f"**{words.plain(error.reason)}.** {words.hint(error.hint)}", icon=":material/info:"
        )
    except SignoffError:
        log.exception("a visitor's request failed")
        st.error("**Something went wrong on our side.** Please try again in a minute.")
    else:
        return
    if look_again:
        st.button("Refresh", icon=":material/refresh:", width="stretch")


def ask() -> None:
    """The form."""
    st.markdown(
        "Write a post as you would on Reddit. You get the subreddits that fit best, and tell us"
        " which one is right."
    )
    keeps = settings().keep_text_days > 0
    with st.form("post"):
        title = st.text_input("Title", placeholder="My first sourdough, after three failures")
        body = st.text_area("Text (optional)", height=110)
        url = st.text_input("Link (optional)", placeholder="https://", max_chars=MAX_URL)
        private = not keeps or st.checkbox(
            "Do not keep my text", value=st.session_state.get(PRIVATE, False)
        )
        sent = st.form_submit_button(
            "Suggest subreddits", type="primary", icon=":material/search:", width="stretch"
        )
    if sent:
        with boundary():
            st.session_state[PRIVATE] = private
            st.session_state[ASKED] = suggest(post_of(title, body, url), keep_text=not private)
            st.rerun()
    st.caption(what_is_kept(settings().keep_text_days))


def suggest(post: Post, *, keep_text: bool) -> Asked:
    """Ask who answers this visitor, and keep what they suggest."""
    submissions.check_text(post.title, post.body)
    public_service.admit(current_user.session(), current_user.network())
    suggester = public_service.suggester(current_user.session())
    suggestions = public_service.ask(suggester, post)
    sent = Sent(
        title=post.title,
        body=post.body,
        domain=post.domain,
        version=suggester.version,
        suggestions=suggestions,
        source="page",
        keep_text=keep_text,
    )
    (submission,) = submissions.keep(public_service.store(), [sent])
    public_service.cast_shadow(sent, submission)
    shown = post.title.strip() if is_visible(post.title) else post.body.strip()[:MOST_OF_A_BODY]
    return Asked(
        title=shown, version=suggester.version, suggestions=suggestions, submission=submission
    )


def show(asked: Asked) -> None:
    """The suggestions, to choose from."""

    def say(subreddit: str | None) -> None:
        name = submissions.answer(public_service.store(), asked.submission or "", subreddit)
        st.session_state[ASKED] = asked.saying(name)
        st.session_state.pop(AGAIN, None)
        st.rerun()

    st.markdown(f"“{words.plain(asked.title)}”")
    st.header("Which one is right?", anchor=False)
    if asked.said:
        st.markdown(f"Your answer is {answer(asked)}. You can change it once.")
    with boundary():
        choose(asked, say)
    if asked.said and st.button("Keep my answer", icon=":material/undo:", width="stretch"):
        del st.session_state[AGAIN]
        st.rerun()
    if not asked.said and st.button("Start over", icon=":material/restart_alt:", width="stretch"):
        begin_again()
    small_print(asked)


def thank(asked: Asked) -> None:
    """After the answer: the next post, or second thoughts."""
    helps = (
        "It will help to evaluate the model."
        if private()
        else "It will help to train the next model."
    )
    st.success(f"{thanks(asked)} {helps}", icon=":material/check:")
    if st.button("Try another post", type="primary", icon=":material/edit_note:", width="stretch"):
        begin_again()
    if asked.may_say and st.button("Change my answer", icon=":material/undo:", width="stretch"):
        st.session_state[AGAIN] = True
        st.rerun()
    small_print(asked)


def begin_again() -> None:
    """An empty form."""
    for key in (ASKED, AGAIN):
        st.session_state.pop(key, None)
    st.rerun()


def small_print(asked: Asked) -> None:
    """Who answered, and what to name if the text should be erased."""
    lines = [f"Version {words.plain(asked.version)} answered."]
    if not private():
        lines += ["To have your text erased, quote this number:", f"`{asked.submission}`"]
    st.caption("  \n".join(lines))


def private() -> bool:
    """Whether the text that was sent last is not kept."""
    return bool(st.session_state.get(PRIVATE))


def what_is_kept(days: int) -> str:
    """What is stored, and for how long, in two sentences (Markdown)."""
    rest = "Suggestions and answers are stored without your name. No account, no tracking."
    if not days:
        return f"Your text is not kept. {rest}"
    return (
        f"Your text, and of a link only its site, is kept for {words.count(days, 'day')} to improve"
        " the suggestions, and longer only if it is selected to train or test the next model."
        f" {rest}"
    )


entrance(lambda: NOBODY)
st.set_page_config(page_title=QUESTION, page_icon=str(STATIC / "icon.svg"), layout="centered")
st.html(STATIC / "style.html")
st.html(STATIC / "public_page.html")
st.title(QUESTION, anchor=False)
if not server.is_protected():
    st.error("This page is not protected. Start it with: signoff demo-page", icon=":material/lock:")
    st.stop()
asked: Asked | None = st.session_state.get(ASKED)
with boundary(look_again=True):
    if asked is None:
        version = public_service.suggester(current_user.session()).version
        if public_service.learned_from_generated(version):
            st.badge(
                words.GENERATED,
                icon=":material/science:",
                color="gray",
                help="The model was trained on posts generated for a demo.",
            )
        ask()
    elif asked.said and AGAIN not in st.session_state:
        thank(asked)
    else:
        show(asked)
