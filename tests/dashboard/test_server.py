"""Streamlit is given Signoff's settings, whatever files and variables there are."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.web import cli

from dashboard import guard, server
from dashboard.settings import SECURITY, THEME
from tests.dashboard.conftest import Open
from tests.dashboard.reading import plain_text_of

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"


def words(app: str = server.DASHBOARD, **options: Any) -> list[str]:
    return server.words(app, **{"address": "127.0.0.1", "port": 8501} | options)


def test_the_file_for_streamlits_own_command_says_the_same() -> None:
    written = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    own = written["server"]
    assert own.pop("address") == "127.0.0.1"
    allowed = [f"--server.allowedHosts={name}" for name in own.pop("allowedHosts")]
    assert allowed == [flag for flag in words() if "allowedHosts" in flag]
    assert own.pop("headless") is True
    assert written == {**SECURITY, "theme": THEME}


def test_protection_and_theme_are_on_the_command_line() -> None:
    given = words()
    assert given[:2] == ["run", str(Path(server.__file__).with_name("app.py"))]
    assert {
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--browser.gatherUsageStats=false",
        "--client.showErrorDetails=none",
        "--client.toolbarMode=viewer",
        "--theme.font=sans-serif",
        "--theme.dark.primaryColor=#6163ee",
        "--logger.hideWelcomeMessage=true",  # nobody elsewhere is told of this server
    } <= set(given)
    # Of several flags Streamlit would take the last: titles as small as all other headings.
    assert '--theme.headingFontSizes=["1.9rem", "1.1rem", "1.1rem"]' in given
    assert "--theme.headingFontWeights=[700, 600, 600]" in given


@pytest.mark.parametrize(
    ("address", "hosts", "allowed"),
    [
        ("127.0.0.1", [], ["localhost", "127.0.0.1", "::1"]),
        ("127.0.0.2", ["a.example"], ["localhost", "127.0.0.1", "::1", "127.0.0.2", "a.example"]),
        ("192.0.2.1", ["a.example"], ["localhost", "127.0.0.1", "::1", "a.example"]),
        ("192.0.2.1", [], ["*"]),
    ],
)
def test_only_names_of_this_machine_and_those_given_are_answered(
    address: str, hosts: list[str], allowed: list[str]
) -> None:
    given = words(address=address, hosts=hosts)
    named = [flag.partition("=")[2] for flag in given if flag.startswith("--server.allowedHosts=")]
    assert named == allowed


def test_the_demo_page_believes_no_proxy_and_has_no_menu(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[str] = []
    monkeypatch.setattr(cli, "main", lambda words, **_: given.extend(words))
    monkeypatch.setattr(guard, "stand", given.extend)
    monkeypatch.setattr(sys, "argv", ["server", "public_page", "--address=::1", "--port=8502"])
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.chdir(tmp_path)
    server.main()
    assert given[:3] == ["localhost", "127.0.0.1", "::1"]
    assert given[4].endswith("dashboard/public_page.py")
    toolbar = [flag for flag in given if flag.startswith("--client.toolbarMode=")]
    assert toolbar[-1] == "--client.toolbarMode=minimal"  # the last one counts
    assert os.environ["FORWARDED_ALLOW_IPS"] == ""
    assert Path.cwd() == server.FOLDER  # another project's .streamlit folder is not read


def test_a_dashboard_without_its_guard_is_read_only(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_standing", False)
    assert "Read only" in plain_text_of(open_page())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.allowedHosts", []),
        ("server.enableXsrfProtection", False),
        ("server.enableCORS", False),
    ],
)
def test_a_dashboard_without_its_protection_is_read_only(
    home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, option: str, value: object
) -> None:
    get_option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: value if name == option else get_option(name)
    )
    assert not server.is_protected()
    said = plain_text_of(open_page())
    assert "Read only" in said
    assert "signoff dashboard" in said
