"""Secrets that stand in changed files do not go into a patch, which is kept for good."""

import re

MASK = b"[masked]"
_KNOWN = (
    rb"gh[pousr]_[A-Za-z0-9]{30,}",
    rb"github_pat_[A-Za-z0-9_]{30,}",
    rb"glpat-[A-Za-z0-9_-]{16,}",
    rb"hf_[A-Za-z0-9]{30,}",
    rb"sk-[A-Za-z0-9_-]{20,}",
    rb"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    rb"A(?:KI|SI)A[0-9A-Z]{16}",
    rb"AIza[0-9A-Za-z_-]{35}",
    rb"signoff_[A-Za-z0-9_-]{40,}",
    rb"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",  # a signed token (JWT)
)
"""How secrets of well-known services begin."""
_NAMED = (
    rb"[\w.-]*(?:secret|passw(?:or)?d|passphrase|token|credential|seal[_-]?key|api[_-]?key"
    rb"|access[_-]?key|private[_-]?key|auth[_-]?key)[\w.-]*"
)
_GIVEN = rb"[\"']?\s*(?::[\w\s.|\[\]]*)?[:=]\s*"
_SECRETS = [
    *(re.compile(rb"(?<![A-Za-z0-9_])()" + known) for known in _KNOWN),
    re.compile(rb"(?i)(://[^\s/:@\"']*:)[^\s/@\"']+(?=@)"),
    re.compile(rb"(?i)(://)[^\s/:@\"'\[]{16,}(?=@)"),  # a token in the place of a name
    re.compile(rb"(?i)(\b(?:bearer|basic)\s+)(?=[^\s]*\d)[a-z0-9+/_=.~-]{16,}"),
    re.compile(rb"(?i)(" + _NAMED + _GIVEN + rb"[a-z]{0,2}\")[^\"\n]{6,}(?=\")"),
    re.compile(rb"(?i)(" + _NAMED + _GIVEN + rb"[a-z]{0,2}')[^'\n]{6,}(?=')"),
    # Without quotes only what nobody would give to a name in a program: letters and digits mixed.
    re.compile(
        rb"(?i)(" + _NAMED + rb"\s*[:=]\s*)(?=[^\s]*\d)(?=[^\s]*[a-z])[a-z0-9+/_=.~-]{12,}(?=\s*$)"
    ),
]
_LINE = re.compile(rb"^[+ -]")
"""Of a patch: a line of text. Pieces of binary files begin with a letter."""
_KEY_BEGINS, _KEY_ENDS = re.compile(rb"BEGIN [A-Z ]*PRIVATE KEY"), re.compile(rb"END [A-Z ]*KEY")


def masked(patch: bytes) -> tuple[bytes, int]:
    """A patch without what looks like a secret, and in how many lines there was some.

    It looks for keys in PEM, for values under names such as ``password`` or ``api_key``, for
    passwords in addresses, and for the forms of well-known services. What looks like nothing of
    that stays.
    """
    lines, count, within_key = [], 0, False
    for line in patch.split(b"\n"):
        found = line
        if _LINE.match(line) and not line.startswith((b"+++ ", b"--- ")):
            found, within_key = _without_key(line, within_key)
            for secret in _SECRETS:
                found = secret.sub(rb"\g<1>" + MASK, found)
        else:
            within_key = False
        count += found != line
        lines.append(found)
    return b"\n".join(lines), count


def without_secrets(line: str) -> str:
    """One line of text, such as a command, without what looks like a secret."""
    return masked(f" {line}".encode(errors="surrogateescape"))[0].decode(errors="replace")[1:]


def _without_key(line: bytes, within: bool) -> tuple[bytes, bool]:
    """The line without the text of a private key, and whether the next line belongs to one."""
    if _KEY_ENDS.search(line):
        return line, False
    if _KEY_BEGINS.search(line):
        return line, True
    return (line[:1] + MASK if within else line), within
