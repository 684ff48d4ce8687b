"""Texts that users corrected, for a reviewer to label; labelled ones become posts.

docs/decisions/0016-feedback.md says what may be made of them, and why.
"""

from dataclasses import replace
from datetime import UTC, datetime

from core.access.identity import Role
from core.access.transactions import acting
from core.errors import ConflictError, InputError, NotFoundError, RefusedError
from core.feedback.submissions import subreddit_in
from core.hints import Command, Hint
from core.store import Store
from core.store import labels as labels_table
from core.store import submissions as sent_table
from core.store.labels import ALL, EVALUATE, TRAIN, USES, Corrected, Label, Which

__all__ = [
    "EVALUATE",
    "TRAIN",
    "Corrected",
    "Which",
    "count_waiting",
    "label",
    "waiting",
    "withdraw",
]


def waiting(
    store: Store, *, limit: int = 20, after: int = 0, which: Which = ALL
) -> list[Corrected]:
    """Texts whose user chose another subreddit than the first suggestion, or none, which are kept
    and without a label, without the first ``after``.

    Args:
        which: of them, and in which order; by default all, newest first.
    """
    with store.read() as session:
        return labels_table.corrected(session, limit=limit, after=after, which=which)


def count_waiting(store: Store, which: Which = ALL) -> int:
    """How many there are."""
    with store.read() as session:
        return labels_table.count_corrected(session, which)


def label(
    store: Store, public: str, subreddit: str | None, *, use: str = EVALUATE, again: bool = False
) -> Label:
    """Say which subreddit a text belongs to, for judging models or for training them.

    Args:
        subreddit: None: it is set aside, since the text tells nothing; its use stays.
        use: ``evaluate``: it only ever lands in validation splits. ``train``: it goes as all posts
            go.
        again: replace an earlier label.

    Raises:
        InputError: the name or the use is not valid.
        NotFoundError: there is no such submission, or its text is not kept.
        ConflictError: somebody labelled it before.
        RefusedError: the actor is not a reviewer; or the text judges models, and would train them,
            or the other way round.
    """
    if use not in USES:
        raise InputError(f"{use!r} is not a use of a text", f"Choose {' or '.join(USES)}.")
    name = None if subreddit is None else subreddit_in(subreddit)
    with acting(store, Role.REVIEWER, to="label texts") as (session, actor):
        number = sent_table.kept_text(session, public)
        if number is None:
            raise NotFoundError(
                f"There is no text {public[:50]!r}, or it has been deleted",
                Hint("List the texts that are waiting.", Command("feedback queue")),
            )
        before = labels_table.label_of(session, number)
        if before is not None:
            _check_again(before, again=again)
            if name is None:
                use = before.use
            _check_use(before, use, frozen=labels_table.is_post(session, number))
        said = Label(
            submission=number, at=datetime.now(UTC), by=actor.name, subreddit=name, use=use
        )
        labels_table.write_label(session, said)
    return said


def withdraw(store: Store, public: str) -> None:
    """Take back the label that the actor has just given: the text waits again.

    Raises:
        NotFoundError: there is no such text, or it has no label.
        ConflictError: somebody else labelled it.
        RefusedError: the actor is not a reviewer; or a post was made of it, so that snapshots may
            hold it.
    """
    with acting(store, Role.REVIEWER, to="label texts") as (session, actor):
        number = sent_table.kept_text(session, public)
        before = None if number is None else labels_table.label_of(session, number)
        if before is None:
            raise NotFoundError(
                f"The text {public[:50]!r} has no label to take back",
                Hint("List the texts that are waiting.", Command("feedback queue")),
            )
        if before.by != actor.name:
            raise ConflictError(
                f"{before.by} labelled it, so only they can take that back",
                "Use --again to replace their label.",
            )
        if labels_table.is_post(session, before.submission):
            raise RefusedError(
                "Snapshots may hold this text by now, so its label cannot be taken back",
                "Use --again to replace the label.",
            )
        undone = replace(before, at=datetime.now(UTC), withdrawn=True)
        labels_table.write_label(session, undone)


def _check_again(before: Label, *, again: bool) -> None:
    done = "set it aside" if before.subreddit is None else f"labelled it r/{before.subreddit}"
    if not again:
        raise ConflictError(f"{before.by} has already {done}", "Use --again to replace that.")


def _check_use(before: Label, use: str, *, frozen: bool) -> None:
    """No text does both. ``frozen``: a post was made of it, so snapshots may hold it, whatever was
    said of it since.
    """
    if use == before.use:
        return
    hint = "Leave its use as it is."
    if before.use == EVALUATE and (frozen or before.subreddit is not None):
        raise RefusedError(
            "This text is used to evaluate models, so it cannot train any: they would have seen it",
            hint,
        )
    if before.use == TRAIN and frozen:
        raise RefusedError(
            "Models may have been trained on this text, so it cannot evaluate any", hint
        )
