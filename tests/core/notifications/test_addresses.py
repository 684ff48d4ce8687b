"""Whom to tell, as a file names them; what cannot be is refused with its line."""

import pytest

from core.errors import InputError
from core.notifications.addresses import Mail, Slack, Webhook, addresses_of
from core.notifications.kinds import Kind
from core.toml_files import parsed

GOOD = """\
[[notify]]
name = "ops"
kind = "webhook"
url_env = "SIGNOFF_NOTIFY_OPS"
key_env = "SIGNOFF_NOTIFY_OPS_KEY"

[[notify]]
name = "chat"
kind = "slack"
url_env = "SIGNOFF_NOTIFY_CHAT"
on = ["drift", "gate_failed"]

[[notify]]
name = "mail"
kind = "email"
to = "team@example.org"
from = "signoff@example.org"
host = "mail.example.org"
user = "signoff"
password_env = "SIGNOFF_NOTIFY_MAIL"
"""


def read(text: str) -> tuple[Webhook | Slack | Mail, ...]:
    return addresses_of(parsed(text.encode(), name="signoff.toml", hint=""))


def test_what_is_left_out_has_a_usual_value() -> None:
    ops, chat, mail = read(GOOD)
    assert isinstance(mail, Mail)
    assert ops.on == frozenset(Kind)
    assert chat.on == {Kind.DRIFT, Kind.GATE_FAILED}
    assert (mail.security, mail.port) == ("starttls", 587)
    assert read("") == ()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            'kind = "slack"',
            'kind = "slak"',
            "line 9: 'slak' is not a kind of address. Did you mean",
        ),
        ('kind = "slack"\n', "", "line 7: kind is missing"),
        ("SIGNOFF_NOTIFY_CHAT", "https://hooks.example/T0/B0", "never the secret itself"),
        ("SIGNOFF_NOTIFY_CHAT", "AWS_SECRET_ACCESS_KEY", "begins with SIGNOFF_NOTIFY_"),
        ('"gate_failed"]', '"gates"]', "line 11: on cannot be"),
        ('"gate_failed"]', "3]", "a list of some of: approval, gate_failed"),
        ('on = ["drift", "gate_failed"]', "on = []", "line 11: on cannot be []"),
        ('name = "chat"', 'name = "ops"', "line 8: two addresses are called ops"),
        ('name = "chat"', 'name = "../x"', "lower-case letters"),
        ('name = "chat"', "name = 3", "name cannot be 3"),
        ('key_env = "SIGNOFF_NOTIFY_OPS_KEY"\n', "", "line 1: key_env is missing"),
        ("password_env", "pasword_env", "email has no pasword_env. Did you mean password_env"),
        ('user = "signoff"\n', "", "user and password_env go together"),
        ("to = ", 'security = "none"\nto = ', "security cannot be none"),
        ("team@example.org", r"a@b.org\nBcc: all@c.org", "to cannot be"),
        ("team@example.org", "a@b.org, c@d.org", "one mail address"),
        ("to = ", "port = true\nto = ", "port cannot be true"),
        ("[[notify]]", "[notify]", "notify is not a list of tables"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(before: str, after: str, said: str) -> None:
    text = GOOD.replace(before, after)
    if after == "[notify]":
        text = text.partition("\n\n")[0]
    with pytest.raises(InputError) as raised:
        read(text)
    assert str(raised.value).startswith("signoff.toml, line ")
    assert said in str(raised.value)
