"""Why a step would run: what differs from the last run that is most like it, in a few words."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.executions import Execution, listing
from core.executions.looking import WouldRunError
from core.executions.purpose import OWN
from core.store import Store
from core.store.executions import SUCCEEDED

_SHOWN = 3
"""Differences that are said."""
_ABSENT = object()


def reason(store: Store, would: WouldRunError) -> str:
    """Why what was found to run would run: ``4,212 new posts since #81``, ``epoch 10 → 20 since
    #12``; of what nothing is known, that it has not run yet.
    """
    if would.why:
        return would.why
    made = [
        run
        for run in listing(store, kinds=(would.kind,) if would.kind else (), status=SUCCEEDED)
        if would.kind and run.purpose in OWN
    ]
    if not made:
        return "it has not run yet"
    alike = min(made, key=lambda run: len(_differences(run, would)))  # of equals, the newest
    return f"{_said(alike, would)} since #{alike.number}"


def _said(run: Execution, would: WouldRunError) -> str:
    changed = list(_changes(run.params, would.params))
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        return f"{', '.join(changed[:_SHOWN])}{more}"
    before, now = run.inputs, would.inputs
    if before.get("last_import") != now.get("last_import"):
        new = now["posts"] - before["posts"]
        return f"{new:,} new posts" if new > 0 else "posts have changed"
    others = [name for name in now if before.get(name) != now[name]]
    if others:
        return f"another {_CALLED.get(others[0], others[0])}"
    return "its code has changed" if now else "it has not run"


_CALLED = {"files": "number of files", "digest": "content of the files", "noise": "noise band"}


def _differences(run: Execution, would: WouldRunError) -> list[str]:
    return [*_changes(run.params, would.params), *_changes(run.inputs, would.inputs)]


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """``epoch 10 → 20``, of every value that differs, within tables too."""
    for name in {**before, **now}:
        old, new = before.get(name, _ABSENT), now.get(name, _ABSENT)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changes(old, new)
        elif old != new:
            yield f"{name} {_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    text = "default" if value is _ABSENT or value is None else str(value)
    return text if len(text) <= 20 else f"{text[:20]}…"
