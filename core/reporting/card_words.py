"""A model card in words. Pure; what is missing is said, not left out."""

from collections.abc import Iterator, Sequence

from core.metrics import METRIC
from core.release.events import CANARY
from core.reporting.document import Block, Document, Facts, Items, Paragraph, Section, Table
from core.reporting.figure_words import around, figures_blocks, limits_blocks, posts_of
from core.reporting.results import (
    Card,
    Data,
    Decision,
    Made,
    Said,
    Sources,
)
from core.reporting.said import SPLITS, day, minute
from core.words import count, listed

_LEFT_OUT = {
    "erased": "erased before",
    "no_text": "without text",
    "over_max_posts": "more than the limit of a subreddit",
    "small_subreddit": "in subreddits with too few posts",
}
_NAMED = 5
"""Executions that are named of a kind."""
_HEADLINES = ("accuracy", "f1_macro", "recall_at_5")


def document(card: Card) -> Document:
    """The card as a document."""
    return Document(
        title=f"Model card of {card.version}",
        lead=_lead(card),
        sections=(
            Section("What it is for", [Paragraph(text) for text in _purpose(card)]),
            Section("The model", tuple(_made(card))),
            Section("Data", tuple(_data(card))),
            Section("Figures", tuple(figures_blocks(card.figures, card.decision))),
            Section("Limits", tuple(limits_blocks(card.limits))),
            Section("Who approved it, and why", tuple(_decision(card.decision))),
            Section("Licence", [Paragraph(text) for text in _licence(card)]),
        ),
        end=f"Written by Signoff {card.signoff} on {minute(card.at)} from what the workspace"
        f" records. Evidence {card.decision.evidence[:12]}.",
    )


def _lead(card: Card) -> str:
    values = {metric.key: metric for metric in card.figures.metrics}
    figures = [
        f"{METRIC[key].spoken} {around(values[key].value, values[key].interval)}"
        for key in _HEADLINES
        if key in values
    ]
    return (
        f"{card.made.what}. {_names(card)} On {posts_of(card.figures)}:"
        f" {listed(figures)} (95% intervals in brackets)."
    )


def _names(card: Card) -> str:
    """Which aliases name it now."""
    names = [
        f"{name} ({100 * card.share:.3g}% of callers)"
        if name == CANARY and card.share is not None
        else name
        for name in card.aliases
    ]
    return f"Named now by {listed(names)}." if names else "No alias names it now."


def _purpose(card: Card) -> Iterator[str]:
    yield (
        "It suggests subreddits for a Reddit post, each with a probability, by what the post says."
        f" It knows {count(card.made.subreddits, 'subreddit')} and can suggest no other: for a post"
        " of any other subreddit, every suggestion is wrong."
    )
    yield (
        "It was judged on this task alone. These figures say nothing about other uses, such as"
        " removing posts or judging their authors, nor about texts that are not posts."
    )
    if card.made.note:
        yield f"Its makers note: “{card.made.note}”"


def _made(card: Card) -> Iterator[Block]:
    made = card.made
    rows = [
        ("Version", card.version),
        *([("Called", made.name)] if made.name else []),
        ("Family", made.family),
        (
            "Adopted" if made.elsewhere else "Trained",
            f"{minute(made.at)} by {made.by}, execution #{made.training}",
        ),
        ("Code", made.commit or "not recorded: it did not run from a git checkout"),
        ("SHA-256", made.digest),
    ]
    if not made.elsewhere:
        said = ", ".join(f"{name} {value}" for name, value in made.parameters.items())
        rows[-2:-2] = [("Parameters", said or "none"), ("Seed", str(made.seed))]
    yield Facts(rows)
    yield from map(Paragraph, _unrecorded(made))


def _unrecorded(made: Made) -> Iterator[str]:
    if made.elsewhere:
        yield (
            "The model was made elsewhere and adopted. How it was trained is not recorded here:"
            " neither its code, nor its parameters, nor its seed."
        )
    if not made.training_known:
        yield (
            "It is not recorded which posts it was trained on. They can include posts that it was"
            " judged on, which would make the figures too optimistic."
        )


def _data(card: Card) -> Iterator[Block]:
    data = card.data
    trained = "Declared to be trained" if card.made.elsewhere else "Trained"
    yield Paragraph(
        f"{trained} on snapshot {data.snapshot} ({data.digest[:12]}), frozen on"
        f" {minute(data.frozen_at)}, of {count(data.subreddits, 'subreddit')}. {_kind(data)}"
    )
    rows = [
        (
            SPLITS.get(each.split, each.split),
            f"{each.posts:,}",
            day(each.begins),
            day(each.ends),
            f"{each.erased:,}",
        )
        for each in data.splits
    ]
    yield Table("Splits", ("split", "posts", "oldest", "newest", "erased since"), rows)
    if any(each.begins is None for each in data.splits):
        yield Paragraph("A dash: that is not known without opening the split, or no post is left.")
    if any(each.erased for each in data.splits):
        yield Paragraph(
            "Erased posts have no text any more. What a model learned from a post before it was"
            " erased stays in the model."
        )
    if data.left_out:
        reasons = [
            f"{posts:,} ({_LEFT_OUT.get(reason, reason.replace('_', ' '))})"
            for reason, posts in data.left_out.items()
        ]
        yield Paragraph(f"Posts left out of the snapshot: {listed(reasons)}.")


def _kind(data: Data) -> str:
    if data.generated:
        first = "All posts are generated, so its figures say nothing about posts on Reddit. "
    else:
        first = ""
    if data.kind == "random":
        return f"{first}The splits were drawn at random."
    return f"{first}The splits follow each other in time."


def _decision(decision: Decision) -> Iterator[Block]:
    rows = [("Proposed", _said(decision.proposed))]
    if decision.opened is None:
        rows.append(("Sealed test", "not opened for it, or it gave no result"))
    else:
        rows.append(("Sealed test opened", _said(decision.opened)))
        rows.append(("Verdict of the gates then", decision.verdict or "–"))
    rows.append(("Approved", _said(decision.approved)))
    if decision.override:
        rows.append(("A failed gate was overridden", f"“{decision.override}”"))
    yield Facts(rows)
    if decision.void:
        yield Paragraph(decision.void)
    if decision.history:
        yield Paragraph("What else happened to it, newest first:")
        yield Items([f"{minute(each.at)}: {each.sentence}" for each in decision.history])


def _said(said: Said) -> str:
    comment = f": “{said.comment}”" if said.comment else ", without a comment"
    return f"{minute(said.at)} by {said.by}{comment}"


def _licence(card: Card) -> Iterator[str]:
    if card.made.elsewhere:
        yield "The model was made elsewhere. Its licence is not recorded here: ask its makers."
    if card.data.generated:
        yield "The posts were generated by Signoff from its own word lists. No user wrote them."
    else:
        yield (
            "The posts are the words of their authors. Signoff records neither a licence of the"
            " posts nor one of the model: check both before you pass the model on."
        )
        yield from _sources(card.data.sources)
    yield (
        "The MIT licence of Signoff covers the program, and neither the posts nor a model that was"
        " trained on them."
    )


def _sources(sources: Sources) -> Iterator[str]:
    if sources.imports:
        yield (
            f"Posts were imported from files ({_executions(sources.imports)}). A licence of such a"
            " file is not always a licence of the posts in it."
        )
    if sources.collections:
        yield (
            f"Posts were collected from Reddit ({_executions(sources.collections)}), whose terms"
            " restrict training on what users wrote."
        )
    if sources.feedback:
        yield "The snapshot also has texts that users sent to earlier versions."


def _executions(numbers: Sequence[int]) -> str:
    """The last of them by number, and how many there were before."""
    named = [f"#{number}" for number in numbers[-_NAMED:]]
    more = len(numbers) - len(named)
    noun = "execution" if len(numbers) == 1 else "executions"
    return f"{noun} {listed([*named, f'{more:,} before'] if more else named)}"
