"""How well one set of posts tells how far chance in the posts moves a model.

The real training posts are divided at random into parts. How far the models of the parts, which
share no post, spread on the validation posts is the truth; seeds, a bootstrap of each part, and two
halves of each part each tell it from that part alone.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.metrics import f1_score

from bench import report
from bench.measure import note
from bench.posts import imported
from core.arrays import Floats
from core.progress import silent
from core.snapshots import create
from core.snapshots.content import SplitData
from core.snapshots.read import load_split
from core.snapshots.rules import Rules
from core.training.families import chosen, family

FAMILY, PARAMS = "linear", {"characters": "0"}
RESAMPLES = 3
"""Seeds, and bootstraps, of each part."""


def main() -> None:
    """Parse the arguments, train, report."""
    parser = report.parser(__doc__, repeats=4)
    parser.add_argument("--parts", type=int, default=24, help="default: %(default)s")
    asked = parser.parse_args()
    store, _ = imported()
    snapshot = create(store, Rules())[0]
    train, valid = load_split(store, snapshot, "train"), load_split(store, snapshot, "valid")
    rng = np.random.default_rng(0)
    whole = np.empty((asked.repeats, asked.parts, 2))
    seeds, boots, halves = [], [], []
    for division, part, posts in _parts(train, rng, asked.repeats, asked.parts):
        first = rng.permutation(len(posts)) < len(posts) // 2
        whole[division, part] = scored(posts, valid)
        seeds.append([scored(posts, valid, seed=seed) for seed in range(RESAMPLES)])
        boots.append([scored(_bootstrap(posts, rng), valid) for _ in range(RESAMPLES)])
        halves.append([scored(posts.among(side), valid) for side in (first, ~first)])
    truth = _sd(whole)
    rows = [
        ("between parts: the truth", *_shown(truth, truth)),
        ("seeds", *_shown(_sd(np.array(seeds)), truth)),
        ("bootstrap", *_shown(_sd(np.array(boots)), truth)),
        ("halves", *_shown(_sd(np.array(halves)), truth)),
        ("halves, divided by √2", *_shown(_sd(np.array(halves)) / np.sqrt(2), truth)),
    ]
    known = np.sqrt(0.5 / ((asked.parts - 1) * asked.repeats))
    section = report.Section(
        title=f"Chance in the posts: {asked.parts} parts",
        text=f"{FAMILY}, words only, {len(train) // asked.parts:,} real posts in each part,"
        f" {asked.repeats} divisions. Standard deviations on {len(valid):,} validation posts, and"
        f" their ratio to the truth, which is known to about {known:.0%}.",
        columns=("", "accuracy", "ratio", "macro F1", "ratio"),
        rows=rows,
        verdict="`signoff noise --halves` uses the spread of halves as it is.",
    )
    report.publish(section, write=asked.write)


def _parts(
    train: SplitData, rng: np.random.Generator, divisions: int, parts: int
) -> Iterator[tuple[int, int, SplitData]]:
    for division in range(divisions):
        part_of = rng.integers(parts, size=len(train))
        for part in range(parts):
            note(f"division {division + 1} of {divisions}, part {part + 1} of {parts}")
            yield division, part, train.among(part_of == part)


def scored(posts: SplitData, valid: SplitData, *, seed: int = 0) -> tuple[float, float]:
    """Accuracy and macro F1 of a model of these posts."""
    kind = family(FAMILY)
    params = chosen(kind, PARAMS, posts=len(posts), labels=len(posts.labels))
    with TemporaryDirectory() as folder:
        unfinished, model = Path(folder) / "unfinished", Path(folder) / f"model{kind.suffix}"
        unfinished.mkdir()
        nobody = valid.taken(np.array([], dtype=np.int64))
        kind.fit(
            posts,
            model,
            calibration=nobody,
            params=params,
            seed=seed,
            threads=1,
            unfinished=unfinished,
            progress=silent,
        )
        classifier = kind.load(model)
    place = np.array([valid.labels.index(label) for label in classifier.labels])
    said = place[classifier.predict(valid.lines, k=1).labels[:, 0]]
    macro = f1_score(valid.label, said, average="macro", zero_division=0)
    return float((said == valid.label).mean()), float(macro)


def _bootstrap(posts: SplitData, rng: np.random.Generator) -> SplitData:
    return posts.taken(np.sort(rng.integers(len(posts), size=len(posts))))


def _sd(scores: Floats) -> Floats:
    """Spread within groups, of shape (groups, repeats, 2)."""
    return np.asarray(np.sqrt(scores.var(axis=1, ddof=1).mean(axis=0)))


def _shown(sd: Floats, truth: Floats) -> tuple[str, ...]:
    """Of accuracy and of macro F1, next to the truth."""
    cells = [(f"{own:.4f}", f"{own / true:.2f}") for own, true in zip(sd, truth, strict=True)]
    return tuple(cell for pair in cells for cell in pair)


if __name__ == "__main__":
    main()
