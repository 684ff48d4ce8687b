"""What a figure shows, as a table: for people who take its data away."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

SERIES, LOW, HIGH = "series", "low", "high"


def rows(figure: go.Figure) -> pd.DataFrame:
    """One row for each value of each named trace, in the order in which they are drawn.

    Columns: ``series``; both axes by their titles; ``low`` and ``high`` of error bars; and what the
    marks carry besides (``customdata``), as far as the trace's ``meta`` names it: a list of column
    names, empty ones are left out. Lines and bands without a name only help the eye and are left
    out.
    """
    titles = [figure.layout.xaxis.title.text, figure.layout.yaxis.title.text]
    parts = [_trace(each, titles) for each in figure.data if each.name]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[SERIES, *titles])


def _trace(trace: BaseTraceType, titles: Sequence[str]) -> pd.DataFrame:
    x, y = list(trace.x), list(trace.y)
    frame = pd.DataFrame({titles[0]: x, titles[1]: y})
    frame.insert(0, SERIES, trace.name)
    bars = trace.error_y
    if bars.array is not None:
        frame[LOW] = [value - less for value, less in zip(y, bars.arrayminus, strict=True)]
        frame[HIGH] = [value + more for value, more in zip(y, bars.array, strict=True)]
    carried = [] if trace.customdata is None else trace.customdata
    table = [values if np.ndim(values) else [values] for values in carried]
    for place, name in enumerate(trace.meta or ()):
        if name:
            frame[name] = [values[place] for values in table]
    return frame
