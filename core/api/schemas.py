"""What callers send and get: the shapes of every request and answer, with an example each."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.feedback.submissions import MAX_BODY, MAX_TITLE, MAX_URL
from core.serving.suggest import TOP

MOST_POSTS = 1_000
"""Posts of one request."""
MOST_SUGGESTIONS = 50
MOST_CALLER = 200
"""Characters by which a caller names whom it asks for."""
MOST_NAME = 50
"""Characters of an alias, a version, a submission or a subreddit; none is that long."""

Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]


class Shape(BaseModel):
    """Exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Post(Shape):
    """One post. Title and text cannot both be empty."""

    title: str = Field(max_length=MAX_TITLE, examples=["My cat stares at the wall"])
    text: str = Field("", max_length=MAX_BODY, examples=["All night long. Is that normal?"])
    url: str = Field(
        "",
        max_length=MAX_URL,
        description="The address that the post links to, if it links anywhere. Only its domain is"
        " used and stored, and only models that were trained with domains use it.",
        examples=["https://i.imgur.com/cat.jpg"],
    )


class PredictRequest(Shape):
    """One post, or many."""

    posts: list[Post] = Field(min_length=1, max_length=MOST_POSTS)
    k: int = Field(
        TOP, ge=1, le=MOST_SUGGESTIONS, description="The most subreddits to suggest for a post."
    )
    alias: Name | None = Field(
        None,
        description="The alias to ask. Default: production, or the canary for its share.",
        examples=["production"],
    )
    version: Name | None = Field(
        None, description="The version to ask, instead of an alias.", examples=["20260531.1"]
    )
    caller: str | None = Field(
        None,
        max_length=MOST_CALLER,
        description="Identifies your user, such as an account number: the same one always gets the"
        " same version while a canary is on. Not stored. Default: your token, or your address.",
        examples=["account-4711"],
    )
    keep_text: bool = Field(
        True, description="False: only suggestions and probabilities are stored, not the text."
    )


class Suggested(Shape):
    """A subreddit and its probability."""

    subreddit: str = Field(examples=["cats"])
    probability: float = Field(ge=0, le=1, examples=[0.83])


class Prediction(Shape):
    """The suggestions for one post, most probable first."""

    submission: str | None = Field(
        description="Send this id with feedback. Null: the submission could not be stored in time.",
        examples=["2p8lVr0Tn2bTn0cS7bqzWA"],
    )
    suggestions: list[Suggested]


class PredictAnswer(Shape):
    """The predictions in the order of the posts."""

    version: str = Field(description="The version that answered.", examples=["20260531.1"])
    served_as: str = Field(
        description="How it was chosen: production, canary, or the alias or version requested.",
        examples=["production"],
    )
    predictions: list[Prediction]


class FeedbackRequest(Shape):
    """Which subreddit is right, according to the user. The latest answer counts."""

    submission: Name = Field(examples=["2p8lVr0Tn2bTn0cS7bqzWA"])
    subreddit: str | None = Field(
        max_length=MAX_TITLE,
        description="The right subreddit, suggested or not. Null: none of the suggested ones.",
        examples=["r/cats"],
    )


class FeedbackAnswer(Shape):
    """The feedback as it was stored: this answer is sent when it is on disk."""

    submission: str = Field(examples=["2p8lVr0Tn2bTn0cS7bqzWA"])
    subreddit: str | None = Field(examples=["cats"])


class Alias(Shape):
    """An alias and the version that it names now."""

    alias: str = Field(examples=["production"])
    version: str = Field(examples=["20260531.1"])
    share: float | None = Field(
        description="The canary's share of callers; 0: it is off. Null for other aliases."
    )
    loaded: str | None = Field(
        description="The version that this server has loaded for it. Null: loaded on request."
    )


class AliasesAnswer(Shape):
    aliases: list[Alias]


class Version(Shape):
    """A released model."""

    version: str = Field(examples=["20260531.1"])
    created_at: str = Field(examples=["2026-05-31T12:00:00+00:00"])
    aliases: list[str] = Field(examples=[["production"]])
    card: str = Field(
        description="The path of its model card.", examples=["/v1/versions/20260531.1/card"]
    )


class VersionsAnswer(Shape):
    """Newest first."""

    versions: list[Version]


class LabelsAnswer(Shape):
    """Every subreddit that a version can name, sorted."""

    version: str = Field(examples=["20260531.1"])
    labels: list[str] = Field(examples=[["cats", "cooking"]])


class Health(Shape):
    status: str = Field(examples=["ok"])


class Readiness(Shape):
    """Whether this server should receive traffic. It still should with alarms: it answers."""

    status: str = Field(description="ready, alarm or not ready", examples=["ready"])
    serving: dict[str, str] = Field(examples=[{"production": "20260531.1"}])
    alarms: list[str]


class Problem(Shape):
    """Every error: what is wrong, and what to do."""

    error: str = Field(examples=["There is no submission '…'"])
    hint: str = Field(examples=["Ask for suggestions again, and answer those."])
