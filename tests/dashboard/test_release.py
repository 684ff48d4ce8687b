"""The page Release: what may be done next, by whom, and why not, in every state of a candidate."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from core.access import members
from core.access.identity import Role
from core.audit import clock
from core.release import aliases, candidates, openings, review
from core.release.adoption import adopt
from core.release.events import PRODUCTION, STAGING
from core.release.policy import FILE
from core.settings import settings
from core.store import Store, open_store
from tests.dashboard.asking import Headers
from tests.dashboard.conftest import Open
from tests.dashboard.deciding import approved, open_test, opened, policy
from tests.dashboard.reading import button, label_of, links, plain_text_of, press
from tests.demo_workspace import FIRST, REJECTED, WAITING
from tests.demo_workspace import PRODUCTION as SERVING
from tests.factories import by

ADOPT = "Adopt this policy"
APPROVE, REJECT, COMMENT = (f"{verb} #{WAITING}" for verb in ("Approve", "Reject", "Comment on"))
TRAINED = 18
"""A training of the demo that nobody has proposed."""
OPEN = f"Open the sealed test for #{WAITING}"


@pytest.fixture
def store(demo: Path) -> Store:
    return open_store(demo)


@pytest.fixture
def signed_in(headers: Headers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Headers]:
    """Bob, behind a proxy that names its users."""
    monkeypatch.setenv("SIGNOFF_TRUSTED_USER_HEADER", "X-Forwarded-Email")
    settings.cache_clear()
    headers["X-Forwarded-Email"] = "bob@example.com"
    yield headers
    settings.cache_clear()


def filled(app: AppTest) -> list[str]:
    """The buttons that are filled: the next step."""
    return [label_of(found) for found in app.button if found.proto.type == "primary"]


def field(app: AppTest, label: str) -> Any:
    """The text field of that label."""
    return next(found for found in (*app.text_area, *app.text_input) if found.label == label)


def confirm(app: AppTest, why: str = "", *, emergency: bool = False) -> AppTest:
    """Answer the dialog that asks before callers get another version."""
    field(app, "Why?").set_value(why)
    if emergency:
        app.checkbox[0].check()
    app.button(key="move").click()
    app.run()
    assert not app.exception
    return app


def opened_cards(app: AppTest) -> list[str]:
    """The cards that are not folded."""
    return [each.label.strip("*") for each in app.expander if each.proto.expanded]


def state(store: Store) -> str:
    return candidates.get(store, WAITING).state


def test_a_clock_that_cannot_be_right_is_told_where_decisions_are_made(
    demo: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "RELEASED", datetime.now(UTC) + timedelta(days=3))
    assert "The clock of this machine may be wrong" in open_page("release").warning[0].value


def staged(store: Store) -> str:
    """Approved and given to staging; its version."""
    version = approved(store)
    with by("rel"):
        aliases.move(store, STAGING, version, expected=aliases.current(store)[STAGING])
    return version


def test_the_whole_way_out_from_the_page_one_filled_button_at_a_time(
    store: Store, open_page: Open
) -> None:
    app = open_page("release", candidate=str(WAITING))
    assert "Next: open its sealed test." in plain_text_of(app)
    assert filled(app) == [OPEN]
    field(app, "Why now?").set_value("Before the decision.")
    press(app, OPEN)
    assert "has been tested" in app.success[0].value
    assert filled(app) == [APPROVE]
    field(app, "Comment").set_value("Knows the election.")
    press(app, APPROVE)
    version = candidates.get(store, WAITING).version
    assert filled(app) == [f"Release {version} to staging"]
    press(app, f"Release {version} to staging")
    assert filled(app) == [f"Release {version} to production"]
    app.slider(key=f"share-{WAITING}").set_value(25).run()
    press(app, f"Give {version} to 25% of callers")
    on = aliases.canary(store)
    assert on is not None
    assert (on.version, on.share) == (version, 0.25)
    press(app, f"Release {version} to production")
    assert aliases.current(store)[PRODUCTION] != version
    confirm(app, "A quarter of callers liked it.")
    assert aliases.current(store)[PRODUCTION] == version
    assert f"production is now {version}." in app.success[0].value
    assert "is in production as" in plain_text_of(app)
    assert "A quarter of callers liked it." in plain_text_of(app)
    assert filled(app) == []
    press(app, f"End the canary of {version}")
    assert aliases.canary(store) is None


def test_what_cannot_be_done_yet_is_disabled_and_says_why(store: Store, open_page: Open) -> None:
    app = open_page("release", candidate=str(WAITING))
    said = plain_text_of(app)
    assert button(app, APPROVE).disabled
    assert "The policy requires the sealed test of" in said
    for label in ("to staging", "to production"):
        assert button(app, f"Release #{WAITING} {label}").disabled
    assert said.count(f"Candidate #{WAITING} is proposed, not approved") == 1
    assert "signoff release show" not in said
    assert "signoff release test" not in said
    assert not button(app, REJECT).disabled


def test_the_budget_and_what_a_look_costs_stand_beside_the_button(
    store: Store, open_page: Open
) -> None:
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "Used **0** of 10, **10 left**" in said
    assert "Uses one of 10 remaining openings, permanently" in said
    opened(store)
    app = open_page("release", candidate=str(WAITING))
    assert "Used **1** of 10, **9 left**" in plain_text_of(app)
    assert button(app, OPEN).disabled
    assert "Testing it again would give the same answer" in plain_text_of(app)


def test_an_opening_without_a_reason_opens_nothing(store: Store, open_page: Open) -> None:
    app = press(open_page("release", candidate=str(WAITING)), OPEN)
    assert "▲ Give a reason for opening the sealed test" in plain_text_of(app)
    assert not app.error
    assert openings.last_of(candidates.get(store, WAITING)) is None


def test_sentence_gate_and_key_figure_are_of_the_same_posts(shown: Path, open_page: Open) -> None:
    """These models know different subreddits, so on all posts the difference is another one."""
    app = open_page("release", candidate=str(WAITING))
    said = plain_text_of(app).replace("\\", "")
    card = next(metric for metric in app.metric if metric.label == "Macro F1").delta
    assert f"Macro F1 on the shared subreddits changes by {card} (95%" in said
    assert f"#{WAITING} is better than #{SERVING}: macro F1 {card} (95%" in said.replace("**", "")


def test_a_failing_gate_stands_in_the_first_sentence(store: Store, open_page: Open) -> None:
    policy(store, "share = 0.4", "share = 0.1")
    said = plain_text_of(open_page("release", candidate=str(WAITING))).replace("\\", "")
    assert "Not yet: the share of posts that change is " in said
    assert "%, limit 10.0%. The gates of " in said


def test_figures_and_gates_say_which_posts_they_are_of(store: Store, open_page: Open) -> None:
    before = open_page("release", candidate=str(WAITING))
    assert "Judged on **validation** of until-october" in plain_text_of(before)
    assert "○ 2 wait, :green[✓] 6 pass" in plain_text_of(before)
    opened(store)
    after = open_page("release", candidate=str(WAITING))
    assert "Judged on the **sealed test** of until-october" in plain_text_of(after)
    assert before.metric[0].value != after.metric[0].value


def test_the_opened_test_is_compared_in_full_but_its_posts_stay_unread(
    store: Store, open_page: Open
) -> None:
    opened(store)
    ways = links(open_page("release", candidate=str(WAITING)))
    query = dict(pair.split("=") for pair in ways["Compare in full"].split("&"))
    app = open_page("compare", **query)
    assert not app.error
    assert "1,021" in plain_text_of(app)
    assert "are not shown" in plain_text_of(open_page("subreddits", **query, subreddit="politics"))
    app = open_page("churn", **query)
    assert not app.dataframe
    assert links(app)["Which validation posts changed"] == f"baseline={SERVING}&candidate={WAITING}"


@pytest.mark.slow
def test_a_failed_gate_stands_on_top_and_is_overruled_in_writing_only(
    store: Store, open_page: Open
) -> None:
    policy(store, "share = 0.4", "share = 0.01")
    opened(store)
    app = open_page("release", candidate=str(WAITING))
    gates = next(m.value for m in app.markdown if m.value.startswith("| Gate"))
    assert "Share of posts that change" in gates.splitlines()[2]
    assert "✗" in gates.splitlines()[2]
    assert filled(app) == [REJECT]
    overruling = f"{APPROVE}, overriding 1 gate"
    field(app, "Comment").set_value("Knows the election.")
    press(app, overruling)
    assert "fails maximum" in plain_text_of(app)
    assert state(store) == "tested"
    field(app, "Why it may be released anyway").set_value("The churn is the election.")
    press(app, overruling)
    approval = candidates.get(store, WAITING).approval
    assert approval is not None
    assert approval.override == "The churn is the election."
    assert "A failed gate was overridden" in plain_text_of(app)


def test_the_page_says_what_an_unadopted_file_would_change_and_what_to_run(
    store: Store, open_page: Open
) -> None:
    text = (store.home / FILE).read_text().replace("team_of_one = false", "team_of_one = true")
    (store.home / FILE).write_text(text)
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "release-policy.toml is not in force" in said
    assert "Reviewed by someone else: required → not required" in said
    assert "`signoff release policy adopt`" in said
    assert "adopted by demo reviewer on" in said
    assert "This policy changed:  \nChange of p@1 (KS): 0.2 → 0.5" in said


def test_a_policy_is_asked_for_by_one_and_adopted_by_another_on_the_page(
    store: Store, open_page: Open
) -> None:
    text = (store.home / FILE).read_text().replace("share = 0.4", "share = 0.3")
    (store.home / FILE).write_text(text)
    app = press(open_page("release", candidate=str(WAITING)), ADOPT)
    said = plain_text_of(app)
    assert "ada asked for it on" in said
    assert "somebody else must adopt it" in said
    assert next(button for button in app.button if button.label == ADOPT).disabled
    with by("grace"):
        adopt(store)
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "adopted by grace on" in said
    assert "This policy changed:  \nShare of posts that change: 40% → 30%" in said
    assert ADOPT not in said


def test_no_reason_is_asked_where_no_gate_fails(store: Store, open_page: Open) -> None:
    opened(store)
    app = open_page("release", candidate=str(WAITING))
    assert [area.label for area in app.text_area] == ["Comment"]


def test_no_decision_without_a_comment(store: Store, open_page: Open) -> None:
    opened(store)
    app = press(open_page("release", candidate=str(WAITING)), APPROVE)
    assert "▲ Say why you approve it" in plain_text_of(app)
    assert not app.error
    assert state(store) == "tested"


def test_an_approval_says_which_gates_are_inconclusive(store: Store, open_page: Open) -> None:
    opened(store)
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "Inconclusive, so approving accepts:  \n? **No large subreddit down**: " in said
    first = plain_text_of(open_page("release", candidate=str(SERVING)))
    assert "so approving accepts" not in first


def test_a_comment_stands_in_the_history_and_decides_nothing(store: Store, open_page: Open) -> None:
    app = open_page("release", candidate=str(WAITING))
    field(app, "Comment").set_value("Look at r/politics first.")
    press(app, COMMENT)
    assert "Look at r/politics first." in plain_text_of(app)
    assert field(app, "Comment").value == ""
    assert state(store) == "proposed"


def test_a_page_whose_evidence_has_changed_approves_nothing(store: Store, open_page: Open) -> None:
    opened(store)
    app = open_page("release", candidate=str(WAITING))
    policy(store, "share = 0.4", "share = 0.5")
    field(app, "Comment").set_value("Fine.")
    press(app, APPROVE)
    assert "has changed since you opened this page" in app.info[0].value
    assert state(store) == "tested"
    press(app, APPROVE)  # the page shows the new evidence now
    assert state(store) == "approved"


def test_a_page_that_shows_another_production_moves_nothing(store: Store, open_page: Open) -> None:
    version = staged(store)
    app = open_page("release", candidate=str(WAITING))
    with by("rel"):
        aliases.set_canary(store, version, share=0.1)
        aliases.move(store, PRODUCTION, version, expected=aliases.current(store)[PRODUCTION])
        old = aliases.rollback(store, PRODUCTION).version
        aliases.rollback(store, PRODUCTION)
    press(app, f"Release {version} to production")
    confirm(app, "Now.")
    assert aliases.current(store)[PRODUCTION] not in (old, version)
    assert "somebody has moved it" in app.error[0].value


def test_a_void_approval_is_said_and_can_be_given_anew(store: Store, open_page: Open) -> None:
    version = approved(store)
    policy(store, "share = 0.4", "share = 0.5")
    app = open_page("release", candidate=str(WAITING))
    assert "No longer" in plain_text_of(app)
    assert f"The approval of **#{WAITING}** is void" in plain_text_of(app)
    assert button(app, f"Release {version} to staging").disabled
    field(app, "Comment").set_value("Still fine.")
    press(app, APPROVE)
    assert filled(app) == [f"Release {version} to staging"]


def test_production_that_moved_asks_for_another_test(store: Store, open_page: Open) -> None:
    opened(store)
    with by("rel"):
        aliases.rollback(store, PRODUCTION)
    app = open_page("release", candidate=str(WAITING))
    assert any("Production has changed" in warning.value for warning in app.warning)
    assert filled(app) == [OPEN]


@pytest.mark.slow
def test_what_was_cut_off_is_finished_without_another_look(
    store: Store, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(openings, "evaluate_unsealed", None)
        with pytest.raises(TypeError):
            open_test(store)
    app = open_page("release", candidate=str(WAITING))
    finish = OPEN.replace("Open the sealed", "Finish opening the")
    assert filled(app) == [finish]
    assert "interrupted before a result" in plain_text_of(app)
    press(app, finish)
    assert state(store) == "tested"
    assert "Used **1** of 10" in plain_text_of(app)


@pytest.mark.slow
def test_a_split_that_leaked_gives_no_answer_and_the_page_says_so(
    store: Store, open_page: Open
) -> None:
    policy(store, "near_duplicates = 0.9", "near_duplicates = 0.001")
    app = open_page("release", candidate=str(WAITING))
    field(app, "Why now?").set_value("Before the decision.")
    press(app, OPEN)
    assert "resemble posts that it was trained on" in plain_text_of(app)
    app = open_page("release", candidate=str(WAITING))
    assert any("gave no result" in warning.value for warning in app.warning)
    assert "Next: test it on a newer split, or reject it." in plain_text_of(app)
    assert filled(app) == []


def test_a_spent_split_says_how_to_get_a_newer_one(store: Store, open_page: Open) -> None:
    policy(store, "epsilon = 0.08", "epsilon = 0.01")
    app = open_page("release", candidate=str(WAITING))
    assert button(app, OPEN).disabled
    assert "too few to judge even one candidate" in plain_text_of(app)
    assert "Next: test it on a newer split, or reject it." in plain_text_of(app)
    assert filled(app) == []


def test_another_split_can_be_chosen(store: Store, open_page: Open) -> None:
    app = open_page("release", candidate=str(WAITING))
    box = app.selectbox(key=f"split-{WAITING}")
    assert box.options == ["until-october", "until-september"]
    box.select("until-september").run()
    said = plain_text_of(app)
    assert "Used **2** of 5" in said
    assert "posts of until-september" in said


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        (REJECTED, "demo reviewer rejected **#14**"),
        (SERVING, "is in production as"),
        (FIRST, "Replaced"),
    ],
)
def test_what_is_decided_has_no_next_step(
    store: Store, open_page: Open, candidate: int, says: str
) -> None:
    app = open_page("release", candidate=str(candidate))
    said = plain_text_of(app)
    assert says in said
    assert "Next:" not in said
    assert filled(app) == []


def test_the_share_of_a_canary_that_is_on_stands_at_the_slider(
    store: Store, open_page: Open
) -> None:
    version = staged(store)
    with by("rel"):
        aliases.set_canary(store, version, share=0.25)
    app = open_page("release", candidate=str(WAITING))
    assert app.slider(key=f"share-{WAITING}").value == 25
    assert button(app, f"Give {version} to 25% of callers").disabled
    assert "25% of callers already get it" in plain_text_of(app)


@pytest.mark.parametrize(
    ("bring", "card"),
    [(lambda _: None, "Sealed test"), (opened, "Decision"), (approved, "Release path")],
)
def test_cards_keep_their_order_and_what_is_not_its_turn_is_folded(
    store: Store, open_page: Open, bring: Callable[[Store], object], card: str
) -> None:
    bring(store)
    app = open_page("release", candidate=str(WAITING))
    cards = [each.label.strip("*") for each in app.expander][:4]
    assert cards == ["Sealed test", "Decision", "Release path", "Aliases"]
    assert opened_cards(app) == [card, "Aliases"]


def test_what_was_done_is_told_in_the_card_that_was_pressed(store: Store, open_page: Open) -> None:
    opened(store)
    app = open_page("release", candidate=str(WAITING))
    field(app, "Comment").set_value("Knows the election.")
    press(app, APPROVE)
    card = next(each for each in app.expander if "Decision" in each.label)
    assert [each.value for each in card.success] == [app.success[0].value]
    assert "is approved" in app.success[0].value
    assert "is approved" in app.toast[0].value
    assert opened_cards(app) == ["Decision", "Release path", "Aliases"]
    app.run()
    assert not app.success
    assert "Decision" in opened_cards(app)


@pytest.mark.slow
def test_what_is_next_is_a_decision_whatever_the_test_said(store: Store, open_page: Open) -> None:
    policy(store, "share = 0.4", "share = 0.01")
    opened(store)
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "[✗ tested: fail]" in said
    assert "[→ decision]" in said


def test_the_history_tells_that_another_version_took_its_place(
    store: Store, open_page: Open
) -> None:
    with by("rel"):
        aliases.rollback(store, PRODUCTION)
    said = plain_text_of(open_page("release", candidate=str(SERVING)))
    assert "rel rolled production back to" in said


def test_a_version_offers_its_model_card(shown: Path, open_page: Open) -> None:
    def offered(candidate: int) -> list[str]:
        found = open_page("release", candidate=str(candidate)).get("download_button")
        return [each.proto.label for each in found]

    assert {"HTML", "Markdown"} <= set(offered(SERVING))
    assert not {"HTML", "Markdown"} & set(offered(WAITING))


@pytest.mark.slow
def test_a_canary_that_outlives_a_roll_back_is_said(store: Store, open_page: Open) -> None:
    version = staged(store)
    with by("rel"):
        aliases.set_canary(store, version, share=0.25)
        aliases.move(store, PRODUCTION, version, expected=aliases.current(store)[PRODUCTION])
        aliases.rollback(store, PRODUCTION)
    app = open_page("release", candidate=str(WAITING))
    assert "it still gets 25% of callers" in plain_text_of(app)
    press(app, f"End the canary of {version}")
    assert "still get it" not in plain_text_of(app)


def test_releasing_and_rolling_back_ask_the_same_and_keep_the_reason(
    store: Store, open_page: Open
) -> None:
    version = staged(store)
    before = aliases.current(store)[PRODUCTION]
    app = press(open_page("release", candidate=str(WAITING)), f"Release {version} to production")
    said = plain_text_of(app)
    assert f"production: **{before}** → **{version}**" in said
    assert "**All callers** get it immediately." in said
    confirm(app)
    assert "▲ Say why production is moved." in plain_text_of(app)
    assert aliases.current(store)[PRODUCTION] == before
    confirm(app, "Knows the election.")
    press(app, f"Roll production back to {before}")
    assert f"production: **{version}** → **{before}**" in plain_text_of(app)
    confirm(app, "r/politics complains.")
    assert [(e.after, e.comment) for e in aliases.history(store, PRODUCTION)[:2]] == [
        (before, "r/politics complains."),
        (version, "Knows the election."),
    ]
    said = plain_text_of(app)
    assert f"Rolled back: **#{WAITING}** was in production as **{version}**" in said
    assert "“r/politics complains.”" in said
    assert "Next: see where it is worse, then propose another training." in said


def test_in_an_emergency_no_reason_is_asked_and_the_history_says_so(
    store: Store, open_page: Open
) -> None:
    old = aliases.rollback_target(store, PRODUCTION)
    app = press(open_page("release"), f"Roll production back to {old}")
    assert aliases.current(store)[PRODUCTION] != old
    confirm(app, emergency=True)
    assert aliases.current(store)[PRODUCTION] == old
    assert "no reason given" in plain_text_of(app)
    assert str(aliases.history(store, PRODUCTION)[0]).endswith(", no reason given")


def test_another_alias_than_production_is_for_those_who_ask_for_it(
    store: Store, open_page: Open
) -> None:
    old = aliases.rollback_target(store, STAGING)
    said = plain_text_of(press(open_page("release"), f"Roll staging back to {old}"))
    assert "Only callers that ask for **staging** get it; production stays as it is." in said


@pytest.mark.slow
def test_the_proposer_is_told_who_may_approve_instead(
    store: Store, signed_in: Headers, open_page: Open
) -> None:
    for name in ("bob@example.com", "grace@example.com"):
        members.grant(store, name, Role.REVIEWER)
    with by("bob@example.com"):
        review.propose(store, TRAINED)
        openings.open_test(store, TRAINED, reason="Time to know.")
    app = open_page("release", candidate=str(TRAINED))
    said = plain_text_of(app)
    assert "A reviewer other than bob@example.com can do this: grace@example.com." in said
    assert button(app, f"Approve #{TRAINED}").disabled
    assert "somebody else must approve it" in said
    signed_in["X-Forwarded-Email"] = "grace@example.com"
    app = open_page("release", candidate=str(TRAINED))
    assert "other than bob@example.com can do this, so **you can**." in plain_text_of(app)
    assert filled(app) == [f"Approve #{TRAINED}"]


def test_a_viewer_is_told_who_may_and_which_role_it_takes(
    store: Store, signed_in: Headers, open_page: Open
) -> None:
    app = open_page("release", candidate=str(WAITING))
    said = plain_text_of(app)
    assert "Nobody has that role yet. An admin can give it" in said
    assert filled(app) == []
    assert button(app, OPEN).disabled
    assert "that needs the reviewer role, and" in said
    members.grant(store, "grace@example.com", Role.RELEASER)
    said = plain_text_of(open_page("release", candidate=str(WAITING)))
    assert "A reviewer can do this: grace@example.com." in said


@pytest.mark.slow
def test_a_reviewer_decides_and_a_releaser_releases(
    store: Store, signed_in: Headers, open_page: Open
) -> None:
    members.grant(store, "bob@example.com", Role.REVIEWER)
    version = staged(store)
    app = open_page("release", candidate=str(WAITING))
    assert button(app, f"Release {version} to production").disabled
    assert "that needs the releaser role, and" in plain_text_of(app)
    assert not button(app, COMMENT).disabled
    members.grant(store, "bob@example.com", Role.RELEASER)
    press(app, COMMENT)  # any run draws it anew
    press(app, f"Release {version} to production")
    confirm(app, "Knows the election.")
    assert aliases.history(store, PRODUCTION)[0].by == "bob@example.com"


def test_an_exposed_dashboard_only_shows(store: Store, open_page: Open) -> None:
    config.set_option("server.address", "0.0.0.0")  # noqa: S104 - this is what must be refused
    try:
        app = open_page("release", candidate=str(WAITING))
        assert filled(app) == []
        assert button(app, OPEN).disabled
        assert button(app, COMMENT).disabled
        assert "is not set up" in app.warning[0].value
    finally:
        config.set_option("server.address", "127.0.0.1")


def test_a_decision_made_meanwhile_is_told(store: Store, open_page: Open) -> None:
    app = open_page("release", candidate=str(WAITING))
    with by("grace"):
        review.reject(store, WAITING, comment="Not now.")
    app.run()
    assert "grace rejected" in plain_text_of(app)
    assert app.info[0].value.startswith("Meanwhile")
    app.run()
    assert not app.info
