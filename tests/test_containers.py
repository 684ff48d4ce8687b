"""What the container files run exists, and no service can do or show more than it has to.

They are not built here: that takes a container engine.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.named_commands import fault

REPOSITORY = Path(__file__).resolve().parents[1]
DOCUMENT = (REPOSITORY / "docs" / "containers.md").read_text(encoding="utf-8")
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))
DOCUMENTED = [
    part
    for block in re.findall(r"(?s)```yaml\n(.*?)```", DOCUMENT)
    for part in yaml.safe_load_all(block)
]
LINE = re.compile(r"(?m)^\s*signoff ([^|&;\n]+)")
"""In a script."""


def commands(value: Any) -> Iterator[str]:
    """What is run by ``value``, or anything within it, behind the word ``signoff``."""
    if isinstance(value, list) and value[:1] == ["signoff"]:
        yield " ".join(value[1:])
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from commands(each)
    elif isinstance(value, str):
        yield from LINE.findall(value)


@pytest.mark.parametrize(
    ("file", "least"),
    [
        ([json.loads(text) for text in re.findall(r"CMD (\[.*\])", DOCKERFILE)], 1),
        (COMPOSE, 4),
        (DOCUMENTED, 4),
    ],
    ids=["Dockerfile", "compose.yaml", "docs/containers.md"],
)
def test_commands_and_options_exist(file: Any, least: int) -> None:
    lines = list(commands(file))
    assert len(lines) >= least
    assert [why for line in lines if (why := fault(line))] == []


def test_each_service_is_locked_down_and_reachable_from_this_machine_only() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert "user" not in service, name  # as the image has it
    assert re.search(r"(?m)^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE)


def test_containers_of_kubernetes_are_locked_down() -> None:
    text = json.dumps(DOCUMENTED)
    images = text.count('"image": ')
    assert images >= 3
    for promise in ('"readOnlyRootFilesystem": true', '"allowPrivilegeEscalation": false'):
        assert text.count(promise) == images


def test_only_what_the_image_is_built_of_gets_into_the_build() -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").split("\n")
    rules = [line for line in ignored if line and not line.startswith("#")]
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE)
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(" ".join(copied).split())


def test_a_wrong_command_in_a_script_is_recognised() -> None:
    assert [fault(line) for line in commands(["x", {"y": "  signoff drifft || true"}])] != [None]
