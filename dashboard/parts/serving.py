"""What callers get from running servers: alarms, how the canary does, how far the shadow agrees."""

import streamlit as st

from core.serving import servers, shadow, watch
from core.serving.shadow import Agreement
from core.serving.watch import Watched
from dashboard import components as c
from dashboard import data, words


def show_serving() -> None:
    """Nothing where no server has an alarm and there is neither canary nor shadow."""
    canary, agreement = watch.watched(data.store()), shadow.agreement(data.store())
    for alarm in servers.alarms(data.store()):
        st.error(words.plain(alarm), icon=":material/error:")
    for flag in canary.flags if canary else ():
        st.warning(f"{words.plain(flag)}.", icon=":material/warning:")
    found = [
        *([_of_canary(canary)] if canary else []),
        *([_of_shadow(agreement)] if agreement else []),
    ]
    if found:
        c.lines(found)


def _of_canary(canary: Watched) -> str:
    """Requests, errors and p@1 since it began, beside those of production."""
    share = words.per_cent(canary.event.share or 0)
    began = (
        f"Canary **{canary.version}**, {share} of the callers since {words.day(canary.event.at)}"
    )
    if not canary.count.requests:
        return f"{began}: no server has told of a request yet."
    errors = words.share(canary.count.errors / canary.count.requests)
    said = f"{began}: {words.count(canary.count.requests, 'request')}, errors {errors}"
    if canary.sureness.texts and canary.beside.texts:
        mine, other = words.three(canary.sureness.mean), words.three(canary.beside.mean)
        said += f", mean p@1 {mine} beside {other} of production"
    if canary.error_rate is None:
        said += f". Judged from {words.count(canary.rules.fewest_requests, 'request')} on"
    return f"{said}."


def _of_shadow(found: Agreement) -> str:
    """How often both suggest the same subreddit first."""
    began = f"Shadow **{found.version}**"
    if found.twins is None or found.share is None or found.interval is None:
        return f"{began}: no server has asked it anything yet beside {found.production}."
    texts = words.count(found.twins.texts, "text")
    low, high = found.interval
    mine, other = words.three(found.twins.shadow_mean), words.three(found.twins.mean)
    return (
        f"{began} suggests the same subreddit first as {found.production} for {words.share(low)} to"
        f" {words.share(high)} of texts ({words.share(found.share)} of {texts}); mean p@1 {mine}"
        f" beside {other}."
    )
