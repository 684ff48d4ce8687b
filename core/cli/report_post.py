"""The command ``signoff report post``."""

from typing import Annotated

import typer

from core.cli.output import AsJson, print_json, progress_bar, say, warn, workspace
from core.comparison.compare import Pair, pair
from core.errors import InputError
from core.executions.history import number
from core.pipeline.kinds.deciding import reported_on
from core.release.standing import counted
from core.reporting import posting, workflow
from core.reporting.github import NotPermittedError
from core.reporting.rendering import fitting, markdown
from core.reporting.report import Report, read
from core.reporting.report_words import document
from core.reporting.workflow import Place
from core.settings import Workflow
from core.store import Store
from core.store.artifacts import storage_errors

_DID = {
    "created": "A comment with the report was written",
    "updated": "The comment was updated",
    "left": "A newer run has posted its report; it was left as it is",
}


def post(
    baseline: Annotated[
        str | None, typer.Argument(help="Default: the pair on which the pipeline reported last.")
    ] = None,
    candidate: Annotated[str | None, typer.Argument(show_default=False)] = None,
    pull: Annotated[
        int | None,
        typer.Option(
            help="The number of the pull request. Default: the one that the workflow runs for.",
            min=1,
            show_default=False,
        ),
    ] = None,
    status: Annotated[
        bool, typer.Option(help="Set the status signoff/validation of the commit.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Post the report as one comment of a pull request, and set a status of its commit.

    For workflows of GitHub Actions, which say where to. The comment is found again and updated. The
    report is also added to the summary of the job, and where the token cannot write, as for pull
    requests from forks, it stands only there.
    """
    given = workflow.read()
    where = workflow.place(given, pull=pull)
    store = workspace()
    with progress_bar() as progress:
        found = read(store, _pair(store, baseline, candidate), progress=progress)
    written = fitting(document(found), markdown, most=posting.ROOM)
    _summarise(given, written)
    try:
        posted = _post(where, found, written, with_status=status)
    except NotPermittedError as error:
        warn(f"Not posted: {error}")
        posted = None
    if as_json:
        print_json(
            {"execution": found.comparison, "verdict": found.check.verdict, "posted": posted}
        )
        return
    if posted:
        say(f"{_DID[posted.did]}: {posted.url}")
    elif where.pull is None:
        say("This run is of no pull request: there is nothing to comment on.")


def _pair(store: Store, baseline: str | None, candidate: str | None) -> Pair:
    if baseline is None:
        return reported_on(store)
    if candidate is None:
        raise InputError("Only one of the two is given", "Give both, or neither.")
    return pair(store, number(baseline), number(candidate))


def _post(where: Place, found: Report, written: str, *, with_status: bool) -> posting.Posted | None:
    """Raises NotPermittedError where the token cannot write."""
    posted = None
    if where.pull is not None:
        posted = posting.post(where.github, where.pull, written, run=where.run)
    if with_status and where.commit:
        said = counted(found.check.gates)
        where.github.set_status(
            where.commit, posting.status(str(found.check.verdict), said, url=where.url)
        )
    return posted


def _summarise(given: Workflow, written: str) -> None:
    """Add the report to the job's summary, where there is one."""
    if given.step_summary is None:
        return
    with storage_errors(given.step_summary, chosen=True):
        with given.step_summary.open("a", encoding="utf-8") as file:
            file.write(written)
