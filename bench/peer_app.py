"""The plainest server of the same model: what one would write in an afternoon.

Nothing is kept, counted, limited or logged; the model is loaded once and asked in the request.
``SIGNOFF_BENCH_MODEL`` names the model's file, ``SIGNOFF_BENCH_FAMILY`` its family.
"""

import os
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel

from core.text import normalise
from core.training.classifier import ABSENT
from core.training.families import family

app = FastAPI()
model = family(os.environ["SIGNOFF_BENCH_FAMILY"]).load(Path(os.environ["SIGNOFF_BENCH_MODEL"]))


class Post(BaseModel):
    """What is asked."""

    title: str
    text: str = ""


class Suggestion(BaseModel):
    """One of five answers."""

    subreddit: str
    probability: float


@app.post("/predict")
async def predict(post: Post) -> list[Suggestion]:
    """The five likeliest subreddits."""
    return _suggested(post)


@app.post("/predict-in-threads")
def predict_in_threads(post: Post) -> list[Suggestion]:
    """The same without ``async``: FastAPI then calls it in a thread."""
    return _suggested(post)


def _suggested(post: Post) -> list[Suggestion]:
    said = model.predict([normalise(post.title, post.text)], k=5)
    return [
        Suggestion(subreddit=model.labels[label], probability=chance)
        for label, chance in zip(
            said.labels[0].tolist(), said.probabilities[0].tolist(), strict=True
        )
        if label != ABSENT
    ]
