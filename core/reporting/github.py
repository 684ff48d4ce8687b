"""GitHub's API as far as a report needs it: comments of a pull request, and a commit's status.

https://docs.github.com/en/rest, version 2022-11-28.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from core.errors import InputError, NotFoundError, RefusedError, SignoffError, UnavailableError
from core.outgoing import Answer, NoAnswerError, ask, wait_of
from core.safe_text import one_line

PATIENCE = 60.0
"""Seconds that are waited in all for a limit of requests to pass, or for GitHub to work again."""
TRIES = 4
EACH = 100
PAGES = 100
"""Pages of comments that are read at most."""
_ACTIONS = "github-actions[bot]"
"""Who comments with the token of a workflow."""


class NotPermittedError(RefusedError):
    """The token may read but not write: as in a workflow for a pull request from a fork."""


@dataclass(frozen=True, slots=True)
class Comment:
    """Of a pull request."""

    id: int
    body: str
    url: str
    login: str


@dataclass(frozen=True, slots=True)
class _User:
    login: str


@dataclass(frozen=True, slots=True)
class _Comment:
    """As GitHub gives it."""

    id: int
    body: str | None
    html_url: str
    user: _User | None


Found = TypeVar("Found")
_USER, _COMMENT = TypeAdapter(_User), TypeAdapter(_Comment)
_COMMENTS = TypeAdapter(list[_Comment])


@dataclass(slots=True)
class GitHub:
    """A repository, with a token. ``sleep``: how to wait."""

    api: str
    repository: str
    token: str
    sleep: Callable[[float], None] = time.sleep
    _waited: float = 0.0

    def who(self) -> str:
        """The login under which this token comments."""
        try:
            return self._read(_USER, self._ask("GET", "/user")).login
        except NotPermittedError:  # tokens of workflows are nobody's
            return _ACTIONS

    def comments(self, pull: int) -> Iterator[Comment]:
        """All comments of a pull request, oldest first."""
        for page in range(1, PAGES + 1):
            query = f"per_page={EACH}&page={page}"
            answer = self._ask("GET", f"{self._of(pull)}/comments?{query}")
            found = self._read(_COMMENTS, answer)
            yield from map(_comment, found)
            if len(found) < EACH:
                return

    def create(self, pull: int, body: str) -> Comment:
        """Write a new comment."""
        answer = self._ask("POST", f"{self._of(pull)}/comments", {"body": body})
        return _comment(self._read(_COMMENT, answer))

    def update(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self._ask("PATCH", self._comment(comment), {"body": body})

    def delete(self, comment: int) -> None:
        """Remove a comment; it may be gone already."""
        try:
            self._ask("DELETE", self._comment(comment))
        except NotFoundError:
            return

    def set_status(self, commit: str, status: Mapping[str, str]) -> None:
        """Set a status of a commit: ``state``, ``context``, ``description``, ``target_url``."""
        self._ask("POST", f"/repos/{self.repository}/statuses/{commit}", dict(status))

    def _of(self, pull: int) -> str:
        return f"/repos/{self.repository}/issues/{pull}"

    def _comment(self, comment: int) -> str:
        return f"/repos/{self.repository}/issues/comments/{comment}"

    def _read(self, kind: TypeAdapter[Found], answer: Answer) -> Found:
        try:
            return kind.validate_json(answer.content)
        except ValidationError:
            raise UnavailableError(
                f"{self.api} does not answer as GitHub does",
                "Check GITHUB_API_URL, and whether a proxy answers in its place.",
            ) from None

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        """Ask, and ask again where that may help.

        Raises:
            NotPermittedError: the token is not allowed to do this.
            NotFoundError, InputError, UnavailableError: as :func:`_failure` says.
        """
        for number in range(1, TRIES + 1):
            failure, wait = self._once(method, path, body)
            if isinstance(failure, Answer):
                return failure
            wait = max(wait, 2.0 ** (number - 1)) if wait is not None else None
            if wait is None or number == TRIES or self._waited + wait > PATIENCE:
                raise failure
            self._waited += wait
            self.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _once(
        self, method: str, path: str, body: object
    ) -> tuple[Answer | SignoffError, float | None]:
        """An answer; or what is wrong, and how long to wait before another try; None: no other."""
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        sent = None if body is None else orjson.dumps(body)
        try:
            answer = ask(method, f"{self.api}{path}", body=sent, headers=headers)
        except NoAnswerError as error:
            return self._unavailable(f"did not answer ({error})"), 0.0
        if answer.good:
            return answer, None
        if answer.status >= 500:
            return self._unavailable(f"answered {answer.status}"), 0.0
        limited = _limited(answer)
        if limited is not None:
            return self._unavailable(
                "takes no more requests for now: its limit is reached"
            ), limited
        return self._failure(answer), None

    def _failure(self, answer: Answer) -> SignoffError:
        told = _told(answer)
        match answer.status:
            case 401:
                return InputError(
                    "GitHub does not accept the token",
                    "Give the workflow's own as GITHUB_TOKEN: ${{ github.token }}.",
                )
            case 403:
                return NotPermittedError(
                    f"The token is not allowed to do this in {self.repository}{told}",
                    "Give the workflow the permissions pull-requests: write and statuses: write.",
                )
            case 404:
                return NotFoundError(
                    f"GitHub shows this token no such thing in {self.repository}",
                    "Check GITHUB_REPOSITORY and the number of the pull request.",
                )
            case _:
                return InputError(
                    f"GitHub refused what it was sent ({answer.status}){told}",
                    "Check that the pull request and the commit are of this repository.",
                )

    def _unavailable(self, why: str) -> UnavailableError:
        return UnavailableError(
            f"GitHub {why}",
            "The report is in the job's summary. Run the command again later.",
        )


def _limited(answer: Answer) -> float | None:
    """Seconds until more requests are taken; None where no limit is why it refused."""
    if answer.status not in (403, 429):
        return None
    if (wait := wait_of(answer.headers.get("retry-after"))) > 0:
        return wait
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        return max(1.0, int(reset) - time.time()) if reset.isdecimal() else 1.0
    return 1.0 if answer.status == 429 or "rate limit" in _told(answer).lower() else None


def _told(answer: Answer) -> str:
    """What GitHub says is wrong, as ``: its words``; empty where it says nothing."""
    try:
        message = orjson.loads(answer.content).get("message")
    except (orjson.JSONDecodeError, AttributeError):
        return ""
    return f": {one_line(message)[:200]}" if isinstance(message, str) and message else ""


def _comment(found: _Comment) -> Comment:
    login = found.user.login if found.user else ""  # of somebody who is gone
    return Comment(id=found.id, body=found.body or "", url=found.html_url, login=login)
