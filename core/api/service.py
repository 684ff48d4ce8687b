"""Predicting and keeping: the models are asked, and their answer is stored before it is sent."""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakKeyDictionary, finalize

from core.api.batching import Batcher, QueueFullError
from core.api.meters import Meters
from core.batches import batches
from core.errors import NotFoundError, SignoffError
from core.feedback import submissions
from core.feedback.submission_writer import SubmissionWriter
from core.feedback.submissions import Sent
from core.serving.model import Suggestion
from core.serving.pool import Pool, Served
from core.serving.suggest import Suggester
from core.store import Store
from core.text import Post

AT_ONCE = 128
"""Posts that one group asks a model for; a request of more comes back as often as it takes."""
PARTS = 4
"""Of one request that may wait at once: the model answers one while another is kept."""
WAITING = 1_000
"""Requests that may wait for a model."""
KEEP_SECONDS = 2.0
"""How long an answer waits to be kept while nothing is kept: something else has locked the
database, or the disk is stuck. Then callers get it without a submission."""
UNKEPT_SECONDS = 60.0
"""So long after something could not be kept, the server says so, unless something was since."""
START_SECONDS, END_SECONDS = 60.0, 5.0
SHADOWS = 2_000
"""Posts that may wait for the shadow; what comes then is not asked of it."""

Said = list[Suggestion]


@dataclass(frozen=True, slots=True)
class Question:
    """Posts for one version."""

    suggester: Suggester
    posts: Sequence[Post]
    k: int
    keep_text: bool


@dataclass(frozen=True, slots=True)
class _Suggested:
    """``at``: when it was said, by ``time.monotonic``; a slow model takes no time to keep away."""

    asked: Question
    said: Sequence[Said]
    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What was suggested for each post, and under which id it was kept; None: it was not."""

    said: Sequence[Said]
    kept: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class _Twin:
    """What the shadow is asked, too."""

    post: Post
    k: int
    public: str


class Service:
    """Used from one event loop; models and database are waited for in threads."""

    def __init__(self, store: Store, pool: Pool, meters: Meters) -> None:
        self._pool, self._meters = pool, meters
        self._writer, self._kept_at = SubmissionWriter(store.home), 0.0
        self._failed_at = -UNKEPT_SECONDS
        # A thread for each: one that answers slowly, or never, holds up its own callers only.
        self._asks: WeakKeyDictionary[Suggester, Batcher[Question, Answer]] = WeakKeyDictionary()
        self._keep: Batcher[_Suggested, Answer] = Batcher(
            "keep", self._keep_all, weight=AT_ONCE * 4, waiting=WAITING
        )
        self._said: Batcher[tuple[str, str | None], bool] = Batcher(
            "feedback",
            lambda said: submissions.answers(store, said),
            weight=AT_ONCE,
            waiting=WAITING,
        )
        self._twins: queue.Queue[_Twin | None] = queue.Queue(SHADOWS)
        self._shadow = threading.Thread(target=self._cast_shadows, name="shadow", daemon=True)
        self._shadow.start()

    def wait(self) -> None:
        """Until what is suggested can be kept.

        Raises:
            UnavailableError: it cannot be.
        """
        self._writer.write([], seconds=START_SECONDS)

    def keeps(self) -> bool:
        """Whether what was suggested last could be kept; after a while without anything to keep,
        nobody knows, and it is taken for granted.
        """
        return time.monotonic() - self._failed_at >= UNKEPT_SECONDS

    async def predict(
        self, served: Served, posts: Sequence[Post], *, k: int, keep_text: bool
    ) -> Answer:
        """Ask a version, and keep what it says.

        Raises:
            SignoffError: it cannot answer.
        """
        ask = self._of(served.suggester)
        ask.require_room()
        said: list[Said] = []
        kept: list[str | None] = []
        questions = (
            Question(served.suggester, part, k, keep_text) for part in batches(posts, AT_ONCE)
        )
        for asked in batches(questions, PARTS):
            try:
                answers = await _together(ask, asked)
            except QueueFullError:
                raise  # no fault of the version
            except BaseException:  # also where nobody waits any longer
                self._meters.failed(served.suggester.version)
                raise
            for answer in answers:
                said += answer.said
                kept += answer.kept
        self._meters.answered(
            served.suggester.version, served.name, [one[0].probability for one in said if one]
        )
        if unkept := kept.count(None):
            self._meters.unkept("api", unkept)
        self._cast(served, posts, kept, k)
        return Answer(said, kept)

    async def feedback(self, submission: str, subreddit: str | None) -> str | None:
        """Keep what is right, by the user; the subreddit's name.

        Raises:
            InputError: that cannot be one.
            NotFoundError: there is no such submission.
        """
        name = None if subreddit is None else submissions.subreddit_in(subreddit)
        if not await self._said.do((submission, name)):
            raise NotFoundError(
                f"There is no submission {submission!r}",
                "Ask for suggestions again, and answer those.",
            )
        return name

    def close(self) -> None:
        """Finish what was begun, if that takes no longer than :data:`END_SECONDS`: nobody hears of
        it any more. Shadows that wait are left.
        """
        until = time.monotonic() + END_SECONDS
        for asking in list(self._asks.values()):
            asking.close(until=until)
        self._keep.close(until=until)
        self._said.close(until=until)
        with suppress(queue.Empty):
            while True:
                self._twins.get_nowait()
        self._twins.put(None)
        self._shadow.join(max(0.0, until - time.monotonic()))

    def _of(self, suggester: Suggester) -> Batcher[Question, Answer]:
        """The threads that ask a version; they end with it."""
        batcher = self._asks.get(suggester)
        if batcher is None:
            batcher = Batcher(
                "predict", suggest_all, then=self._keep, weight=AT_ONCE, waiting=WAITING
            )
            self._asks[suggester] = batcher
            finalize(suggester, batcher.end).atexit = False
        return batcher

    def _keep_all(self, every: Sequence[_Suggested]) -> list[Answer]:
        """All of it in one transaction."""
        sent = [
            Sent(
                title=post.title,
                body=post.body,
                domain=post.domain,
                version=one.asked.suggester.version,
                suggestions=suggestions,
                source="api",
                keep_text=one.asked.keep_text,
            )
            for one in every
            for post, suggestions in zip(one.asked.posts, one.said, strict=True)
        ]
        # With much to do it may have waited for longer, behind others that were kept.
        since = max(self._kept_at, min(one.at for one in every))
        left = since + KEEP_SECONDS - time.monotonic()
        kept: Sequence[str | None]
        try:
            kept = self._writer.write(sent, seconds=max(0.0, left))
            self._kept_at, self._failed_at = time.monotonic(), -UNKEPT_SECONDS
        except SignoffError:
            self._failed_at = time.monotonic()
            kept = [None] * len(sent)
        publics = iter(kept)
        return [Answer(one.said, [next(publics) for _ in one.said]) for one in every]

    def _cast(
        self, served: Served, posts: Sequence[Post], kept: Sequence[str | None], k: int
    ) -> None:
        shadow, version = self._pool.shadow, served.suggester.version
        if shadow is None or shadow.version == version:
            return
        for post, public in zip(posts, kept, strict=True):
            if public is not None:
                try:
                    self._twins.put_nowait(_Twin(post, k, public))
                except queue.Full:
                    self._meters.unkept("shadow", 1)

    def _cast_shadows(self) -> None:
        """In a thread of its own, behind everybody else."""
        going_on = True
        while going_on:
            taken = [self._twins.get()]
            with suppress(queue.Empty):
                while len(taken) < AT_ONCE:
                    taken.append(self._twins.get_nowait())
            going_on = None not in taken
            twins = [twin for twin in taken if twin is not None]
            try:
                self._keep_shadows(twins)
            except Exception:  # noqa: BLE001 - whatever a shadow does, no caller notices
                self._meters.unkept("shadow", len(twins))

    def _keep_shadows(self, twins: Sequence[_Twin]) -> None:
        shadow = self._pool.shadow
        if shadow is None or not twins:
            return
        k = max(twin.k for twin in twins)
        said = shadow.suggest_many([twin.post for twin in twins], k=k)
        self._writer.write(
            [
                Sent(
                    title=twin.post.title,
                    body=twin.post.body,
                    domain=twin.post.domain,
                    version=shadow.version,
                    suggestions=suggestions[: twin.k],
                    source="shadow",
                    twin=twin.public,
                )
                for twin, suggestions in zip(twins, said, strict=True)
            ],
            seconds=KEEP_SECONDS,
        )


def suggest_all(questions: Sequence[Question]) -> list[_Suggested]:
    """What a version says to each; it is asked once."""
    posts = [post for asked in questions for post in asked.posts]
    k = max(asked.k for asked in questions)
    said = iter(questions[0].suggester.suggest_many(posts, k=k))
    at = time.monotonic()
    return [
        _Suggested(asked, [next(said)[: asked.k] for _ in asked.posts], at) for asked in questions
    ]


async def _together(
    ask: Batcher[Question, Answer], questions: Sequence[Question]
) -> Sequence[Answer]:
    asking = [ask.do(question, weight=len(question.posts)) for question in questions]
    if len(asking) == 1:  # mostly, and then it takes no task
        return [await asking[0]]
    return await asyncio.gather(*asking)
