"""Whom to tell: the tables ``[[notify]]`` of ``signoff.toml``. Pure.

They hold no secret: the address of a webhook, which often is one, and passwords are in variables of
the environment, which the tables name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from core.network import is_loopback
from core.notifications.kinds import Kind
from core.toml_files import Document, nearest, said

TABLE = "notify"
PREFIX = "SIGNOFF_NOTIFY_"
"""What the names of all variables begin with that may be read for this: whoever can change the file
cannot have other secrets of the environment sent somewhere."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_VARIABLE = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,60}}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,200}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|[0-9a-fA-F:]{2,45}")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""How a connection is encrypted -> the usual port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Somebody who is told. ``on``: of what."""

    kind: ClassVar[str]
    name: str
    on: frozenset[Kind] = frozenset(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Address):
    """A server that takes JSON. ``url``, ``key``: the variables that hold its address and the key
    that signs what it gets.
    """

    kind: ClassVar[str] = "webhook"
    url: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack(Address):
    """A server that takes what Slack's incoming webhooks take, such as that of Mattermost."""

    kind: ClassVar[str] = "slack"
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Address):
    """One mailbox. ``password``: the variable that holds it; None where no ``user`` signs in."""

    kind: ClassVar[str] = "email"
    to: str
    sender: str
    host: str
    security: str
    port: int
    user: str | None = None
    password: str | None = None


Destination: TypeAlias = Webhook | Slack | Mail


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key takes. ``to``: the field that it becomes; by default of the same name."""

    words: str
    fits: Callable[[object], bool]
    required: bool = False
    to: str | None = None


def _text(words: str, pattern: re.Pattern[str], *, required: bool, to: str | None = None) -> _Key:
    def fits(value: object) -> bool:
        return isinstance(value, str) and pattern.fullmatch(value) is not None

    return _Key(words, fits, required, to)


def _variable(to: str, *, required: bool) -> _Key:
    words = f"the name of a variable that begins with {PREFIX}, never the secret itself"
    return _text(words, _VARIABLE, required=required, to=to)


_EVERY = {
    "name": _text("a name of lower-case letters, digits and hyphens", _NAME, required=True),
    "kind": _Key("webhook, slack or email", lambda value: isinstance(value, str)),
    "on": _Key(
        f"a list of some of: {', '.join(Kind)}",
        lambda value: isinstance(value, list) and bool(value) and set(map(str, value)) <= {*Kind},
    ),
}
_KINDS: Mapping[str, tuple[Callable[..., Destination], dict[str, _Key]]] = {
    Webhook.kind: (
        Webhook,
        {"url_env": _variable("url", required=True), "key_env": _variable("key", required=True)},
    ),
    Slack.kind: (Slack, {"url_env": _variable("url", required=True)}),
    Mail.kind: (
        Mail,
        {
            "to": _text("one mail address, such as team@example.org", _MAILBOX, required=True),
            "from": _text("one mail address", _MAILBOX, required=True, to="sender"),
            "host": _text("the name of the mail server", _HOST, required=True),
            "port": _Key("a port", lambda value: type(value) is int and 0 < value < 65_536),
            "security": _Key("starttls, tls or none", lambda value: value in [*PORTS]),
            "user": _text("the user that signs in", re.compile(r"[!-~]{1,200}"), required=False),
            "password_env": _variable("password", required=False),
        },
    ),
}


def addresses_of(document: Document) -> tuple[Destination, ...]:
    """The addresses that the file names, in its order.

    Raises:
        InputError: one of them is not written as docs/notifications.md says; names the line.
    """
    tables = document.tables.get(TABLE, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise document.wrong((TABLE,), "notify is not a list of tables", "Write [[notify]].")
    found: dict[str, Destination] = {}
    for place, table in enumerate(tables):
        address = _address(document, place, table)
        if address.name in found:
            raise document.wrong(
                (TABLE, place, "name"),
                f"two addresses are called {address.name}",
                "Give each a name of its own: what waits to be sent is kept by it.",
            )
        found[address.name] = address
    return tuple(found.values())


def _address(document: Document, place: int, table: Mapping[str, object]) -> Destination:
    where = (TABLE, place)
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        given = f"{said(kind)} is not a kind of address" if "kind" in table else "kind is missing"
        raise document.wrong(_at(where, table, "kind"), given, nearest(str(kind or ""), _KINDS))
    made, own = _KINDS[kind]
    keys = _EVERY | own
    for name, value in table.items():
        if name not in keys:
            raise document.wrong((*where, name), f"{kind} has no {name}", nearest(name, keys))
        if not keys[name].fits(value):
            wanted = f"Give {keys[name].words}."
            raise document.wrong((*where, name), f"{name} cannot be {said(value)}", wanted)
    for name, key in keys.items():
        if key.required and name not in table:
            raise document.wrong(where, f"{name} is missing", f"Give {key.words}.")
    values = {keys[name].to or name: value for name, value in table.items() if name != "kind"}
    if "on" in table:
        values["on"] = frozenset(map(Kind, map(str, values["on"])))  # type: ignore[call-overload]
    if made is Mail:
        _settle(document, where, values)
    return made(**values)


def _settle(document: Document, where: tuple[str, int], values: dict[str, object]) -> None:
    """What of a mailbox was left open, and whether all of it goes together."""
    security = str(values.setdefault("security", "starttls"))
    values.setdefault("port", PORTS[security])
    if security == "none" and not is_loopback(str(values["host"])):
        raise document.wrong(
            (*where, "security"),
            "security cannot be none where the mail server is another machine",
            "Use starttls or tls: messages and the password would go over the network in clear.",
        )
    if ("user" in values) != ("password" in values):
        raise document.wrong(
            where, "user and password_env go together", "Give both of them, or neither."
        )


def _at(where: tuple[str, int], table: Mapping[str, object], key: str) -> tuple[str | int, ...]:
    return (*where, key) if key in table else where
