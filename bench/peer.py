"""One peer on two models' predictions. Runs in the peers' environment and knows nothing of ours.

``python peer.py NAME FILE`` prints one line of JSON: ``seconds``, ``peak_mib`` and ``note``. FILE
is Parquet with ``label``, ``baseline`` and ``candidate`` (numbers of subreddits) for each post; for
datasketch, with ``line`` and whether it is ``asked`` about.
"""

import json
import logging
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

Run = Callable[[], tuple[str, float]]
"""Does the work; a note on it, and the seconds that were not spent but extrapolated."""
RESAMPLES, RESAMPLES_MEASURED = 1_000, 3
SIDES = ("baseline", "candidate")


def with_mlflow(frame: pd.DataFrame) -> Run:
    """Each side through ``mlflow.models.evaluate`` as a classifier, explanations off."""
    import mlflow

    def run() -> tuple[str, float]:
        with tempfile.TemporaryDirectory() as folder:
            mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
            experiment = mlflow.create_experiment("bench", artifact_location=f"{folder}/artifacts")
            for side in SIDES:
                with mlflow.start_run(experiment_id=experiment):
                    mlflow.models.evaluate(
                        data=frame[["label", side]],
                        targets="label",
                        predictions=side,
                        model_type="classifier",
                        evaluators="default",
                        evaluator_config={"log_model_explainability": False},
                    )
        return "", 0.0

    return run


def with_evidently(frame: pd.DataFrame) -> Run:
    """The classification preset, the baseline as reference, saved as HTML."""
    from evidently import DataDefinition, Dataset, MulticlassClassification, Report
    from evidently.presets import ClassificationPreset

    definition = DataDefinition(
        classification=[MulticlassClassification(target="label", prediction_labels="prediction")],
        categorical_columns=["label", "prediction"],
    )
    texts = frame.astype(str)

    def side(name: str) -> Dataset:
        columns = texts[["label", name]].rename(columns={name: "prediction"})
        return Dataset.from_pandas(columns, data_definition=definition)

    def run() -> tuple[str, float]:
        report = Report([ClassificationPreset()]).run(side("candidate"), side("baseline"))
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder, "report.html")
            report.save_html(str(page))
            return f"{page.stat().st_size / 2**20:.0f} MiB of HTML", 0.0

    return run


def with_scikit_learn(frame: pd.DataFrame) -> Run:
    """``classification_report`` of each side, and a bootstrap over rows of both macro F1."""
    import numpy as np
    from sklearn.metrics import classification_report, f1_score

    rng = np.random.default_rng(0)

    def run() -> tuple[str, float]:
        for side in SIDES:
            classification_report(frame["label"], frame[side], output_dict=True, zero_division=0)
        started = time.perf_counter()
        for _ in range(RESAMPLES_MEASURED):
            drawn = frame.iloc[rng.integers(0, len(frame), len(frame))]
            for side in SIDES:
                f1_score(drawn["label"], drawn[side], average="macro", zero_division=0)
        spent = time.perf_counter() - started
        note = f"its {RESAMPLES:,} resamples extrapolated from {RESAMPLES_MEASURED}"
        return note, spent * (RESAMPLES / RESAMPLES_MEASURED - 1)

    return run


def with_datasketch(frame: pd.DataFrame) -> Run:
    """Lines that are asked about, in an index of 25 bands of 5; the others looked up, compared."""
    from datasketch import MinHash, MinHashLSH

    def shingles(line: str) -> set[bytes]:
        text = line.encode()
        return {text[i : i + 5] for i in range(max(1, len(text) - 4))}

    def run() -> tuple[str, float]:
        asked, others = (
            frame["line"][frame["asked"] == wanted].tolist() for wanted in (True, False)
        )
        index = MinHashLSH(num_perm=125, params=(25, 5))
        for n, signature in enumerate(MinHash.generator(map(shingles, asked), num_perm=125)):
            index.insert(n, signature)
        near: set[int] = set()
        signatures = MinHash.generator(map(shingles, others), num_perm=125)
        for line, signature in zip(others, signatures, strict=True):
            theirs = shingles(line)
            for n in index.query(signature):
                ours = shingles(asked[n])
                if len(ours & theirs) >= 0.7 * len(ours | theirs):
                    near.add(n)
        return f"{len(near):,} found", 0.0

    return run


PEERS = {
    "mlflow": with_mlflow,
    "evidently": with_evidently,
    "scikit-learn": with_scikit_learn,
    "datasketch": with_datasketch,
}


def peak_mib() -> float:
    """The kernel's high-water mark of this process; 0 where it keeps none."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+)", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def main(name: str, file: str) -> None:
    """Run one peer; importing it and reading the file do not count."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    run = PEERS[name](pd.read_parquet(file))
    started = time.perf_counter()
    note, extrapolated = run()
    seconds = time.perf_counter() - started + extrapolated
    said = {"seconds": seconds, "peak_mib": peak_mib(), "note": note}
    sys.stdout.write(f"{json.dumps(said)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
