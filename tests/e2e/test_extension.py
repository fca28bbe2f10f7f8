"""A backend of another package: listed and off, turned on by the person, opened, left, and told of when it breaks."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from dbc_desktop.bootstrap.chains import networks_of
from dbc_desktop.chain.extensions import Extension, installed, open_extension
from dbc_desktop.chain.host import HostedExtension
from dbc_desktop.domain.account import Address
from dbc_desktop.domain.errors import ExtensionFailed, InvalidInput
from dbc_desktop.domain.network import Capability
from dbc_desktop.screens.networks import extension_rows
from dbc_desktop.services.networks import FIRST
from tests.doubles.hand_clock import HandClock
from tests.e2e.opened import NO_BUS, opened
from tests.e2e.test_networks import look_again

EXAMPLE = Path(__file__).parents[1] / "data" / "example_backend"
OURS = Extension("dbc-example", "1.0", "example")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example as if it was installed; what is run of it leaves a mark."""
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "installed"))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("DBC_EXAMPLE_MARK", str(tmp_path / "mark"))
    importlib.invalidate_caches()
    return folder


def was_run(folder: Path) -> bool:
    return (folder.parent / "mark").exists()


def test_it_is_found_by_its_names_without_being_run(package: Path, tmp_path: Path) -> None:
    assert OURS in installed()
    networks = networks_of(tmp_path / "home", HandClock())
    assert (OURS, "off") in networks.extensions()
    assert "example" not in [one.name for one in networks.all()]
    assert "dbc_example" not in sys.modules
    assert not was_run(package)


def test_it_is_remembered_by_package_version_and_name(package: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    networks = networks_of(home, HandClock())
    key = networks.turn_on(OURS).key
    networks.choose(key)
    assert networks_of(home, HandClock()).chosen().extension == OURS
    with pytest.raises(InvalidInput):
        networks.turn_off(OURS)
    with pytest.raises(InvalidInput):
        networks.turn_on(Extension("dbc-example", "2.0", "example"))
    # An update: off until the person says so again, and the local chain is open meanwhile.
    old = package / "dbc_example-1.0.dist-info"
    new = old.rename(package / "dbc_example-1.1.dist-info")
    (new / "METADATA").write_text((new / "METADATA").read_text().replace("1.0", "1.1"))
    importlib.invalidate_caches()
    after = networks_of(home, HandClock())
    changed = Extension("dbc-example", "1.1", "example")
    assert (changed, "changed") in after.extensions()
    (row,) = [row for row in extension_rows(after.extensions()) if row.extension == changed]
    assert row.detail == "off: its version has changed since you turned it on"
    assert after.chosen().key == FIRST
    with pytest.raises(ExtensionFailed) as gone:
        open_extension(OURS, tmp_path)
    assert gone.value.reason == "gone"
    after.turn_on(changed)
    assert [one.extension for one in after.all() if one.extension is not None] == [changed]
    after.turn_off(changed)
    assert (changed, "off") in after.extensions()
    assert not was_run(package)


def test_what_its_code_raises_is_told_as_its_own(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBC_EXAMPLE_BREAKS", "1")
    chain = HostedExtension(tmp_path / "own", OURS)
    try:
        assert chain.identity().name == "Example chain"
        assert chain.capabilities() == {Capability.PREVIEW, Capability.SUPER_NODES}
        with pytest.raises(ExtensionFailed) as broken:
            chain.account(Address(bytes(32)))
        assert (broken.value.package, broken.value.reason) == ("dbc-example", "broken")
        assert broken.value.detail == "KeyError: 'told to break'"
        assert chain.head().height == 28_900
    finally:
        chain.close()
    assert "dbc_example" not in sys.modules
    monkeypatch.setenv("DBC_EXAMPLE_BREAKS_AT_ONCE", "1")
    chain = HostedExtension(tmp_path / "other", OURS)
    try:
        with pytest.raises(ExtensionFailed) as broken:
            chain.head()
        assert broken.value.detail == "RuntimeError: told to break at once"
    finally:
        chain.close()


def test_a_person_turns_it_on_and_opens_it(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", NO_BUS)
    with opened(tmp_path / "home") as person:
        person.hand.wait(lambda: "," in person.text("topbar.block"), "the local chain's first block", 60)
        person.hand.pick_action("topbar.chain", "topbar.networks")
        person.sees("example of dbc-example 1.0", 30)
        person.sees("off: none of its code was run")
        person.hand.click("networks.extension.0")
        person.sees("dbc-example is not part of this program")
        button = person.hand.seen("turn_on.go")
        assert button is not None
        assert not button.isEnabled()
        person.hand.type("turn_on.name", "dbc-example")
        person.hand.wait(button.isEnabled, "the button to turn it on")
        assert not was_run(package)
        person.hand.click("turn_on.go")
        person.sees("on: it can be opened above", 30)
        assert not was_run(package)
        assert person.core.networks is not None
        (key,) = [one.key for one in person.core.networks.all() if one.extension == OURS]
        before = person.window
        person.hand.click(f"networks.open.{key}")
        person.hand.wait(lambda: person.program.window is not before, "the window on the example", 60)
        look_again(person)
        person.hand.wait(lambda: "," in person.text("topbar.block"), "the example's block", 60)
        assert person.hand.find("topbar.chain").property("text") == "Example chain · mainnet-411"
        assert person.hand.seen("topbar.clock") is None
        assert was_run(package)
        assert "dbc_example" not in sys.modules  # the engine process runs it, the window never does
