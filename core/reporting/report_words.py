"""The report of a comparison in words. Pure."""

from collections.abc import Iterator

from core.comparison.difference import called_first
from core.comparison.results import BETTER, HIGHER, LOWER, WORSE
from core.comparison.what_differs import Patch
from core.hints import Command
from core.release.standing import MARKS, counted, standing, worst_first
from core.reporting import comparison_rows as rows
from core.reporting.document import (
    Block,
    Code,
    Document,
    Histogram,
    Items,
    Link,
    Paragraph,
    Section,
    Table,
)
from core.reporting.histogram import binned
from core.reporting.report import Report
from core.reporting.said import minute
from core.words import chance, count, listed, share

SLICES = 10
LONGEST = 160
"""Characters that are shown of a title, or of a value."""
_MEANS = {
    "broken": "right before, wrong now",
    "fixed": "wrong before, right now",
    "swapped": "wrong both times, differently",
}


def document(report: Report) -> Document:
    """The report as a document."""
    baseline, candidate = report.names
    return Document(
        title=f"{candidate[:1].upper()}{candidate[1:]} compared with {baseline}",
        lead=report.sentence,
        sections=(
            Section("Who decides", tuple(_decision(report))),
            Section("What differs", tuple(_differences(report))),
            Section("Metrics", tuple(_metrics(report))),
            Section("Subreddits", tuple(_subreddits(report))),
            Section("Posts", tuple(_posts(report))),
            Section("Slices", tuple(_slices(report))),
            Section("Drift of production", tuple(_drift(report))),
        ),
        end=f"Written by Signoff {report.signoff} on {minute(report.at)} from comparison"
        f" #{report.comparison}. No sealed test was read.",
    )


def _decision(report: Report) -> Iterator[Block]:
    check = report.check
    yield Paragraph(report.next)
    if report.link:
        yield Link("Look at it in the dashboard", report.link)
    if report.caveats:
        yield Items(report.caveats)
    against = (
        f"compared with production (comparison #{check.comparison.execution})"
        if check.comparison
        else "compared with no other version"
    )
    yield Paragraph(
        f"Gates of #{check.candidate} on {count(check.evaluation.posts, 'post')} of its validation"
        f" split, {against}: {counted(check.gates)}."
        f" Policy: {check.policy.named}, {check.policy.digest[:12]}."
    )
    if check.gates:
        judged = [(gate, standing(gate)) for gate in worst_first(check.gates)]
        yield Table(
            "Gates, what speaks against the candidate first",
            ("gate", "result", "why"),
            [(gate.name, f"{MARKS[stands]} {stands}", gate.why) for gate, stands in judged],
            words=(1, 2),
            more=f"All gates: {Command('release check', check.candidate)}",
        )


def _differences(report: Report) -> Iterator[Block]:
    if not report.facts:
        yield Paragraph("Nothing that is recorded of the two differs.")
        return
    yield Table(
        "Code, data, parameters and environment that differ",
        ("what", "of", *report.names),
        [
            (fact.what, fact.where.lower(), _short(fact.baseline), _short(fact.candidate))
            for fact in report.facts
        ],
        words=(1, 2, 3),
    )
    yield from map(_code, report.patches)


def _code(patch: Patch) -> Code:
    lines = patch.text.expandtabs(4).split("\n")
    return Code(
        f"{patch.name} ({count(len(lines), 'line')})",
        [_short(line) for line in lines],
        more="The whole patch is kept with the execution.",
    )


def _metrics(report: Report) -> Iterator[Block]:
    summary, names = report.summary, report.names
    if sets := summary.label_sets:
        yield Table(
            f"Posts of subreddits that both models know ({sets.shared.posts:,})",
            rows.metric_columns(names),
            list(rows.in_words(rows.metric_rows(sets.shared.metrics, paired=summary.paired))),
            words=(6,),
        )
    yield Table(
        f"All posts ({summary.posts:,})",
        rows.metric_columns(names),
        list(rows.in_words(rows.metric_rows(summary.metrics, rows.SHOWN, paired=summary.paired))),
        words=(6,),
    )
    test, p = summary.accuracy_test, summary.p_at_1
    noise = listed(
        [f"#{one.execution} ({count(one.repeats, 'repeat')})" for one in summary.noise.known]
    )
    distances = f"KS {p.ks:.3f}, Wasserstein {p.wasserstein:.3f}, PSI {p.psi:.3f}"
    said = [
        f"Both right equally often? {test.test}: p {chance(test.p_value)}.",
        f"Mean p@1: {p.baseline_mean:.3f} → {p.candidate_mean:.3f}; distance: {distances}.",
    ]
    if noise:
        said.append(f"Noise of retraining: measured by {noise}.")
    elif not summary.one_model:
        said.append("The noise of retraining was not measured: retraining alone may do as much.")
    yield Items(said)


def _subreddits(report: Report) -> Iterator[Block]:
    known = report.changes.dropna(subset=["difference"])
    if known.empty:
        yield Paragraph("No subreddit that both models know has posts here.")
        return
    paired = report.summary.paired
    worse, better = (WORSE, BETTER) if paired else (LOWER, HIGHER)
    yield Histogram(
        f"Changes in F1 of {count(len(known), 'shared subreddit')}",
        binned(known["difference"].to_numpy(), known["verdict"].tolist()),
        (worse, "not told apart", better),
    )
    every = f"Every subreddit: {Command('compare', *report.compared, table='changes.csv')}"
    few = rows.movers(known)
    columns = rows.change_columns(report.names)
    yield Table(
        f"Movers: called {worse} or {better} first, then the largest others",
        columns,
        list(rows.in_words(rows.change_rows(few, paired=paired))),
        words=(7,),
        more=every,
    )
    if len(known) > len(few):
        yield Table(
            f"All {len(known):,} shared subreddits, called {worse} or {better} first",
            columns,
            list(rows.in_words(rows.change_rows(called_first(known), paired=paired))),
            words=(7,),
            folded=True,
            more=every,
        )


def _posts(report: Report) -> Iterator[Block]:
    churn, examples = report.summary.churn, report.examples
    if churn is None or examples is None:
        yield Paragraph(
            "The two were evaluated on different posts: none can be compared by itself."
        )
        return
    yield Paragraph(
        f"First predictions changed: {share(churn.changed / report.summary.posts)} of"
        f" {count(report.summary.posts, 'post')} ({churn.fixed:,} fixed, {churn.broken:,} broken,"
        f" {churn.swapped:,} swapped)."
    )
    for kind, means in _MEANS.items():
        shown = examples[examples["change"] == kind]
        if len(shown):
            yield Table(
                f"{kind.capitalize()} ({means}): {len(shown)} of {getattr(churn, kind):,}, the"
                f" most probable by {report.names[1]} first",
                ("title", "subreddit", *report.names, "p@1"),
                [
                    (
                        _short(post["title"]),
                        f"r/{post['subreddit']}",
                        *(_first(post[side]) for side in ("baseline", "candidate")),
                        f"{post['candidate_p']:.3f}",
                    )
                    for post in shown.to_dict("records")
                ],
                words=(1, 2, 3),
            )


def _first(predicted: tuple[str, ...]) -> str:
    return f"r/{predicted[0]}" if predicted else "–"


def _slices(report: Report) -> Iterator[Block]:
    if report.slices is None:
        yield Paragraph("Slices are compared where both were evaluated on the same posts.")
        return
    found = rows.worst_slice_rows(report.slices, most=SLICES)
    if not found:
        yield Paragraph("No slice of the posts was found where the candidate loses accuracy.")
        return
    yield Table(
        "Where the candidate loses most accuracy",
        rows.SLICE_COLUMNS,
        list(rows.in_words(found)),
        words=(6,),
    )


def _drift(report: Report) -> Iterator[Block]:
    if report.production:
        yield Items(report.production)
    else:
        yield Paragraph("Nothing is in production.")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
