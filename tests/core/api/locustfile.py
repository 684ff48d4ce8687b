"""A service that asks for suggestions and says which is right, as Locust runs it.

Run by test_nothing_lost.py. ``SIGNOFF_TEST_VERSIONS``: who may answer, with commas between.
"""

import os
from typing import Any

from locust import FastHttpUser, constant, task

VERSIONS = os.environ["SIGNOFF_TEST_VERSIONS"].split(",")


class Service(FastHttpUser):
    """One connection; whatever is not as it should be counts as a failure."""

    wait_time = constant(0.01)

    @task
    def ask(self) -> None:
        """A post, and the user's word on it."""
        posts = [{"title": "my kitten purring"}]
        with self.client.post("/v1/predict", json={"posts": posts}, catch_response=True) as said:
            answer: Any = said.json() if said.status_code == 200 else {}
            if answer.get("version") not in VERSIONS or not answer["predictions"][0]["submission"]:
                said.failure(f"{said.status_code}: {said.text}")
                return
        right = {"submission": answer["predictions"][0]["submission"], "subreddit": "cats"}
        self.client.post("/v1/feedback", json=right)
