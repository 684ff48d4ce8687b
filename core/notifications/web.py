"""Messages over HTTP: JSON that is signed as https://www.standardwebhooks.com says, and Slack's."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import urlsplit

import orjson

from core.errors import InputError
from core.network import is_loopback
from core.notifications.addresses import Slack, Webhook
from core.notifications.message import Message, NotTaken
from core.outgoing import Answer, NoAnswerError, ask, wait_of
from core.safe_text import in_slack
from core.settings import secret

KEY_BYTES = 24
"""The least that a key must have."""
_SECRET = "whsec_"  # noqa: S105 - what keys begin with
_PASSING = (408, 425, 429)
"""Answers from 400 to 499 that another try may change."""


def post_webhook(address: Webhook, message: Message) -> NotTaken | None:
    """Send a message to a webhook; None where it was taken.

    Raises:
        InputError: a variable that holds its address or its key is not set, or holds no such thing.
    """
    content = {
        "type": message.kinds[0],
        "timestamp": message.at.astimezone(UTC).isoformat(timespec="seconds"),
        "data": {
            "event": message.event,
            "kinds": message.kinds,
            "title": message.title,
            "text": message.text,
            "link": message.link,
            **message.about,
        },
    }
    body = orjson.dumps(content)
    moment = str(int(time.time()))
    headers = {
        "Idempotency-Key": message.key,
        "webhook-id": message.key,
        "webhook-timestamp": moment,
        "webhook-signature": signature(key_of(address.key), message.key, moment, body),
    }
    return _post(url_of(address.url), body, headers)


def post_slack(address: Slack, message: Message) -> NotTaken | None:
    """Send a message to a webhook of Slack; None where it was taken.

    Raises:
        InputError: as :func:`post_webhook`.
    """
    lines = [in_slack(line) for line in (message.title, *message.text.splitlines())]
    if message.link:
        lines.append(f"<{message.link}|Open in Signoff>")
    content = {
        "text": "\n".join(lines),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return _post(url_of(address.url), orjson.dumps(content), {"Idempotency-Key": message.key})


def signature(key: bytes, message: str, moment: str, body: bytes) -> str:
    """What ``webhook-signature`` holds: version 1, HMAC-SHA256 in base64. Pure."""
    signed = f"{message}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def key_of(variable: str) -> bytes:
    """The key that a variable of the environment holds, ``whsec_`` and base64.

    Raises:
        InputError: it is not set, holds no key, or too short a one.
    """
    try:
        key = base64.b64decode(secret(variable).removeprefix(_SECRET), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < KEY_BYTES:
        raise InputError(
            f"{variable} holds no key to sign with",
            f'Set it to "{_SECRET}" and at least {KEY_BYTES} random bytes in base64, and give the'
            " receiver the same.",
        )
    return key


def url_of(variable: str) -> str:
    """The address that a variable of the environment holds.

    Raises:
        InputError: it is not set, or messages do not go to such an address.
    """
    url = secret(variable)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    encrypted = host is not None and parts.scheme == "https"
    if not (encrypted or (host and parts.scheme == "http" and is_loopback(host))):
        raise InputError(
            f"{variable} holds no address that messages are sent to",
            "Set it to an https address, or to one of http on this machine.",
        )
    return url


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> NotTaken | None:
    try:
        answer = ask("POST", url, body=body, headers=headers, most=0)  # its status says all
    except NoAnswerError as error:
        return NotTaken(why=f"no answer ({error})")
    return None if answer.good else _refused(answer)


def _refused(answer: Answer) -> NotTaken:
    code = answer.status
    if 300 <= code < 400:
        return NotTaken(
            why=f"it answered {code}: it sends elsewhere, and that is not followed", lasting=True
        )
    lasting = 400 <= code < 500 and code not in _PASSING
    wait = wait_of(answer.headers.get("retry-after"))
    return NotTaken(why=f"it answered {code}", wait=wait, lasting=lasting)
