"""From a proposal to production and back, by two people in two browsers.

Ada trains and proposes, at the command line; bob looks, tests, decides and releases, on the pages.
Each step asserts what the page says of it, and what the database says of who did it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from core.release import aliases, candidates, openings
from core.settings import settings
from core.snapshots import create
from core.snapshots.rules import Rules
from core.store import Store, open_store
from core.training.train import train
from tests.browser import served
from tests.browser.provider import provider, sign_in
from tests.browser.served import settle
from tests.browser.walking import (
    button,
    cannot,
    column,
    go,
    press,
    reading,
    says,
    stations,
    steps_shown,
    unfold,
    visit,
    write,
)
from tests.commands import signoff
from tests.decisions import budget_of, released
from tests.factories import LENIENT, QUICK, fill, make_corpus, set_policy

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ADA, BOB, CAROL = "ada@example.com", "bob@example.com", "carol"
"""Two who sign in, and the admin, who has the machine."""
MIDDLING, POOR, GOOD = "lr=0.055", "lr=0.02", "lr=0.07"
"""They tell 85%, 35% and all of the posts apart."""
POLICY = """\
[non_inferiority]
margin = 0.05

[maximum_churn]
share = 0.5

[test_opened]
max_age_days = 90

[reviewed_by_someone_else]
team_of_one = false

[test_budget]
epsilon = 0.25
delta = 0.05
"""
CHANGED = POLICY.replace("share = 0.5", "share = 0.6")
LOOKS = 9
"""So many candidates a test split of 120 posts can judge by that policy."""
DECIDES = re.compile(r"^(Adopt|Approve|Reject|Comment|Open the|Finish|Release|Give|End|Roll)\b")
"""The buttons that decide something."""
NOTEBOOK: ViewportSize = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class Story:
    """A workspace, a dashboard on it where people sign in, and what its people look at."""

    store: Store
    address: str
    ada: Page
    bob: Page
    nobody: Page
    """Of one who has not signed in."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace with a middling model in production, as execution 3."""
    workspace = tmp_path / "workspace"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SIGNOFF_HOME", str(workspace))
    settings.cache_clear()
    store = open_store(workspace)
    fill(store, make_corpus(posts=300))
    snapshot, _ = create(store, Rules(), name="may")
    params = QUICK | dict([MIDDLING.split("=")])
    set_policy(store)
    released(
        store, train(store, snapshot, model="fasttext", params=params, seed=1, threads=1).execution
    )
    set_policy(store, POLICY)
    yield workspace
    store.engine.dispose()
    settings.cache_clear()


@pytest.fixture
def story(home: Path, browser: Browser) -> Iterator[Story]:
    store = open_store(home)
    with provider() as found:
        options = f"--secrets={found.secrets_file(home.parent)}"
        operator = {"SIGNOFF_USER": "operator"}
        with served.dashboard(home, "dashboard", options, environment=operator) as address:
            windows = [browser.new_context(viewport=NOTEBOOK) for _ in range(3)]
            yield Story(store, address, *(window.new_page() for window in windows))
            for window in windows:
                window.close()
    store.engine.dispose()


def typed(by: str, *words: object) -> Any:
    """What a command gives that ``by`` runs on the machine of the workspace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIGNOFF_USER", by)
        return signoff(*words, "--json").json


def test_from_a_proposal_to_production_and_back(story: Story) -> None:
    two_people_sign_in_and_are_given_roles(story)

    poor = ada_proposes(story, POOR, note="Trains in half the time.")
    bob_looks_at_validation(story, poor)
    bob_opens_the_sealed_test(story, poor, reason="Only the test can tell.", used=1, answer="fail")
    bob_rejects(story, poor)

    good = ada_proposes(story, GOOD, note="Learns faster, and finds all of them.")
    bob_opens_the_sealed_test(story, good, reason="Validation looks good.", used=2, answer="pass")
    ada_cannot_approve_her_own(story, good)
    a_tab_drawn_before_the_policy_changed_approves_nothing(story, good)
    version = bob_approves(story, good)

    a_reviewer_does_not_release(story, version)
    bob_releases_to_staging(story, version)
    bob_begins_a_canary(story, version)
    one_of_two_who_release_at_once_wins(story, version)
    bob_rolls_back(story, version)

    nothing_waits(story)
    told = the_ledger_tells_it_back(story, poor, good, version)
    who_has_not_signed_in_sees_it_and_can_do_nothing(story, good, version, told)


def two_people_sign_in_and_are_given_roles(story: Story) -> None:
    for page, person in ((story.ada, ADA), (story.bob, BOB)):
        visit(page, story.address)
        says(page, "Read only. You are not signed in")
        sign_in(page, person)
        expect(page.get_by_test_id("stSidebar")).to_contain_text(reading(f"{person} · viewer"))
        typed(CAROL, "users", "set", person, "reviewer")
        visit(page, story.address)
        expect(page.get_by_test_id("stSidebar")).to_contain_text(reading(f"{person} · reviewer"))
    says(story.bob, "No: every candidate has been decided.")
    go(story.bob, "Compare")
    says(story.bob, "This page needs two evaluated trainings.")


def ada_proposes(story: Story, param: str, *, note: str) -> int:
    """She trains at the command line of the shared machine, by the name that she signs in with."""
    options = ["--model=fasttext", *(f"--param={name}={value}" for name, value in QUICK.items())]
    made = typed(
        ADA, "train", "--snapshot=may", *options, f"--param={param}", "--seed=1", "--threads=1"
    )
    number: int = made["execution"]
    proposed = typed(ADA, "release", "propose", number, f"--note={note}")
    assert proposed["state"] == "proposed"
    assert candidates.get(story.store, number).proposal.by == ADA
    return number


def bob_looks_at_validation(story: Story, number: int) -> None:
    page = story.bob
    visit(page, story.address)
    says(page, f"Yes: 1 candidate waits, #{number}.", "Next: open its sealed test.")
    says(page, f"proposed by {ADA}", "“Trains in half the time.”")
    says(page, "A reviewer can do this, so you can.")

    go(page, "Compare")
    expect(page.get_by_role("heading", name="Is the candidate really better?")).to_be_visible()
    says(page, f"#{number} is worse")

    go(page, "Overview")
    press(page, f"Review #{number}")
    says(page, f"The gates of #{number} on validation: ✗ 1 fails, ? 1 is inconclusive, ○ 2 wait.")
    says(page, "Judged on validation of may", "✗ Macro F1 not worse")
    expect(stations(page)).to_have_text(
        reading("✓ proposed → tested ○ decision ○ staging ○ canary ○ production")
    )
    unfold(page)
    cannot(page, f"Approve #{number}", because="The policy requires the sealed test of")
    cannot(page, f"Release #{number} to staging", because=f"#{number} is proposed, not approved")


def bob_opens_the_sealed_test(
    story: Story, number: int, *, reason: str, used: int, answer: str
) -> None:
    page, opening = story.bob, f"Open the sealed test for #{number}"
    visit(page, f"{story.address}/release?candidate={number}")
    left = LOOKS - used
    says(page, f"Used {used - 1} of {LOOKS}, {left + 1} left")
    says(page, f"Uses one of {left + 1} remaining opening")
    press(page, opening)
    says(page, "Give a reason for opening the sealed test.")
    assert openings.last_of(candidates.get(story.store, number)) is None

    write(page, "Why now?", reason)
    steps = steps_shown(page)
    press(page, opening)
    says(page, f"#{number} has been tested on the sealed test of may.")
    says(page, f"Used {used} of {LOOKS}, {left} left")
    says(page, f"by {BOB}: {answer}", f"“{reason}”")
    says(page, "Judged on the sealed test of may")
    assert any(steps.json_value())
    unfold(page)
    cannot(page, opening, because="has already been tested")

    opened = openings.last_of(candidates.get(story.store, number))
    assert opened is not None
    assert (opened.row.by, opened.row.comment, opened.answer) == (BOB, reason, answer)
    assert budget_of(story.store, "may").left == left


def bob_rejects(story: Story, number: int) -> None:
    page = story.bob
    says(
        page,
        "Not yet: macro F1 changes by −",
        f"The gates of #{number} on its sealed test: ✗ 2 fail",
    )
    says(page, "Next: reject it, or approve it with a reason although a gate fails.")
    expect(stations(page)).to_contain_text("✗ tested: fail")
    write(page, "Comment", "Far worse: the test says so too.")
    press(page, f"Reject #{number}")
    says(page, f"#{number} is rejected.", f"No: {BOB} rejected #{number} on")
    expect(stations(page)).to_contain_text("✗ rejected")
    cannot(page, f"Approve #{number}", because=f"Candidate #{number} was already rejected by {BOB}")
    found = candidates.get(story.store, number)
    assert (found.state, found.events[-1].by) == ("rejected", BOB)
    assert found.events[-1].comment == "Far worse: the test says so too."


def ada_cannot_approve_her_own(story: Story, number: int) -> None:
    page = story.ada
    visit(page, f"{story.address}/release?candidate={number}")
    says(page, "Next: approve or reject it.", f"A reviewer other than {ADA} can do this: {BOB}.")
    cannot(page, f"Approve #{number}", because=f"{ADA} proposed #{number}, so somebody else must")
    expect(button(page, f"Comment on #{number}")).to_be_enabled()


def a_tab_drawn_before_the_policy_changed_approves_nothing(story: Story, number: int) -> None:
    tab = story.bob.context.new_page()
    visit(tab, f"{story.address}/release?candidate={number}")
    before = candidates.get(story.store, number)
    set_policy(story.store, CHANGED)
    write(tab, "Comment", "Good enough for me.")
    press(tab, f"Approve #{number}")
    says(tab, "The evidence has changed since you opened this page.")
    assert candidates.get(story.store, number) == before
    tab.close()


def bob_approves(story: Story, number: int) -> str:
    page = story.bob
    visit(page, f"{story.address}/release?candidate={number}")
    expect(stations(page)).to_have_text(
        reading("✓ proposed ✓ tested: pass → decision ○ staging ○ canary ○ production")
    )
    write(page, "Comment", "Finds all of them.")
    press(page, f"Approve #{number}")
    says(page, f"#{number} is approved. A releaser can now move an alias to it.")
    found = candidates.get(story.store, number)
    approval, version = found.approval, found.version
    assert approval is not None
    assert version is not None
    assert (approval.by, approval.comment, approval.override) == (BOB, "Finds all of them.", None)
    says(page, f"Yes: #{number} is approved as {version}. Next: release {version} to staging.")
    return version


def a_reviewer_does_not_release(story: Story, version: str) -> None:
    page, stage = story.bob, f"Release {version} to staging"
    says(page, "A releaser can do this. Nobody has that role yet. An admin can give it:")
    says(page, "signoff users set NAME releaser")
    unfold(page)
    cannot(page, stage, because="that needs the releaser role")
    typed(CAROL, "users", "set", BOB, "releaser")
    page.reload()
    settle(page)
    says(page, "A releaser can do this, so you can.")
    expect(button(page, stage)).to_be_enabled()


def bob_releases_to_staging(story: Story, version: str) -> None:
    page = story.bob
    cannot(page, f"Release {version} to production", because="has not been in staging")
    press(page, f"Release {version} to staging")
    says(
        page,
        f"staging is now {version}.",
        f"Next: release {version} to all callers, or first to a share",
    )
    expect(stations(page)).to_contain_text("✓ in staging")
    assert last_move(story, "staging") == ("released", version, BOB)


def bob_begins_a_canary(story: Story, version: str) -> None:
    page = story.bob
    page.get_by_role("slider").press("ArrowRight")
    press(page, f"Give {version} to 11% of callers")
    says(page, f"11% of callers now get {version}.")
    expect(stations(page)).to_contain_text("✓ canary 11%")
    assert last_move(story, "canary") == ("canary", version, BOB)
    go(page, "Try it")
    served_ = aliases.version_for(story.store, BOB)
    assert served_ is not None
    says(page, f"Version {served_.version} answers")


def one_of_two_who_release_at_once_wins(story: Story, version: str) -> None:
    typed(CAROL, "users", "set", ADA, "releaser")
    candidate, label = candidate_of(story, version), f"Release {version} to production"
    people = {ADA: story.ada, BOB: story.bob}
    for page in people.values():
        visit(page, f"{story.address}/release?candidate={candidate}")
        says(page, "A releaser can do this, so you can.")
    for page in people.values():
        press(page, label)
        page.get_by_role("dialog").get_by_label("Why?").fill("It finds all of them.")
    for ready in [confirming(page, label) for page in people.values()]:
        ready.click()
    for _ in range(60):
        kind, moved, by = last_move(story, "production")
        if moved == version:
            break
        story.bob.wait_for_timeout(500)
    assert (kind, moved) == ("released", version)
    assert [e.version for e in aliases.history(story.store, "production")].count(version) == 1
    winner = people.pop(by)
    says(winner, f"production is now {version}.", f"Released: #{candidate} is in production as")
    (other,) = people.values()
    told = re.compile("Meanwhile: |Nothing was moved")
    expect(other.get_by_test_id("stAlert").filter(has_text=told)).to_be_visible()
    visit(other, f"{story.address}/release?candidate={candidate}")  # without the dialog


def bob_rolls_back(story: Story, version: str) -> None:
    page = story.bob
    unfold(page)
    press(page, f"End the canary of {version}")
    says(page, f"The canary of {version} has ended. All callers get the production version.")
    before = aliases.rollback_target(story.store, "production")
    press(page, f"Roll production back to {before}")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"production: {version} → {before}")
    expect(dialog).to_contain_text("All callers get it immediately")
    dialog.get_by_label("Why?").fill("Callers complain.")
    confirming(page, f"Roll back to {before}").click()
    settle(page)
    says(page, f"production is back at {before}.", "Rolled back:", "“Callers complain.”")
    expect(stations(page)).to_contain_text("↩ was in production")
    assert last_move(story, "production") == ("rolled_back", before, BOB)
    assert aliases.current(story.store)["production"] == before


def nothing_waits(story: Story) -> None:
    production = aliases.current(story.store)["production"]
    for page in (story.ada, story.bob):
        go(page, "Overview")
        says(page, "No: every candidate has been decided.")
        says(page, f"Production is {production}, rolled back from")
        expect(page.get_by_test_id("stAlert")).to_have_count(0)


def the_ledger_tells_it_back(story: Story, poor: int, good: int, version: str) -> list[str]:
    """What happened, the newest first."""
    page, first = story.bob, aliases.current(story.store)["production"]
    winner = next(e.by for e in aliases.history(story.store, "production") if e.version == version)
    lenient, ours, stricter = (
        f"the release policy {hashlib.sha256(text.encode()).hexdigest()[:12]}"
        for text in (LENIENT, POLICY, CHANGED)
    )
    happened = [
        f"policy author adopted {lenient}",
        "ada proposed candidate #3",
        f"bob approved candidate #3 as {first}: “fine”",
        f"bob released {first} to production, no reason given",
        f"policy author adopted {ours}",
        f"carol granted {ADA} the role reviewer",
        f"carol granted {BOB} the role reviewer",
        f"{ADA} proposed candidate #{poor}: “Trains in half the time.”",
        f"{BOB} opened the sealed test of may for candidate #{poor}: “Only the test can tell.”",
        f"{BOB} tested candidate #{poor} on the sealed test of may: fail",
        f"{BOB} rejected candidate #{poor}: “Far worse: the test says so too.”",
        f"{ADA} proposed candidate #{good}: “Learns faster, and finds all of them.”",
        f"{BOB} opened the sealed test of may for candidate #{good}: “Validation looks good.”",
        f"{BOB} tested candidate #{good} on the sealed test of may: pass",
        f"policy author asked to adopt {stricter}",
        f"policy reviewer adopted {stricter}, as policy author had asked",
        f"{BOB} approved candidate #{good} as {version}: “Finds all of them.”",
        f"carol granted {BOB} the role releaser",
        f"{BOB} released {version} to staging",
        f"{BOB} gave {version} 11% of callers",
        f"carol granted {ADA} the role releaser",
        f"{winner} released {version} to production (was {first}): “It finds all of them.”",
        f"{BOB} ended the canary of {version}",
        f"{BOB} rolled production back to {first} (was {version}): “Callers complain.”",
    ]
    go(page, "Ledger & audit")
    says(page, f"{len(happened)} decisions by 7 people; ✓ the audit log is intact.")
    assert column(page, "Answer") == ["✓ pass", "✗ fail"]
    assert column(page, "Why")[:2] == ["Callers complain.", "It finds all of them."]
    assert column(page, "Who")[:2] == [BOB, winner]
    assert column(page, "Used") == [f"2 of {LOOKS}"]
    assert column(page, "What happened") == happened[::-1]
    assert typed(CAROL, "audit", "verify")["ok"]
    return happened[::-1]


def who_has_not_signed_in_sees_it_and_can_do_nothing(
    story: Story, number: int, version: str, happened: list[str]
) -> None:
    page = story.nobody
    visit(page, f"{story.address}/release?candidate={number}")
    says(page, "Read only. You are not signed in. Use the button in the sidebar.", "Rolled back:")
    unfold(page)
    cannot(page, f"Comment on #{number}", because="so you cannot decide or comment on a candidate")
    cannot(page, f"Release {version} to production", because="so you cannot release a version")
    for found in page.get_by_test_id("stMain").get_by_role("button", name=DECIDES).all():
        expect(found).to_be_disabled()
    go(page, "Ledger & audit")
    says(page, "Read only.", "✓ the audit log is intact.")
    assert column(page, "What happened") == happened
    go(page, "Try it")
    cannot(page, "Suggest subreddits", because="You are not signed in, so nothing is stored.")


def confirming(page: Page, label: str) -> Locator:
    """The button of the dialog that asks once more."""
    return page.get_by_role("dialog").get_by_role("button", name=label, exact=True)


def last_move(story: Story, alias: str) -> tuple[str, str | None, str]:
    """Kind, version and person of the last move of an alias."""
    event = aliases.history(story.store, alias)[0]
    return (event.kind, event.version, event.by)


def candidate_of(story: Story, version: str) -> int:
    return next(v.candidate for v in aliases.versions(story.store) if v.version == version)
