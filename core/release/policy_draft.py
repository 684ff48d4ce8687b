"""How a release policy differs from another, gate by gate; and the file that nobody has adopted."""

from dataclasses import dataclass

from core.errors import SignoffError
from core.hints import Hint
from core.release.adoption import ADOPTING, built_in, draft, in_force, policy_of, request_for
from core.release.policy import FILE, Policy, parse
from core.release.policy_events import POLICY_EVENTS, Asked, adoptions
from core.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs. ``setting``: ``gate.key``; None for a value: the gate is off."""

    setting: str
    before: float | str | None
    after: float | str | None

    def __str__(self) -> str:
        return f"{self.setting}: {_said(self.before)} → {_said(self.after)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the file says, where that is not in force.

    ``changes``: against the policy in force; empty where only comments or the layout differ.
    ``asked``: who asked to adopt it, and waits for somebody else. ``wrong``: why it cannot be
    adopted as it is; None if it can.
    """

    digest: str | None
    changes: tuple[Change, ...] = ()
    asked: Asked | None = None
    wrong: str | None = None

    @property
    def hint(self) -> Hint:
        """What this means, and what to do."""
        if self.wrong:
            return Hint(f"{FILE} is not in force, and cannot be adopted as it is. {self.wrong}")
        if self.asked:
            return Hint(
                f"{FILE} is not in force yet. {self.asked.by} asked for it on"
                f" {self.asked.at:%Y-%m-%d}, and somebody else must adopt it.",
                ADOPTING,
            )
        return Hint(f"{FILE} is not in force. It takes effect once it is adopted.", ADOPTING)


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Every gate and rule whose value is another, in the order of the policies. Pure."""
    old, new = before.settings, after.settings
    return tuple(
        Change(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    )


def pending(store: Store) -> Draft | None:
    """The file, if it says something else than what is in force; None without a file as well."""
    try:
        content = draft(store.home)
        policy = None if content is None else parse(content)
    except SignoffError as error:
        return Draft(digest=None, wrong=str(error))
    if policy is None:
        return None
    with store.read() as session:
        now = in_force(session)
        if now.digest == policy.digest:
            return None
        asked = request_for(session, policy.digest)
    return Draft(digest=policy.digest, changes=changes(now, policy), asked=asked)


def last_changes(store: Store) -> tuple[Change, ...]:
    """What the policy in force changed of the one before it; nothing where none was adopted."""
    with store.read() as session:
        policies = [policy_of(event) for event in adoptions(POLICY_EVENTS.read(session))[-2:]]
    return changes(*[built_in(), *policies][-2:]) if policies else ()


def _said(value: float | str | None) -> str:
    if value is None:
        return "off"
    return str(value).lower() if isinstance(value, bool) else str(value)
