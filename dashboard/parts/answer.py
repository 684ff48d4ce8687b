"""Whether a candidate may go out, in a sentence; what comes next, and who may do it."""

from core.access.identity import current_actor
from core.access.names import same_person
from core.hints import Command, Hint
from core.release.case import Action, Case, next_step
from core.release.events import PRODUCTION, Rejected
from core.release.standing import failing, undecided
from core.release.states import CandidateState
from dashboard import data, words
from dashboard.parts.gates import counted


def answer(case: Case) -> str:
    """Lineage, and the next step in bold (Markdown)."""
    step = next_step(case)
    return (
        f"{standing(case)} **Next: {words.plain(step.words)}.**" if step.words else standing(case)
    )


def standing(case: Case) -> str:
    """Whether it may go out, and why (Markdown)."""
    candidate, number = case.candidate, f"**\\#{case.number}**"
    if candidate.state == CandidateState.REJECTED:
        last = next(e for e in reversed(candidate.events) if isinstance(e, Rejected))
        return (
            f"No: {words.plain(last.by)} rejected {number} on {words.day(last.at)}. A rejection"
            " is final."
        )
    if case.void:
        return f"No longer. {words.emphasised(case.void)}"
    if candidate.state == CandidateState.RELEASED:
        now = case.names.get(PRODUCTION)
        if now == case.version:
            return f"Released: {number} is in production as **{now}**."
        was = f"Replaced: {number} was in production as **{case.version}**; **{now}** is there now."
        if back := case.rolled_back:
            why = f": “{words.plain(back.comment)}”" if back.comment else ", without a reason"
            was = (
                f"Rolled back: {number} was in production as **{case.version}**."
                f" {words.plain(back.by)} went back to **{now}** on {words.day(back.at)}{why}."
            )
        if case.canary is None or not case.on_canary:
            return was
        share = words.per_cent(case.canary.share)
        return f"{was} **As a canary, it still gets {share} of callers.**"
    if candidate.state == CandidateState.APPROVED:
        return f"Yes: {number} is approved as **{case.version}**."
    where = "on its sealed test" if candidate.state == CandidateState.TESTED else "on validation"
    failed = failing(case.evidence.failed)
    why = f": {words.plain(failed)}" if failed else ""
    open_ = undecided(case.evidence.gates)
    besides = f" Inconclusive: {words.plain(open_)}" if open_ else ""
    return f"Not yet{why}. The gates of {number} {where}: {counted(case.evidence.gates)}.{besides}"


def by_whom(case: Case) -> str | None:
    """Who may take the next step (Markdown); None where there is none to take."""
    step = next_step(case)
    if step.role is None:
        return None
    besides = case.author if step.action == Action.DECIDE else None
    other = f" other than {words.plain(besides)}" if besides else ""
    who = f"A {step.role.title}{other} can do this"
    me = current_actor().name
    if (
        not (besides and same_person(me, besides))
        and data.why_not(step.role, to=step.words) is None
    ):
        return f"{who}, so **you can**."
    holders = data.holders(step.role)
    known = [name for name in (besides, me) if name]
    others = [name for name in holders if not any(same_person(name, each) for each in known)]
    if others:
        return f"{who}: {', '.join(map(words.plain, others))}."
    nobody = "Nobody else has" if holders else "Nobody has"
    give = Hint("An admin can give it.", Command("users set", "NAME", step.role.title))
    return f"{who}. {nobody} that role yet. {words.hint(give)}"
