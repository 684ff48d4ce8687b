"""The page Drift, on the demo: an election came after its production was trained."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from core.access import members
from core.access.identity import Role
from core.drift.report import report
from core.drift.results import DriftReport, On, State
from core.drift.sentence import headline
from core.drift.windows import Window
from core.jobs import SUCCEEDED
from core.release import aliases
from core.release.events import PRODUCTION
from core.release.released import released_model
from core.store import Store, open_store
from dashboard import data
from dashboard.charts.drift_tracks import gaps, p_at_1, realised, track
from dashboard.parts.drift_course import P_AT_1
from tests.conftest import Road
from tests.dashboard.conftest import Open
from tests.dashboard.reading import (
    button,
    decoded,
    figures,
    label_of,
    links,
    names,
    plain,
    plain_text_of,
    press,
    text_of,
    tick,
)
from tests.decisions import released
from tests.factories import set_policy
from tests.working import newest

CAUSES, BEHIND = 0, 1
"""Places of the tables."""


def made_of(home: Path, window: Window = Window.WEEK) -> DriftReport:
    store = open_store(home)
    model = released_model(store, aliases.current(store)[PRODUCTION])
    return report(store, model, window=window)


def trace(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in figure["data"] if each.get("name") == name)


def untouched(home: Path) -> str:
    """The version that was in production before, whose new posts nobody has predicted."""
    return aliases.versions(open_store(home))[-1].version


def test_the_sentence_comes_first_with_number_and_interval(shown: Path, open_page: Open) -> None:
    production = aliases.current(open_store(shown))[PRODUCTION]
    sentence = headline(made_of(shown), name=f"Production {production}")
    marked = sentence.replace(" is ageing", " :orange[**▼ is ageing**]")
    assert marked != sentence
    app = open_page("drift")
    assert marked in [plain(each.value) for each in app.main.markdown[:3]]
    assert app.query_params["alias"] == PRODUCTION


def test_the_figures_show_every_window_its_alarms_and_validation(
    shown: Path, open_page: Open
) -> None:
    made = made_of(shown)
    with_figures = [each for each in made.windows if each.figures]
    alarms = [each for each in made.windows if each.judged and each.judged.alarms]
    first, second, *_ = figures(open_page("drift"))
    assert names(first) == ["validation", "alarm ▼", "not judged", "changed level"]
    assert len(trace(first, "alarm ▼")["x"]) == len(alarms) > 0
    drawn = [len(each["x"]) for each in second["data"] if each.get("mode") == "markers"]
    assert sum(drawn) == len(with_figures)
    assert second["layout"]["yaxis"]["title"]["text"] == "Accuracy"
    (sealed,) = [each for each in gaps(made) if each.state == State.SEALED]
    assert first["layout"]["shapes"][0]["x0"].startswith(f"{sealed.begins:%Y-%m-%d}")


def test_what_is_not_judged_is_said_with_its_reason(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("drift"))
    assert "**Sealed**: 1 week, 2026-10-26. Its posts may be in a sealed test split." in said
    assert "**Cut off**: 1 week, 2026-09-28. The model's own snapshot ends within it." in said
    assert "Left out: 1,217 posts from the time of a sealed test split." in said
    assert "No new posts are waiting." in said


def test_a_link_shows_the_same_view(shown: Path, open_page: Open) -> None:
    app = open_page("drift", window="day", figure="Macro F1", distances="true")
    p_at_1_, f1, *_, distances, _distribution = figures(app)
    assert p_at_1_["layout"]["xaxis"]["title"]["text"] == "day from (UTC)"
    assert f1["layout"]["yaxis"]["title"]["text"] == "Macro F1"
    assert names(distances) == ["KS", "Wasserstein", "PSI"]
    assert "changed level" in names(p_at_1_)
    assert "has been at another level since 2026-10-01" in plain_text_of(app)
    assert len(app.dataframe[-1].value) == len(made_of(shown, Window.DAY).windows)


def test_texts_of_users_have_p_at_1_alone(shown: Path, open_page: Open) -> None:
    app = open_page("drift", on="submissions")
    p_at_1_, accuracy = figures(app)
    assert names(accuracy) == ["validation", "estimated", "release"]
    assert sum(len(each["x"]) for each in p_at_1_["data"] if each.get("mode") == "markers")
    assert "240 submissions" in text_of(app)
    assert "Predicted by" not in text_of(app)


def test_the_posts_behind_a_subreddit_are_read_on_the_page(shown: Path, open_page: Open) -> None:
    app = open_page("drift")
    causes = app.dataframe[CAUSES].value
    assert causes["Subreddit"].tolist()[:2] == ["▼ r/politics", "▼ r/PoliticalDiscussion"]
    app = tick(app, CAUSES, 0)
    assert app.query_params["subreddit"] == "politics"
    assert "Posts behind r/politics" in "\n".join(each.value for each in app.subheader)
    titles = app.dataframe[BEHIND].value["Title"].tolist()
    assert f"**{titles[0]}**" in plain_text_of(app)
    app = tick(app, BEHIND, 2)
    post = app.query_params["post"]
    again = open_page("drift", subreddit="politics", post=post)
    assert f"**{titles[2]}**" in plain_text_of(again)
    assert "Nobody" not in plain_text_of(again)


def test_a_subreddit_that_no_post_is_of_says_so(shown: Path, open_page: Open) -> None:
    app = open_page("drift", subreddit="[x](y)")
    assert "0 ▼ missed, 0 ▼ mistaken for it, 0 ✓ right." in text_of(app)
    assert len(app.dataframe) == 2


def test_what_waits_is_predicted_with_a_press(demo: Path, open_page: Open) -> None:
    version = untouched(demo)
    app = open_page("drift", alias=version)
    assert (
        f"Not known yet: 3,000 posts since 2026-09-30, none predicted by {version}."
        in plain_text_of(app)
    )
    assert [each.value for each in app.code] == [f"signoff drift --alias {version}"]
    assert not figures(app)
    app = press(app, "Predict 3,000 posts now")
    assert newest(open_store(demo)).status == SUCCEEDED
    assert app.success[0].value == "The new posts are predicted."
    assert f"{version} :orange[**▼ is ageing**]: mean p@1 fell from" in plain_text_of(app)
    assert len(figures(app)) == 4


def test_who_may_not_predict_sees_what_is_there_and_why(demo: Path, open_page: Open) -> None:
    members.grant(open_store(demo), "grace", Role.REVIEWER)
    config.set_option("server.address", "0.0.0.0")  # noqa: S104 - this is what must be refused
    try:
        app = open_page("drift", alias=untouched(demo))
        assert button(app, "Predict 3,000 posts now").disabled
        assert "grace can run this." in text_of(app)
        assert "You are not signed in, so you cannot predict new posts here" in text_of(app)
        assert "is ageing" in text_of(open_page("drift"))
    finally:
        config.set_option("server.address", "127.0.0.1")


def test_without_a_version_the_next_command_is_named(store: Store, open_page: Open) -> None:
    app = open_page("drift")
    assert "Nothing is in production." in text_of(app)
    assert [each.value for each in app.code] == ["signoff alias set production VERSION"]
    assert "Open Release" in links(app)


def test_without_a_reference_the_evaluation_is_named(
    shown: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_of(shown)
    windows = tuple(replace(each, judged=None) for each in made.windows)
    bare = replace(
        made,
        reference=None,
        no_reference="The model was never evaluated on its own validation split.",
        windows=windows,
        causes=None,
    )
    monkeypatch.setattr(data, "drift_report", lambda *_: bare)
    app = open_page("drift")
    assert "never evaluated" in text_of(app)
    assert [each.value for each in app.code] == [
        f"signoff evaluate {made.training} --on until-september:valid"
    ]
    assert "validation" not in names(figures(app)[0])


def test_a_limit_of_the_policy_that_is_exceeded_stands_near_the_head(
    shown: Path, open_page: Open
) -> None:
    app = open_page("drift")
    (warning,) = [each.value for each in app.warning if "limit" in each.value]
    assert "Accuracy in the week of 2026-10-12 differs by −0.128 from validation" in plain(warning)
    assert "No advice on retraining: 6 complete weeks with labels are needed" in plain_text_of(app)


def test_the_last_backtest_shows_decay_and_gain(shown: Path, open_page: Open) -> None:
    app = open_page("drift", figure="Macro F1")
    assert "4 trainings of linear, one every 2 weeks." in plain_text_of(app)
    decay, gain = (
        each for each in figures(app) if "weeks" in each["layout"]["xaxis"]["title"]["text"]
    )
    assert decay["layout"]["yaxis"]["title"]["text"] == "change of macro F1"
    assert decoded(decay["data"][0]["x"]) == [2, 4, 6, 8]
    assert min(decoded(gain["data"][0]["y"])) > 0


def test_estimates_stand_by_what_came_true(shown: Path, open_page: Open) -> None:
    app = open_page("drift")
    made = made_of(shown)
    estimated = trace(figures(app)[1], "estimated")
    assert len(estimated["x"]) == len([each for each in made.windows if each.estimated])
    said = plain_text_of(app)
    assert "Estimated without labels, accuracy was off by" in said
    assert "Estimates are not corrected for ageing." in said


def test_topic_groups_and_words_tell_of_the_election(shown: Path, open_page: Open) -> None:
    app = open_page("drift", texts="true")
    assert app.dataframe[1].value["Topic"].tolist()[0] == "▼ politics"
    assert "| election (new) | 0.0% |" in plain_text_of(app)


def test_overview_says_how_production_stands(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("overview"))
    line = next(each for each in said.splitlines() if each.startswith("**Drift.**"))
    assert "▼ is ageing**]: mean p@1 fell from 0." in line
    assert "**✗ A limit of the release policy is exceeded.**" in line
    assert line.endswith("[Is production ageing?](drift?alias=production)")


def test_release_says_how_old_both_trainings_are(shown: Path, open_page: Open) -> None:
    said = plain_text_of(open_page("release"))
    assert "(2026-10-05); in production, " in said
    assert "(2026-09-12)." in said


def test_a_window_without_labels_has_no_realised_figure(shown: Path) -> None:
    made = made_of(shown)
    texts = replace(
        made,
        on=On.SUBMISSIONS,
        windows=tuple(
            replace(each, figures=replace(each.figures, realised=None))
            for each in made.windows
            if each.figures
        ),
    )
    assert track(texts, realised("accuracy"), metric="accuracy").spots == []
    assert len(track(texts, p_at_1, metric=P_AT_1).spots) == len(texts.windows)


def test_pages_keep_to_one_filled_button(shown: Path, open_page: Open) -> None:
    def filled(app: AppTest) -> list[str]:
        return [label_of(each) for each in app.button if each.proto.type == "primary"]

    assert filled(open_page("drift")) == []
    assert filled(open_page("drift", alias=untouched(shown))) == ["Predict 3,000 posts now"]


def test_nothing_has_come_since(road: Road, open_page: Open) -> None:
    set_policy(road.store)
    released(road.store, 3)
    app = open_page("drift")
    assert "0 posts since 2023-11-24. There is nothing to judge it by yet." in plain_text_of(app)
    app = press(app, "Bring this up to date")
    assert "No post has come since its snapshot ended." in text_of(app)
