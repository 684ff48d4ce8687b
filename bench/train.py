"""Training through Signoff against fastText on the same text file, parameters and threads.

Ours is the whole recorded training: the split loaded and verified, the text written, the model
trained, checked, digested and stored. The peer trains from a text that lies there, and saves the
model. Budget: 1.10 of the peer's time.
"""

from pathlib import Path

from bench import report
from bench.measure import alternate, fresh, ratio, timed
from bench.posts import Prepared, prepare
from bench.scratch import scratch_folder
from core.processes import cores
from core.snapshots import load_split
from core.training.families import chosen
from core.training.fasttext_family import FastTextFamily
from core.training.fasttext_model import PREFIX
from core.training.train import train

BUDGET = 1.10
SEED = 0
OURS = chosen(FastTextFamily(), {}, posts=1, labels=240)


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=3)
    parser.add_argument("--posts", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--epochs", type=int, default=OURS["epoch"], help="default: ours")
    asked = parser.parse_args()
    prepared = prepare(asked.posts)
    with scratch_folder() as folder:
        fresh(write_text, prepared, folder)
        ours, peer = alternate(
            [
                lambda: fresh(train_recorded, prepared, asked.epochs),
                lambda: fresh(train_bare, folder, asked.epochs),
            ],
            repeats=asked.repeats,
        )
    found = ratio(ours, peer)
    section = report.Section(
        title="Training a model",
        text=f"{prepared.posts:,} {prepared.what} posts, our default parameters with"
        f" {asked.epochs} epochs, {cores()} threads, in turn {asked.repeats} times.",
        columns=("what", "median (lowest–highest)"),
        rows=[
            ("a whole training", report.seconds(ours)),
            ("fastText, model saved", report.seconds(peer)),
            ("ratio", f"{found:.2f} ×"),
        ],
        verdict=report.verdict(found, BUDGET, "×"),
    )
    report.publish(section, write=asked.write)


def train_recorded(prepared: Prepared, epochs: int) -> float:
    """Seconds of one recorded training."""
    store, snapshot = prepared.open()
    return timed(
        train,
        store,
        snapshot,
        model="fasttext",
        params={"epoch": str(epochs)},
        seed=SEED,
        force=True,
    )


def train_bare(folder: Path, epochs: int) -> float:
    """Seconds of fastText on the text file."""
    import fasttext

    options = {**OURS, "epoch": epochs, "seed": SEED, "thread": cores()}

    def run() -> None:
        model = fasttext.train_supervised(str(folder / "train.txt"), **options, verbose=0)
        model.save_model(str(folder / "model.bin"))

    return timed(run)


def write_text(prepared: Prepared, folder: Path) -> None:
    """The posts as fastText reads them."""
    store, snapshot = prepared.open()
    split = load_split(store, snapshot, "train")
    with (folder / "train.txt").open("w", encoding="utf-8") as file:
        for label, line in zip(split.label.tolist(), split.lines, strict=True):
            file.write(f"{PREFIX}{split.labels[label]} {line}\n")


if __name__ == "__main__":
    main()
