"""The texts that users sent to the versions of a model, which answered them then. Reads only."""

from dataclasses import dataclass

import numpy as np

from core.arrays import Floats, Int64s
from core.drift.figures import Reference, figures_of_texts
from core.drift.results import Figures
from core.drift.windows import Window, edges, places
from core.store import Store
from core.store import drift as drift_table
from core.store.models import Model


@dataclass(frozen=True, slots=True)
class Sent:
    """When n texts were sent, in epoch seconds, ascending, and their p@1; shape (n,) each."""

    at: Int64s
    p_at_1: Floats

    @property
    def newest(self) -> int | None:
        """When the last one was sent; None without any."""
        return int(self.at[-1]) if len(self.at) else None

    def figures(self, reference: Reference | None, window: Window) -> dict[int, Figures]:
        """First moment -> figures, of windows with texts."""
        if not len(self.at):
            return {}
        every = edges(int(self.at[0]), int(self.at[-1]), window)
        starts, ends = places(self.at, every)
        return {
            begins: figures_of_texts(self.p_at_1[start:end], reference)
            for begins, start, end in zip(every.begins.tolist(), starts, ends, strict=True)
            if end > start
        }


def sent_to(store: Store, model: Model) -> Sent:
    """The texts that versions of a model suggested something for. Shadows are not among them."""
    with store.read() as session:
        rows = drift_table.submissions(session, training=model.execution)
    return Sent(
        np.array([row.at for row in rows], dtype=np.int64),
        np.array([row.p_at_1 for row in rows], dtype=np.float64),
    )
