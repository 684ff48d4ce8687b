"""What is sent, whatever it is sent by; and what a receiver answers."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message for one address.

    ``key``: the same with every try; no other message has it. ``event``: ``audit/17`` or
    ``alarm/3``. ``kinds``: what happened, the first names the message. ``text``: plain sentences,
    one in a line, without anything that steers a terminal. ``link``: to the page; None where the
    dashboard's address is not configured. ``about``: candidate, version and alias, where it is
    about one.
    """

    key: str
    event: str
    kinds: tuple[str, ...]
    at: datetime
    title: str
    text: str
    link: str | None
    about: dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Why a message did not arrive, as far as is known.

    ``why``: without a full stop and without anything secret. ``wait``: seconds that the receiver
    asked to be left alone. ``lasting``: whether it takes a person before it can arrive.
    """

    why: str
    wait: float = 0.0
    lasting: bool = False
