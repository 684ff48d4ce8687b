"""What looks like a secret is masked in a patch, and what does not stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.executions.masking import MASK, masked

CODE = b"""\
diff --git a/core/x.py b/core/x.py
--- a/core/secret_token.py
+++ b/core/secret_token.py
@@ -1,2 +1,3 @@
 token = secrets.token_urlsafe(SECRET_BYTES)
-def make_token(store: Store, name: str) -> str:
+    password: str = ""
+    secret = settings.reddit_client_secret
+    reddit_client_secret: str = Field(default="", repr=False)
+    if token is None or token.expired(now):
+TOKEN_CACHE_SECONDS = 60
 https://example.com:8501/path
GIT binary patch
zcmV-L0J{H=password=abc123def456ghi
"""


def test_code_about_secrets_stays() -> None:
    assert masked(CODE) == (CODE, 0)


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (b'password = "correct horse"', b"correct horse"),
        (b"  'api_key': 'x-y-z-1-2-3',", b"x-y-z-1-2-3"),
        (b'client_secret: str = "from the provider"', b"from the provider"),
        (b"SIGNOFF_SEAL_KEY=Zm9vYmFyYmF6cXV4MTIz=", b"Zm9vYmFyYmF6cXV4MTIz="),
        (b"export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", b"wJalrXUtnFEMI/K7MDENG"),
        (b"url = 'postgres://ada:lovelace@db.example.com/x'", b"lovelace"),
        (b"use(ghp_0123456789abcdefghijklmnopqrstuvwxyz)", b"ghp_0123456789abcdefghij"),
        (b"# AKIAIOSFODNN7EXAMPLE", b"AKIAIOSFODNN7EXAMPLE"),
        (b"Bearer signoff_" + b"aB3" * 15, b"aB3aB3"),
    ],
)
@pytest.mark.parametrize("sign", [b"+", b"-", b" "])
def test_a_secret_is_masked_and_the_rest_of_its_line_stays(
    line: bytes, secret: bytes, sign: bytes
) -> None:
    patch = b"@@ -1 +1 @@\n" + sign + line + b"\n+one = 1\n"
    said, lines = masked(patch)
    assert secret not in said
    assert lines == 1
    assert said.startswith(b"@@ -1 +1 @@\n" + sign)
    assert said.endswith(b"\n+one = 1\n")


def test_a_private_key_leaves_nothing_between_its_lines() -> None:
    key = b"+-----BEGIN RSA PRIVATE KEY-----\n+MIIEow\n+xyz==\n+-----END RSA PRIVATE KEY-----\n+x"
    said, lines = masked(key)
    assert lines == 2
    assert said.split(b"\n")[1:3] == [b"+" + MASK] * 2
    assert said.endswith(b"KEY-----\n+x")


@given(st.binary(max_size=200))
def test_whatever_is_in_it_lines_stay_lines_and_twice_is_once(patch: bytes) -> None:
    said, _ = masked(patch)
    assert said.count(b"\n") == patch.count(b"\n")
    assert masked(said)[0] == said


WORD = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGH23456789", min_size=12, max_size=40)


@given(WORD, st.sampled_from(["password", "DB_PASSWORD", "api_key", "auth-token", "clientSecret"]))
def test_a_quoted_value_under_such_a_name_is_gone(secret: str, name: str) -> None:
    for line in (f'{name} = "{secret}"', f"'{name}': '{secret}'", f'{name}="{secret}",  # mine'):
        said, lines = masked(f"+{line}\n".encode())
        assert (secret.encode() in said, lines) == (False, 1)
