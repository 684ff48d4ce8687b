"""What may be done with a candidate now, and why not. Pure; pages ask it, and writers obey it.

Each function gives the refusal, or None where nothing stands against it. What a role may do is
asked elsewhere: :mod:`core.access.authorisation`.
"""

from core.access.identity import Actor
from core.access.names import same_person
from core.errors import ConflictError, RefusedError
from core.hints import Command, Hint
from core.release.adoption import ADOPTING
from core.release.budget import Budget
from core.release.candidates import Candidate
from core.release.check import Check
from core.release.events import PRODUCTION, STAGING, AliasEvent
from core.release.states import CandidateState


def against_opening(candidate: Candidate, budget: Budget) -> RefusedError | None:
    """Against a new opening of the sealed test that ``budget`` is of."""
    number = candidate.number
    if candidate.state in (CandidateState.REJECTED, CandidateState.RELEASED):
        return ConflictError(
            already(candidate), "A sealed test serves the decision, and the decision has been made."
        )
    if candidate.unfinished is not None:
        split = candidate.unfinished.snapshot[:12]
        return ConflictError(
            f"#{number} has an unfinished opening of the sealed test of {split}",
            Hint("Finish it first.", Command("release test", number, on=split)),
        )
    if budget.closed:
        return RefusedError(budget.closed.rstrip("."), budget.hint)
    return None


def against_rejection(candidate: Candidate, evidence: Check) -> RefusedError | None:
    """Against rejecting; an approval that is void can be taken back so."""
    number = candidate.number
    if candidate.state == CandidateState.APPROVED and void(candidate, evidence) is None:
        return ConflictError(already(candidate), "The next step is up to a releaser.")
    if candidate.state in (CandidateState.REJECTED, CandidateState.RELEASED):
        return ConflictError(
            already(candidate),
            Hint("Nothing is left to decide; see its history.", Command("release show", number)),
        )
    if candidate.unfinished is not None:
        return ConflictError(
            f"The sealed test of #{number} is being opened, or was interrupted",
            Hint("Wait for the result, or finish the test.", Command("release test", number)),
        )
    return None


def against_approval(candidate: Candidate, evidence: Check, actor: Actor) -> RefusedError | None:
    """Against approving by ``actor``. Failed gates are not: overriding them needs a reason."""
    number = candidate.number
    if refusal := against_rejection(candidate, evidence):
        return refusal
    if evidence.policy.limit("test_opened") and candidate.result is None:
        return RefusedError(
            f"The policy requires the sealed test of #{number} to be opened first",
            Hint("Open the sealed test.", Command("release test", number, reason="…")),
        )
    most = evidence.policy.rules.near_duplicates
    if evidence.leaked > most:
        return RefusedError(
            f"{evidence.leaked:.1%} of the sealed test of #{number} resembles posts that it has"
            f" seen, more than the limit of {most:.1%} that is in force now",
            Hint(
                "Train it again without these posts, or test it on a newer snapshot.",
                Command("release test", number, on="SNAPSHOT", reason="…"),
            ),
        )
    if evidence.policy.four_eyes and same_person(actor.name, candidate.proposal.by):
        return RefusedError(
            f"{actor.name} proposed #{number}, so somebody else must approve it",
            Hint(
                "Ask another reviewer. A team of one sets team_of_one = true in"
                " release-policy.toml, and adopts it.",
                ADOPTING,
            ),
        )
    if evidence.outdated:
        return RefusedError(
            evidence.outdated.rstrip("."),
            Hint(
                "Test it against the current production version.", Command("release test", number)
            ),
        )
    return None


def against_staging(candidate: Candidate, evidence: Check) -> RefusedError | None:
    """Against giving its version to staging, or to an alias of the team's own."""
    number = candidate.number
    if candidate.state == CandidateState.RELEASED:
        return None
    if candidate.state != CandidateState.APPROVED:
        return RefusedError(
            f"Candidate #{number} is {candidate.state}, not approved",
            Hint("It needs an approval first.", Command("release show", number)),
        )
    if why := void(candidate, evidence):
        return RefusedError(
            why.rstrip("."),
            Hint("Look at it again, then approve it again.", Command("release show", number)),
        )
    return None


def against_serving(
    candidate: Candidate, evidence: Check, *, staged: bool, staging_first: bool
) -> RefusedError | None:
    """Against giving its version to callers, as production or canary.

    What was in production may come back whatever has changed.
    """
    if refusal := against_staging(candidate, evidence):
        return refusal
    if staging_first and not staged and candidate.state != CandidateState.RELEASED:
        return RefusedError(
            f"{candidate.version} has not been in staging, which the policy requires first",
            Hint("Release it to staging.", Command("alias set", STAGING, candidate.version or "")),
        )
    return None


def void(candidate: Candidate, evidence: Check) -> str | None:
    """Why the approval no longer holds, as a sentence; None if it does, or there is none."""
    approval = candidate.approval
    if candidate.state != CandidateState.APPROVED or approval is None:
        return None
    if evidence.digest == approval.shown:
        return None
    because = "the policy or the evidence has changed"
    if evidence.outdated:
        because = "production has changed"
    return f"The approval of #{candidate.number} is void: {because} since."


def already(candidate: Candidate) -> str:
    """Which state it has, and who brought it there."""
    last = next(
        event
        for event in reversed(candidate.events)
        if event.kind == candidate.state
        and (not isinstance(event, AliasEvent) or event.alias == PRODUCTION)
    )
    return (
        f"Candidate #{candidate.number} was already {candidate.state} by {last.by} on"
        f" {last.at:%Y-%m-%d %H:%M} UTC"
    )
