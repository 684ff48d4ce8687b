"""The policy is read whole, or its mistake is told with line, key and remedy."""

import hashlib
import tomllib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.release.adoption import built_in
from core.release.policy import BUILT_IN, DEFAULT, FILE, Limit, parse
from core.toml_files import line_of

DOCS = Path(__file__).parents[3] / "docs"
GATES = {
    "non_inferiority": {"margin"},
    "minimum_metric": {
        *("accuracy", "f1_macro", "f1_micro", "f1_weighted", "p_at_1_mean"),
        *(f"{kind}_at_{k}" for kind in ("recall", "precision") for k in (1, 3, 5)),
    },
    "no_large_subreddit_down": {"posts"},
    "maximum_churn": {"share"},
    "maximum_p_at_1_distance": {"ks", "wasserstein", "psi"},
    "minimum_label_coverage": {"share"},
    "maximum_calibration_error": {"ece"},
    "maximum_training_age": {"days"},
    "non_inferiority_on_new_posts": {"margin"},
    "test_opened": {"max_age_days"},
    "reviewed_by_someone_else": {"team_of_one"},
}
OFF = ("minimum_metric", "maximum_training_age", "non_inferiority_on_new_posts")
"""Gates that the built-in policy leaves out."""
DRIFT = ("accuracy_drop", "p_at_1_drop", "unknown_words", "any_alarm", "max_age_days")


def refused(text: str | bytes) -> InputError:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InputError) as caught:
        parse(content)
    assert FILE in caught.value.reason
    assert caught.value.hint
    return caught.value


def test_the_defaults_say_what_they_are() -> None:
    policy = built_in()
    assert (policy.source, policy.adopted_by, policy.four_eyes) == (BUILT_IN, None, True)
    assert policy.digest == hashlib.sha256(DEFAULT.encode()).hexdigest()
    assert [limit.gate for limit in policy.limits] == [gate for gate in GATES if gate not in OFF]
    assert Limit("maximum_churn", "share", 0.4) in policy.limits


def test_a_change_of_one_character_is_another_policy() -> None:
    assert parse(DEFAULT.encode()).digest != parse(DEFAULT.encode() + b"#").digest


def test_gates_stand_in_the_order_of_the_file_and_several_limits_answer_each() -> None:
    policy = parse(b"[maximum_p_at_1_distance]\npsi = 0.25\nks = 0\n[maximum_churn]\nshare = 1\n")
    assert [limit.name for limit in policy.limits] == [
        "maximum_p_at_1_distance.psi",
        "maximum_p_at_1_distance.ks",
        "maximum_churn",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said", "remedy"),
    [
        ("[maximum_chrun]\nshare = 1", 1, "no gate 'maximum_chrun'", "Did you mean maximum_churn?"),
        ("\n# x\n[zzz]", 3, "no gate 'zzz'", "Known: non_inferiority, minimum_metric"),
        ("[maximum_churn]\nshare = 0.1\nshaer = 1", 3, "no key 'shaer'", "Did you mean share?"),
        ("[minimum_metric]\nece = 0.1", 2, "no key 'ece'", "f1_macro"),
        ("[maximum_churn]\n\nshare = 1.5", 3, "maximum_churn.share takes", "share = 0.4"),
        ("[maximum_churn]\nshare = -0.1", 2, "a number from 0 to 1, not -0.1", "share = 0.4"),
        ("[maximum_churn]\nshare = nan", 2, "not nan", "share"),
        ("[maximum_churn]\nshare = true", 2, "not true", "share"),
        ('[maximum_churn]\nshare = "0.4"', 2, "not '0.4'", "share"),
        ("[maximum_churn]\nshare = [\n0.4\n]", 2, "not [0.4]", "share"),
        ("[maximum_churn]", 1, "[maximum_churn] has no limit", "or remove [maximum_churn]"),
        ("\nmaximum_churn = 0.4", 2, "takes a table", "Write [maximum_churn], and below it"),
        ("[[maximum_churn]]\nshare = 0.4", 1, "takes a table", "[maximum_churn]"),
        ('[non_inferiority]\nmargin = "nosie"', 2, "\"noise\", not 'nosie'", "margin = 0.01"),
        ("[no_large_subreddit_down]\nposts = 5", 2, "6 or more, not 5", "posts = 50"),
        ("[no_large_subreddit_down]\nposts = 50.0", 2, "a whole number", "posts = 50"),
        ("[maximum_p_at_1_distance]\npsi = inf", 2, "0 or more, not inf", "psi = 0.2"),
        ("[maximum_p_at_1_distance]\nks = 2", 2, "from 0 to 1, not 2", "ks = 0.2"),
        ("[test_opened]\nmax_age_days = 0", 2, "1 or more, not 0", "max_age_days = 90"),
        ("[reviewed_by_someone_else]\nteam_of_one = 1", 2, "true or false, not 1", "= false"),
        ("[release]\nstaging_frist = true", 2, "no key 'staging_frist'", "mean staging_first?"),
        ("[release]\nstaging_first = 1", 2, "true or false, not 1", "staging_first = false"),
        ("[relaese]\nstaging_first = true", 1, "no gate 'relaese'", "Did you mean release?"),
        ("[test_budget]", 1, "[test_budget] has no limit", "Write epsilon = 0.02 below it"),
        ("test_budget = 3", 1, "test_budget takes a table", "epsilon = 0.02"),
        ("[test_budget]\nepsilon = 0", 2, "a number between 0 and 1, not 0", "epsilon = 0.02"),
        ("[test_budget]\nepsilon = 1", 2, "a number between 0 and 1, not 1", "epsilon = 0.02"),
        ("[test_budget]\n\ndelta = 1.0", 3, "between 0 and 1, not 1.0", "delta = 0.001"),
        ("[test_budget]\ndisagreement = nan", 2, "not nan", "disagreement = 0.2"),
        ('[test_budget]\nadaptivity = "some"', 2, "\"first-change\", not 'some'", 'y = "full"'),
        ("[test_budget]\nadaptivity = []", 2, "not []", 'adaptivity = "full"'),
        ("[test_budget]\nanswers = 1", 2, "a whole number of 2 or more, not 1", "answers = 3"),
        ("[test_budget]\nanswers = 3.0", 2, "not 3.0", "answers = 3"),
        ("[drift]\naccuracy_dorp = 0.1", 2, "no key 'accuracy_dorp'", "mean accuracy_drop?"),
        ("[drift]\naccuracy_drop = 5", 2, "drift.accuracy_drop takes", "accuracy_drop = 0.05"),
        ("[drift]\nany_alarm = 1", 2, "true or false, not 1", "any_alarm = false"),
        ("[drift]\n\nmax_age_days = 0.5", 3, "1 or more, not 0.5", "max_age_days = 90"),
        ("[drift]", 1, "[drift] has no limit", "Write accuracy_drop = 0.05 below it"),
        ("[maximum_training_age]\ndays = 0", 2, "1 or more, not 0", "days = 90"),
        ("[non_inferiority_on_new_posts]\nmargin = -1", 2, "from 0 to 1", "margin = 0.02"),
        ("[leakage]\nnear_duplicates = 2", 2, "from 0 to 1, not 2", "near_duplicates = 0"),
        ("[maximum_churn]\nshare = 0.1\n[test_opened\nx = 1", 3, "not TOML", "[gate]"),
        ("[maximum_churn]\nshare = 0.1\nshare = 0.2\n", 3, "not TOML", "[gate]"),
        ("[maximum_churn]\nshare =", 2, "not TOML", "key = value"),
        ('[maximum_churn]\nshare = """\nand\nso on', 2, "not TOML", '"quotes"'),
        ("[maximum_churn]\nshare = " + "[" * 9_000, 2, "not TOML", "key = value"),
        (b"[maximum_churn]\nshare = 0.4 # \xff", 2, "byte 30 is not UTF-8", "UTF-8"),
    ],
)
def test_a_mistake_is_told_with_line_key_and_remedy(
    text: str | bytes, line: int, said: str, remedy: str
) -> None:
    error = refused(text)
    assert error.reason.startswith(f"{FILE}, line {line}: ")
    assert said in error.reason
    assert remedy in str(error.hint)


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "# all gates off\n", "[release]\nstaging_first = false\n"),
        "[drift]\naccuracy_drop = 0.1\n",
    ],
)
def test_a_file_without_gates_is_refused(text: str) -> None:
    assert "has no gates" in refused(text).reason


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a.b = 1", ("a", "b"), 1),
        ("x = 1\n\n[a] # b = 2\n\n'b' = 1", ("a", "b"), 5),
        ("[a]\nc = '''\nb = 1\n'''\nb = 2", ("a", "b"), 5),
        ("a = { c = 1, b = 2 }", ("a", "b"), 1),
        ("[a]\nb = [\n  1,\n\n  2,\n]\n", ("a", "b"), 2),
        ('[a]\nc = "b = 1"\n"b" = 1', ("a", "b"), 3),
        ("[a]\nc = 'one\u2028line'\nb = 1", ("a", "b"), 3),
        ("[b]\na = 1\n[a]\nb = 1", ("a", "b"), 4),
    ],
)
def test_a_key_is_found_however_it_is_written(text: str, path: tuple[str, ...], line: int) -> None:
    assert line_of(text, *path) == line


@given(st.lists(st.sampled_from(["", "# [a] b = 1", "[c]", "[d.e]"]), unique=True), st.data())
def test_a_key_is_found_among_anything(before: list[str], data: st.DataObject) -> None:
    blank = data.draw(st.integers(0, 3))
    lines = [*before, "[a]", *[""] * blank, "b = 1", "[z]", "b = 2"]
    assert line_of("\n".join(lines), "a", "b") == len(before) + 2 + blank


@pytest.mark.slow
@given(st.text(max_size=60))
def test_no_text_is_an_unexpected_error(text: str) -> None:
    with suppress(InputError):
        parse(text.encode("utf-8", "surrogatepass"))


def test_the_document_holds_the_defaults_and_every_key() -> None:
    document = (DOCS / "release-policy.md").read_text()
    assert f"```toml\n{DEFAULT}```" in document
    for gate, keys in GATES.items():
        assert f"| `{gate}` |" in document
        for key in keys:
            assert f"`{key}`" in document


def test_rules_left_out_keep_their_defaults() -> None:
    built_in = parse(DEFAULT.encode()).rules
    assert parse(b"[maximum_churn]\nshare = 1\n").rules == built_in
    written = parse(b"[maximum_churn]\nshare = 1\n[test_budget]\nadaptivity = 'none'\n").rules
    assert written == replace(built_in, adaptivity="none")


def test_rules_are_no_gates_but_part_of_the_digest() -> None:
    gate = "[maximum_churn]\nshare = 1\n"
    plain, ruled = parse(gate.encode()), parse(f"{gate}[release]\nstaging_first = false".encode())
    assert ruled.limits == plain.limits
    assert ruled.digest != plain.digest
    assert (plain.rules.staging_first, ruled.rules.staging_first) == (True, False)


def test_limits_of_production_judge_no_candidate_and_are_off_where_left_out() -> None:
    gate = "[maximum_churn]\nshare = 1\n"
    plain, watched = parse(gate.encode()), parse(f"{gate}[drift]\np_at_1_drop = 0.1".encode())
    assert plain.drift == ()
    assert watched.drift == (Limit("drift", "p_at_1_drop", 0.1),)
    assert (watched.limits, watched.rules) == (plain.limits, plain.rules)
    assert watched.settings == plain.settings | {"drift.p_at_1_drop": 0.1}


@pytest.mark.parametrize("key", DRIFT)
def test_the_document_holds_every_limit_of_production(key: str) -> None:
    document = (DOCS / "release-policy.md").read_text().partition("## The limits of production")[2]
    assert f"| `{key}` |" in document


def test_the_document_holds_every_rule_with_its_default() -> None:
    document = (DOCS / "release-policy.md").read_text()
    for table, keys in tomllib.loads(DEFAULT).items():
        if table in GATES:
            continue
        assert f"| `{table}` |" in document
        for key, value in keys.items():
            (line,) = [row for row in document.splitlines() if f"| `{key}` |" in row]
            assert str(value).lower() in line


def test_every_documented_key_is_taken() -> None:
    odd = {"posts": "50", "max_age_days": "90", "team_of_one": "true", "days": "90"}
    for gate, keys in GATES.items():
        for key in keys:
            policy = parse(f"[{gate}]\n{key} = {odd.get(key, '0.5')}".encode())
            assert [(limit.gate, limit.key) for limit in policy.limits] == [(gate, key)]
