"""What can go wrong, said so that the person can mend it.

::

    SignoffError            reason, hint, exit_code
    ├── InputError          the call or the data given to it is wrong
    │   └── NotFoundError   nothing goes by that name, number or digest
    ├── RefusedError        understood, but not allowed (the sealed test, a state, a right)
    │   ├── ConflictError   someone else was faster; look again, then decide
    │   └── GateFailedError a gate of the release policy fails, and nobody overrode it
    ├── UnavailableError    a service that is asked for something does not answer
    └── StorageError        disk or database cannot be read or written
        ├── BrokenChainError       the audit log is not what was written
        ├── CorruptArtifactError   the bytes are not the ones that were stored
        ├── UnknownSchemaError     another version of Signoff wrote the database
        └── WrongKeyError          a sealed split was sealed with another key
"""

from core.hints import Hint


class SignoffError(Exception):
    """An expected failure.

    Args:
        reason: what is wrong, one sentence without a full stop at its end.
        hint: how to mend it. A plain sentence stands for ``Hint(sentence)``; where a command of
            Signoff helps, give ``Hint(sentence, Command(…))`` and leave it out of the sentence.

    Attributes:
        hint: always a :class:`Hint`.
    """

    exit_code = 1

    def __init__(self, reason: str, hint: Hint | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = Hint(hint) if isinstance(hint, str) else hint

    def __str__(self) -> str:
        return f"{self.reason.rstrip('.')}. {self.hint}"


class InputError(SignoffError):
    """The call, or the data given to it, is wrong."""


class NotFoundError(InputError):
    """Nothing goes by that name, number or digest."""


class RefusedError(SignoffError):
    """Understood, but not allowed."""


class ConflictError(RefusedError):
    """The state moved between looking and acting."""


class GateFailedError(RefusedError):
    """A gate of the release policy fails, and nobody overrode it."""

    exit_code = 3


class UnavailableError(SignoffError):
    """A service that is asked for something does not answer, or not seriously."""


class StorageError(SignoffError):
    """The disk or the database cannot be read or written."""


class BrokenChainError(StorageError):
    """The audit log is not what was written."""


class CorruptArtifactError(StorageError):
    """A stored file's bytes are not the ones that were stored."""


class UnknownSchemaError(StorageError):
    """Another version of Signoff, older or newer, wrote the database."""


class WrongKeyError(StorageError):
    """A sealed split was sealed with another key than those at hand."""
