"""The way out: staging, a share of the callers, all of them, and one step back."""

from collections.abc import Mapping

import streamlit as st

from core.access.identity import Role
from core.errors import RefusedError
from core.release import aliases
from core.release.case import Action, Case, next_step
from core.release.events import CANARY, PRODUCTION, STAGING, AliasEvent
from dashboard import data, words
from dashboard.parts import acts, moving
from dashboard.parts.acts import Act
from dashboard.parts.moving import Move

WAY_OUT, ALIASES = "Release path", "Aliases"
"""The two cards."""
FIRST_SHARE = 10
"""Per cent of the callers that a canary is offered for."""

RELEASE = "release a version"
"""What all of these do, for those who may not: one reason for all."""
STEPS = {STAGING: Action.STAGE, PRODUCTION: Action.SERVE}
Seen = Mapping[str, str]
"""Alias -> version, as the page last showed them: from anything else nothing is moved."""


def show_way_out(case: Case, seen: Seen) -> None:
    """Staging, canary and production of one candidate's version."""
    against = against_canary(case)
    stage = _move(case, STAGING, seen, against=case.against_staging(), icon=":material/science:")
    serve = _move(
        case, PRODUCTION, seen, against=case.against_serving(), icon=":material/rocket_launch:"
    )
    canary = _canary(case, seen, against, FIRST_SHARE)
    if canary.why_not is not None:
        acts.offer([stage, canary, serve, *_end(case, seen)], card=WAY_OUT)
        return
    acts.offer([stage, serve], card=WAY_OUT)
    now = case.canary.share if case.canary and case.on_canary else None
    share = st.slider(
        "Share of callers",
        1,
        99,
        FIRST_SHARE if now is None else min(max(round(100 * now), 1), 99),
        format="%d%%",
        key=f"share-{case.number}",
        help="Each caller gets the same version for as long as the canary is on.",
    )
    if now == share / 100:
        against = RefusedError(f"{share}% of callers already get it", "Choose another share.")
    acts.offer([_canary(case, seen, against, share), *_end(case, seen)], card=WAY_OUT)


def show_aliases(case: Case, seen: Seen) -> None:
    """What every alias names, and one step back for each."""
    if not case.names:
        st.caption("No alias is set yet.")
    known = (PRODUCTION, STAGING)
    shown = {name: case.names[name] for name in (*known, *case.names) if name in case.names}
    shown.pop(CANARY, None)
    lines = [f"{words.plain(name)} → **{version}**" for name, version in shown.items()]
    if case.canary:
        share = words.per_cent(case.canary.share)
        lines.append(f"canary → **{case.canary.version}**, {share} of the callers")
    st.markdown("  \n".join(lines))
    if case.moved is not None:
        st.caption(last_move(case.moved))
    acts.offer(
        [act for name in shown for act in _back(name, seen.get(name, shown[name]))], card=ALIASES
    )


def last_move(event: AliasEvent) -> str:
    """What last happened to production, who did it and why (Markdown)."""
    return f"{words.unbroken(words.minute(event.at))} {words.plain(str(event))}"


def against_canary(case: Case) -> RefusedError | None:
    """Against giving it to a share of the callers now."""
    if case.version is not None and case.version == case.names.get(PRODUCTION):
        return _there(case, PRODUCTION)
    if case.production is None:
        return RefusedError(
            "There is no production version to run a canary against",
            "Release this version to all callers first.",
        )
    return case.against_serving()


def _back(name: str, version: str) -> list[Act]:
    """One step back; for an alias that never named another version only production says so."""
    target = aliases.rollback_target(data.store(), name)
    if target is None and name != PRODUCTION:
        return []
    nowhere = RefusedError(f"{name} has no earlier version", "There is nothing to roll back to.")
    return [
        Act(
            key=f"back-{name}",
            label=f"Roll {words.plain(name)} back{f' to {target}' if target else ''}",
            icon=":material/undo:",
            why_not=acts.why_not(
                None if target else nowhere, Role.RELEASER, to="roll an alias back"
            ),
            do=lambda: moving.ask(
                Move(
                    alias=name,
                    before=version,
                    after=target or "",
                    back=True,
                    card=ALIASES,
                    key=f"back-{name}",
                )
            ),
        )
    ]


def _move(case: Case, alias: str, seen: Seen, *, against: RefusedError | None, icon: str) -> Act:
    """Give it to staging or production, if that still names what was shown; production is asked
    for once more.
    """
    version, expected = case.version or "", seen.get(alias)
    there = case.version is not None and case.names.get(alias) == case.version
    move = Move(
        alias=alias,
        before=expected,
        after=version,
        back=False,
        card=WAY_OUT,
        key=f"{alias}-{case.number}",
    )
    ask = alias == PRODUCTION
    return Act(
        key=move.key,
        label=f"Release {_name(case)} to {alias}",
        icon=icon,
        why_not=acts.why_not(_there(case, alias) if there else against, Role.RELEASER, to=RELEASE),
        do=lambda: (
            moving.ask(move)
            if ask
            else aliases.move(data.store(), alias, version, expected=expected)
        ),
        done="" if ask else move.done,
        next_=next_step(case).action == STEPS[alias],
    )


def _canary(case: Case, seen: Seen, against: RefusedError | None, share: int) -> Act:
    return Act(
        key=f"canary-{case.number}",
        label=f"Give {_name(case)} to {share}% of callers",
        icon=":material/percent:",
        why_not=acts.why_not(against, Role.RELEASER, to=RELEASE),
        do=lambda: aliases.set_canary(
            data.store(), case.version or "", share=share / 100, expected=seen.get(CANARY, "")
        ),
        done=f"{share}% of callers now get {case.version}.",
    )


def _end(case: Case, seen: Seen) -> list[Act]:
    """To end the canary that is on, of whatever version."""
    if case.canary is None:
        return []
    version = case.canary.version
    return [
        Act(
            key=f"end-{version}",
            label=f"End the canary of {version}",
            icon=":material/stop_circle:",
            why_not=acts.why_not(None, Role.RELEASER, to=RELEASE),
            do=lambda: aliases.set_canary(
                data.store(), version, share=0, expected=seen.get(CANARY, "")
            ),
            done=f"The canary of {version} has ended. All callers get the production version.",
        )
    ]


def _there(case: Case, alias: str) -> RefusedError:
    return RefusedError(f"{case.version} is in {alias} already", "There is nothing to move.")


def _name(case: Case) -> str:
    """Its version; before it has one, its number."""
    return case.version or f"#{case.number}"
