"""What callers get from running servers: what is wrong, how the canary does, how far the shadow
agrees.
"""

from collections.abc import Sequence

import streamlit as st

from core.hints import Alarm
from core.serving import servers, shadow, watch
from core.serving.shadow import Agreement
from core.serving.watch import Watched
from dashboard import components as c
from dashboard import data, words
from dashboard.components import Rich

Row = tuple[str | Rich, ...]
COLUMNS = ("Version", "Asked", "Errors", "Same first", "Mean p@1")


def show_warnings() -> None:
    """What servers cannot serve, and a canary that is or was out of the policy's bounds; mostly
    nothing.
    """
    for alarm, reporters in _alarms().items():
        why = words.hint(alarm.hint) if alarm.hint else ""
        st.error(
            f"**{words.plain(alarm.title)}.** {why}  \n"
            f":small[Reported by {words.plain(', '.join(reporters))}]",
            icon=":material/error:",
        )
    canary = watch.watched(data.store())
    if canary and canary.flags:
        st.warning(_flagged(canary), icon=":material/warning:")
    if ended := watch.stopped(data.store()):
        st.warning(
            f"**The canary of {words.plain(ended.version)} was stopped by the policy** on"
            f" {words.unbroken(words.minute(ended.at))}: all callers get production."
            f" {words.plain(ended.comment)}",
            icon=":material/front_hand:",
        )


def show_trials() -> None:
    """How canary and shadow do, beside production; nothing where there is neither."""
    canary, agreement = watch.watched(data.store()), shadow.agreement(data.store())
    rows = [
        *([_of_canary(canary)] if canary else []),
        *([_of_shadow(agreement)] if agreement else []),
    ]
    if not rows:
        return
    names = [name for name, on in (("canary", canary), ("shadow", agreement)) if on]
    c.section(" and ".join(names).capitalize(), " ".join(_readings(canary, agreement)))
    shown = [place for place, on in enumerate((True, True, canary, agreement, True)) if on]
    c.table([COLUMNS[place] for place in shown], [[row[place] for place in shown] for row in rows])


def _alarms() -> dict[Alarm, list[str]]:
    """Alarm -> the servers that report it: several mostly have the same."""
    reporters: dict[Alarm, list[str]] = {}
    for server in servers.running(data.store()):
        for alarm in server.alarms:
            reporters.setdefault(alarm, []).append(f"{server.host}, {server.address}")
    return reporters


def _flagged(canary: Watched) -> str:
    then = (
        "The next server to check will end it."
        if canary.rules.stop
        else "It continues until somebody ends it under Release path."
    )
    flags = " ".join(f"{words.plain(flag)}." for flag in canary.flags)
    return f"**The canary is outside the limits of the policy.** {flags} {then}"


def _readings(canary: Watched | None, agreement: Agreement | None) -> Sequence[str]:
    sentences = ["On requests since it started, compared with production."]
    if canary and canary.error_rate is None:
        fewest = words.count(canary.rules.fewest_requests, "request")
        sentences.append(f"A canary is judged once it has answered {fewest}.")
    if agreement:
        sentences.append("Same first: how often the shadow's first suggestion equals production's.")
    holds = "; the one for errors stays valid however often you look" if canary else ""
    return [*sentences, f"In brackets: 95% intervals{holds}."]


def _of_canary(canary: Watched) -> Row:
    """Requests, errors and p@1 since it began."""
    share, day = words.per_cent(canary.event.share), words.day(canary.event.at)
    name = _name("Canary", canary.version, f"{share} of callers since {words.unbroken(day)}")
    if not canary.count.requests:
        return (name, "no server has reported a request yet", "–", "–", "–")
    rate = canary.count.errors / canary.count.requests
    both = canary.confidence.texts and canary.baseline.texts
    return (
        name,
        words.count(canary.count.requests, "request"),
        _share(rate, canary.error_rate),
        "–",
        _beside(canary.confidence.mean, canary.baseline.mean) if both else "–",
    )


def _of_shadow(agreement: Agreement) -> Row:
    """How often both suggest the same subreddit first."""
    name = _name(
        "Shadow",
        agreement.version,
        f"gets a copy of the requests to {words.plain(agreement.production)}",
    )
    if agreement.twins is None or agreement.share is None:
        return (name, "no server has sent it a request yet", "–", "–", "–")
    return (
        name,
        words.count(agreement.twins.texts, "text"),
        "–",
        _share(agreement.share, agreement.interval),
        _beside(agreement.twins.shadow_mean, agreement.twins.mean),
    )


def _name(kind: str, version: str, note: str) -> Rich:
    return Rich(f"{kind} **{words.plain(version)}**, {note}")


def _share(share: float, interval: tuple[float, float] | None) -> str:
    if interval is None:
        return words.share(share)
    return f"{words.share(share)} ({' to '.join(map(words.share, interval))})"


def _beside(mine: float, production: float) -> str:
    return f"{words.three(mine)} vs {words.three(production)}"
