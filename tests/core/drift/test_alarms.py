"""Alarms are calibrated on the reference, and do not depend on what they should not."""

import numpy as np
import pytest

from bench.drift_alarms import LEVEL, SETTINGS, Setting, delay, simulated
from core.drift.alarms import FEWEST, PARTS, calibrated, parts_of
from core.drift.causes import causes
from core.drift.figures import Reference, figures_of, label_mix
from core.drift.reading import Posts
from core.drift.windows import Window
from core.stats.predictions import Predictions

WEEK = 7 * 86_400
LABELS = 12
NAMES = tuple(f"s{n:02d}" for n in range(LABELS))
KNOWN = np.ones(LABELS, dtype=np.bool_)


def posts(n: int = 2_000, *, seed: int = 0, wrong: int | None = None) -> Posts:
    """Posts of ten weeks. ``wrong``: a label that is never recognised."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, LABELS, n)
    first = np.where(rng.random(n) < 0.7, truth, rng.integers(0, LABELS, n))
    if wrong is not None:
        first = np.where(truth == wrong, (truth + 1) % LABELS, first)
    top = np.column_stack([first, (first + 1) % LABELS])
    probs = np.column_stack([rng.uniform(0.2, 1, n), np.full(n, 0.1)])
    words = np.full(n, 10, dtype=np.int32)
    created = np.sort(rng.integers(0, 10 * WEEK, n))
    return Posts(Predictions(truth, top, probs), created, words, words // 5)


def test_parts_are_windows_where_there_are_enough_of_them() -> None:
    created = posts().created
    assert 10 <= len(parts_of(created, Window.WEEK)) <= 11
    assert len(parts_of(created, Window.MONTH)) == PARTS
    sizes = [part.stop - part.start for part in parts_of(created, Window.MONTH)]
    assert (sum(sizes), min(sizes)) == (2_000, 250)
    assert parts_of(created[: PARTS * FEWEST - 1], Window.MONTH) == []
    assert calibrated(np.zeros(10), np.arange(10), Window.DAY) is None


def test_neither_the_names_of_labels_nor_their_order_change_an_alarm_or_a_figure() -> None:
    reference, window = posts(), posts(400, seed=1)
    order = np.random.default_rng(2).permutation(LABELS)

    def renamed(each: Posts) -> Posts:
        said = each.said
        other = Predictions(order[said.truth], order[said.top], said.probs)
        return Posts(other, each.created, each.words, each.unknown)

    found = [
        figures_of(b, Reference(a, labels=LABELS), names=NAMES, known=KNOWN)
        for a, b in ((reference, window), (renamed(reference), renamed(window)))
    ]
    assert found[0].distances == found[1].distances
    assert found[0].p_at_1 == found[1].p_at_1
    for key, measured in (found[0].realised or {}).items():
        other = (found[1].realised or {})[key]
        assert measured.value == pytest.approx(other.value, rel=1e-12)
        assert measured.interval == pytest.approx(other.interval, rel=1e-9)
    assert found[0].label_mix is not None
    assert found[1].label_mix is not None
    assert found[0].label_mix.distance == pytest.approx(found[1].label_mix.distance)


def test_the_level_of_a_look_depends_on_its_size_only() -> None:
    reference = posts()
    judging = calibrated(reference.said.p_at_1, reference.created, Window.WEEK)
    assert judging is not None
    found = figures_of(
        posts(400, seed=1), Reference(reference, labels=LABELS), names=NAMES, known=KNOWN
    ).distances
    assert found is not None
    first, second, small = (
        judging.judge(found, posts=n, look=look) for n, look in ((400, 1), (400, 9), (100, 1))
    )
    assert first.levels == second.levels
    assert first.levels.psi < small.levels.psi
    assert first.alarms == ()
    assert judging.judge(found, posts=400, look=1) == first


def test_the_label_mix_of_two_samples_of_one_population_is_what_chance_makes_it() -> None:
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.full(300, 2.0))
    found = label_mix(rng.multinomial(2_000, share), rng.multinomial(9_000, share))
    assert found.distance == pytest.approx(found.by_chance, rel=0.1)
    moved = label_mix(rng.multinomial(2_000, np.roll(share, 1)), rng.multinomial(9_000, share))
    assert moved.distance > 1.5 * moved.by_chance


def test_the_subreddit_that_is_no_longer_recognised_is_the_cause() -> None:
    found = causes(posts(), posts(600, seed=1, wrong=5), names=NAMES, known=KNOWN)
    assert found.changes[0].subreddit == "s05"
    assert found.changes[0].f1 == 0
    assert found.changes[0].interval[1] < 0
    assert (found.judged, found.better) == (LABELS, 0)
    assert 1 <= found.worse <= 2  # its neighbour gets its posts
    quiet = causes(posts(), posts(600, seed=1), names=NAMES, known=KNOWN)
    assert quiet.worse == 0
    none = causes(posts(), posts(600, seed=1), names=NAMES, known=~KNOWN)
    assert (none.judged, none.changes) == (0, ())


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS[:2])
def test_false_alarms_of_half_a_year_stay_within_the_level(setting: Setting) -> None:
    runs = 100
    found = simulated(setting, 0.0, runs, 7)
    assert found.get("any", 0) / runs <= LEVEL + 2 * np.sqrt(LEVEL * (1 - LEVEL) / runs)


@pytest.mark.slow
def test_a_drift_of_five_points_is_found_within_three_weeks() -> None:
    found = simulated(SETTINGS[0], 0.05, 30, 7)
    assert delay(found, 30) <= 3
