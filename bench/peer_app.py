"""The plainest server of the same model: what one would write in an afternoon.

Nothing is kept, counted, limited or logged; the model is loaded once and asked in the request.
``SIGNOFF_BENCH_MODEL`` names the model's file.
"""

import os
from typing import Any

import fasttext
from fastapi import FastAPI
from pydantic import BaseModel

from core.text import normalise

app = FastAPI()
model: Any = fasttext.load_model(os.environ["SIGNOFF_BENCH_MODEL"])


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
    [labels], [chances] = model.predict([normalise(post.title, post.text)], k=5)
    return [
        Suggestion(subreddit=label.removeprefix("__label__"), probability=float(chance))
        for label, chance in zip(labels, chances, strict=True)
    ]


@app.post("/predict-in-threads")
def predict_in_threads(post: Post) -> list[Suggestion]:
    """The same without ``async``: FastAPI then calls it in a thread."""
    [labels], [chances] = model.predict([normalise(post.title, post.text)], k=5)
    return [
        Suggestion(subreddit=label.removeprefix("__label__"), probability=float(chance))
        for label, chance in zip(labels, chances, strict=True)
    ]
