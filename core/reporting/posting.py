"""One comment for each pull request: later runs replace it, never twice, never by an older one.

What stands before and after the report in that comment is people's, and stays.
"""

import re
from dataclasses import dataclass

from core.reporting.github import Comment, GitHub
from core.reporting.rendering import COMMENT

CONTEXT = "signoff/validation"
"""The name of the commit's status."""
_LONGEST = 140
"""Characters of a status's description."""
_END = "<!-- signoff:report end -->"
_BEGIN = re.compile(r"<!-- signoff:report run=(\d{1,19})\.(\d{1,9}) -->")
ROOM = COMMENT - 200
"""Characters that a report may have, so that it fits with its markers."""


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Of a workflow; later ones are larger."""

    id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Posted:
    """``did``: ``created``, ``updated``, or ``left``: a newer run had written it."""

    did: str
    url: str


def post(github: GitHub, pull: int, report: str, *, run: Run) -> Posted:
    """Write the report into the comment of this pull request that has one, else into a new one.

    Two runs that do this at once both see two comments afterwards, and both keep the older one.

    Args:
        report: Markdown of at most :data:`ROOM` characters.

    Raises:
        NotPermittedError: the token is not allowed to comment.
        SignoffError: GitHub refused, or did not answer.
    """
    me = github.who()
    own = _own(github, pull, me)
    if not own:
        made = github.create(pull, _between("", report, "", run))
        own = _own(github, pull, me) or [made]
        if own[0].id == made.id:
            return Posted("created", made.url)
    first, *others = own
    for other in others:
        github.delete(other.id)
    return _write(github, first, report, run)


def _write(github: GitHub, comment: Comment, report: str, run: Run) -> Posted:
    before, rest = _BEGIN.split(comment.body, maxsplit=1)[::3]
    if _run(comment) > run:
        return Posted("left", comment.url)
    after = rest.rpartition(_END)[2] if _END in rest else ""
    body = _between(before, report, after, run)
    if len(body) > COMMENT:  # people wrote more around it than there is room for
        body = _between("", report, "", run)
    github.update(comment.id, body)
    return Posted("updated", comment.url)


def _own(github: GitHub, pull: int, me: str) -> list[Comment]:
    """The comments with a report that were written under this login, oldest first."""
    found = [c for c in github.comments(pull) if c.login == me and _BEGIN.search(c.body)]
    return sorted(found, key=lambda comment: comment.id)


def _run(comment: Comment) -> Run:
    """Which run wrote the report in it."""
    return max(Run(int(number), int(attempt)) for number, attempt in _BEGIN.findall(comment.body))


def _between(before: str, report: str, after: str, run: Run) -> str:
    begin = f"<!-- signoff:report run={run.id}.{run.attempt} -->"
    return f"{before}{begin}\n{report}\n{_END}{after}"


def status(verdict: str, said: str, *, url: str) -> dict[str, str]:
    """The status of a commit: it succeeds only where every gate passes.

    Args:
        verdict: of all gates on validation: pass, fail or inconclusive.
        said: how many gates stand how.
        url: where to read more; empty: nowhere.
    """
    description = f"{verdict}: {said}"
    if len(description) > _LONGEST:
        description = f"{description[: _LONGEST - 1]}…"
    return {
        "state": "success" if verdict == "pass" else "failure",
        "context": CONTEXT,
        "description": description,
        **({"target_url": url} if url else {}),
    }
