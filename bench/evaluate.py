"""Evaluating a model against the bare prediction of the same posts.

Ours is the whole recorded evaluation: model and split loaded and verified, five predictions of
each post, all metrics, the prediction table written. The peer is one ``model.predict`` of fastText
on the same lines in one process; its loading does not count. Budget: 0.75 of the peer's time.
"""

from pathlib import Path

from bench import report
from bench.measure import alternate, fresh, note, ratio, timed
from bench.posts import Prepared, prepare
from bench.scratch import scratch_folder
from core.evaluation.evaluate import evaluate
from core.snapshots import load_split
from core.store import Store
from core.store import models as rows
from core.store.models import Model
from core.store.snapshots import Snapshot
from core.training.train import train

BUDGET = 0.75
SPLIT = "train"
QUICK = {"epoch": "1"}
"""How well it predicts does not matter here, its size does."""


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=5)
    parser.add_argument("--posts", type=int, default=200_000, help="default: %(default)s")
    chosen = parser.parse_args()
    prepared = prepare(chosen.posts)
    with scratch_folder() as folder:
        training = fresh(write_peer_files, prepared, folder)
        ours, peer = alternate(
            [
                lambda: fresh(evaluate_whole, prepared, training),
                lambda: fresh(predict_bare, folder),
            ],
            repeats=chosen.repeats,
        )
    found = ratio(ours, peer)
    section = report.Section(
        title="Evaluating a model",
        text=f"{prepared.posts:,} {prepared.what} posts, five predictions of each,"
        f" alternating {chosen.repeats} times, each in a process of its own. Ours: model and split"
        " loaded and verified, all metrics, the table written. Peer: only"
        " `model.predict(lines, k=5)`.",
        columns=("what", "median (lowest–highest)"),
        rows=[
            ("a whole evaluation", report.seconds(ours)),
            ("bare fastText `predict`", report.seconds(peer)),
            ("ratio", f"{found:.2f} ×"),
        ],
        verdict=report.verdict(found, BUDGET, "×"),
    )
    report.publish(section, write=chosen.write)


def evaluate_whole(prepared: Prepared, training: int) -> float:
    """Seconds of one recorded evaluation."""
    store, snapshot = prepared.open()
    with store.read() as session:
        model = rows.model(session, training)
    return timed(evaluate, store, model, snapshot, split=SPLIT, force=True)


def predict_bare(folder: Path) -> float:
    """Seconds of one call of fastText on all lines."""
    import fasttext

    model = fasttext.load_model(str(folder / "model.bin"))
    lines = (folder / "lines.txt").read_text(encoding="utf-8").split("\n")
    return timed(model.predict, lines, k=5)


def write_peer_files(prepared: Prepared, folder: Path) -> int:
    """Model and lines as plain files for the peer; the training's execution."""
    store, snapshot = prepared.open()
    model = _model(store, snapshot)
    lines = load_split(store, snapshot, SPLIT).lines
    (folder / "lines.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "model.bin").symlink_to(store.artifacts.open(model.digest).resolve())
    return model.execution


def _model(store: Store, snapshot: Snapshot) -> Model:
    """Any model that was trained on this snapshot; trained now if there is none."""
    with store.read() as session:
        found = [model for model in rows.models(session) if model.snapshot == snapshot.digest]
    if found:
        return found[0]
    note("training a model …")
    return train(store, snapshot, model="fasttext", params=QUICK)


if __name__ == "__main__":
    main()
