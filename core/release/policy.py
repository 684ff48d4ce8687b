"""The release policy: which gates a candidate must pass, the limit of each, a few rules, and the
limits of the version in production.

It is a text in TOML, one table a gate or rule. A gate or a limit of production that is left out is
off; a rule that is left out keeps its default. Which text is in force,
:mod:`core.release.adoption` says. Pure.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from core.audit.chain import BUILT_IN_POLICY
from core.errors import InputError
from core.records import from_json
from core.release.policy_tables import DRIFT, GATES, RULES, TABLES
from core.toml_files import Document, nearest, parsed, said

FILE = "release-policy.toml"
BUILT_IN = "built-in defaults"
_HINT = 'Write tables as [gate], limits as key = value, and text in "quotes".'
REVIEW = "reviewed_by_someone_else"
"""The one gate that is about the decision itself, so it is not evidence for it."""
TRAINING_AGE, NEW_POSTS = "maximum_training_age", "non_inferiority_on_new_posts"
"""Gates whose values change from day to day."""

DEFAULT = """\
[non_inferiority]
margin = 0.01

[no_large_subreddit_down]
posts = 50

[maximum_churn]
share = 0.4

[maximum_p_at_1_distance]
ks = 0.2

[minimum_label_coverage]
share = 0.95

[maximum_calibration_error]
ece = 0.2

[test_opened]
max_age_days = 90

[reviewed_by_someone_else]
team_of_one = false

[test_budget]
epsilon = 0.02
delta = 0.001
disagreement = 0.2
adaptivity = "full"
answers = 3

[leakage]
near_duplicates = 0.02

[release]
staging_first = true

[canary]
max_error_rate = 0.01
max_p_at_1_drop = 0.05
fewest_requests = 200
stop = false

[drift]
accuracy_drop = 0.05
"""
"""The policy where none was adopted. Its numbers are explained in ``docs/release-policy.md``."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of the policy: ``key`` = ``value`` in the table ``gate``."""

    gate: str
    key: str
    value: float | str

    @property
    def name(self) -> str:
        """The gate; with its key where it takes several and answers each."""
        return self.gate if len(TABLES[self.gate]) == 1 else f"{self.gate}.{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is not a gate: it holds whatever the evidence says.

    ``epsilon``, ``delta``, ``disagreement``, ``adaptivity``, ``answers``: what a sealed test
    promises, see :class:`core.stats.testset.Promise`. ``near_duplicates``: the largest share of
    its posts that may have one in a candidate's training. ``staging_first``: whether a version
    must have been in staging before callers get it. ``max_error_rate``, ``max_p_at_1_drop``,
    ``fewest_requests``, ``stop``: what is asked of a canary, see :mod:`core.serving.watch`.
    """

    epsilon: float = 0.02
    delta: float = 0.001
    disagreement: float = 0.2
    adaptivity: str = "full"
    answers: int = 3
    near_duplicates: float = 0.02
    staging_first: bool = True
    max_error_rate: float = 0.01
    max_p_at_1_drop: float = 0.05
    fewest_requests: int = 200
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits, in the order of the text, and the rules.

    ``drift``: the limits of the version in production, which no candidate is judged by.
    ``source`` is :data:`FILE` or :data:`BUILT_IN`, ``digest`` the SHA-256 of its text.
    ``adopted_by``, ``adopted_at``: who put it into force, and when; None for the built-in one, and
    for one that is not in force.
    """

    source: str
    digest: str
    limits: tuple[Limit, ...]
    rules: Rules = field(default_factory=Rules)
    drift: tuple[Limit, ...] = ()
    adopted_by: str | None = None
    adopted_at: datetime | None = None

    def limit(self, gate: str) -> Limit | None:
        """The first limit of a gate; None where it is off."""
        return next((limit for limit in self.limits if limit.gate == gate), None)

    @property
    def four_eyes(self) -> bool:
        """Whether what one person proposes takes another to take effect."""
        limit = self.limit(REVIEW)
        return limit is not None and not limit.value

    @property
    def named(self) -> str:
        """What people call it: where it comes from, and who put it into force."""
        if self.adopted_at is None:
            return self.source
        return f"{self.source}, adopted by {self.adopted_by} on {self.adopted_at:%Y-%m-%d}"

    @property
    def recorded(self) -> str:
        """What decisions record of it: its digest; of the built-in one, that it is that."""
        return f"{BUILT_IN_POLICY}{self.digest}" if self.source == BUILT_IN else self.digest

    @property
    def settings(self) -> dict[str, float | str]:
        """``table.key`` -> value, of every gate and limit that is on and of every rule."""
        on = {f"{each.gate}.{each.key}": each.value for each in (*self.limits, *self.drift)}
        rules = {
            f"{table}.{key}": getattr(self.rules, key)
            for table, keys in RULES.items()
            for key in keys
        }
        return on | rules


def parse(content: bytes, *, source: str = FILE) -> Policy:
    """The policy that the bytes of a file hold.

    Raises:
        InputError: it is not a policy; names the line, the key, what is wrong and the hint.
    """
    document = parsed(content, name=FILE, hint=_HINT)
    limits = [
        limit
        for table, keys in document.tables.items()
        for limit in _limits_of(table, keys, document)
    ]
    if not document.tables.keys() & GATES:
        raise InputError(
            f"{source} has no gates, so anything could be released",
            f"Write at least one gate, such as [maximum_churn], or remove {source}.",
        )
    rules = {one.key: one.value for one in limits if one.gate in RULES}
    return Policy(
        source,
        hashlib.sha256(content).hexdigest(),
        tuple(limit for limit in limits if limit.gate in GATES),
        from_json(Rules, rules),
        tuple(limit for limit in limits if limit.gate in DRIFT),
    )


def _limits_of(gate: str, keys: object, document: Document) -> list[Limit]:
    if gate not in TABLES:
        raise document.wrong((gate,), f"there is no gate {gate!r}", nearest(gate, TABLES))
    wanted = TABLES[gate]
    first, example = next((key, each.example) for key, each in wanted.items())
    if not isinstance(keys, dict):
        hint = f"Write [{gate}], and below it {first} = {example}."
        raise document.wrong((gate,), f"{gate} takes a table", hint)
    if not keys:
        hint = f"Write {first} = {example} below it, or remove [{gate}] to switch it off."
        raise document.wrong((gate,), f"[{gate}] has no limit", hint)
    return [_limit(gate, key, value, document) for key, value in keys.items()]


def _limit(gate: str, key: str, value: object, document: Document) -> Limit:
    wanted = TABLES[gate].get(key)
    if wanted is None:
        problem = f"[{gate}] has no key {key!r}"
        raise document.wrong((gate, key), problem, nearest(key, TABLES[gate]))
    if not wanted.fits(value) or not isinstance(value, int | float | str):
        problem = f"{gate}.{key} takes {wanted.words}, not {said(value)}"
        raise document.wrong((gate, key), problem, f"Write {key} = {wanted.example}, for example.")
    return Limit(gate, key, value)
