"""By which rules a snapshot is made."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import InputError

KINDS = ("chronological", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides which posts a snapshot holds, and in which split.

    Args:
        since, until: epoch seconds; the first is included, the second is not.
        min_posts: a subreddit with fewer posts (after ``since`` and ``until``) is left out.
        max_posts: of a subreddit with more posts the newest are kept; None: all.
        split: ``chronological``, or ``random`` (optimistic).
        fractions: shares of train, valid and test.
        test_since: epoch seconds; the test split begins here, whatever its share, and train and
            valid share what lies before. None: by its fraction.
        feedback: with the texts that users sent and reviewers labelled, too.
        seed: of the random split; without effect on the chronological one.

    Raises:
        InputError: the rules contradict themselves.
    """

    since: int | None = None
    until: int | None = None
    min_posts: int = 20
    max_posts: int | None = None
    split: str = "chronological"
    fractions: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    test_since: int | None = None
    feedback: bool = False

    def __post_init__(self) -> None:
        if self.split not in KINDS:
            raise InputError(f"There is no split {self.split!r}", f"Choose {' or '.join(KINDS)}.")
        if min(self.fractions) <= 0 or not math.isclose(sum(self.fractions), 1, abs_tol=1e-9):
            raise InputError(
                f"--fractions {','.join(f'{f:g}' for f in self.fractions)} is not three shares of"
                " one whole",
                "Give three positive numbers that add up to 1, such as 0.8,0.1,0.1.",
            )
        if self.seed < 0:
            raise InputError(f"--seed {self.seed} is negative", "Give 0 or more.")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise InputError("--since is not before --until", "Give an earlier --since.")
        if self.test_since is not None:
            self._check_test_since(self.test_since)
        if self.min_posts < 1 or (self.max_posts is not None and self.max_posts < self.min_posts):
            raise InputError(
                "--min-posts must be at least 1, and --max-posts must not be below it",
                "Change one of them.",
            )

    def _check_test_since(self, moment: int) -> None:
        if self.split == "random":
            raise InputError(
                "--test-since does not go with a random split",
                "Leave out --test-since, or choose --split chronological.",
            )
        early = self.since is not None and moment <= self.since
        if early or (self.until is not None and moment >= self.until):
            raise InputError(
                "--test-since is not between --since and --until", "Give a date between them."
            )

    def as_json(self) -> dict[str, Any]:
        """Without what has no effect, so that it does not change a digest either."""
        values = {**asdict(self), "fractions": list(self.fractions)}
        if self.split != "random":
            del values["seed"]
        if self.test_since is None:
            del values["test_since"]
        if not self.feedback:
            del values["feedback"]
        return values
