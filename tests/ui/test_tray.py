"""Alerts reach the tray and this computer's notifications, where a desktop has them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from dbc_desktop.domain.alert import Alert, AlertKind, Severity
from dbc_desktop.ui.tray import Tray

LOST = Alert(1, AlertKind.GPU_LOST, "GPU-3", Severity.LOSS, {"rig": "rig-02", "index": 3.0}, 1_700_000_000.0)


class Desktop:
    """A desktop with a tray: what it was asked to show."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown: list[str] = []
        self.icons: list[QSystemTrayIcon] = []
        self.windows = 0
        desktop = self

        def show_message(icon: QSystemTrayIcon, title: str, body: str, *_: object) -> None:
            desktop.shown.append(f"{title}: {body}" if title == "DBC Desktop" else title)

        monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
        monkeypatch.setattr(QSystemTrayIcon, "showMessage", show_message)
        monkeypatch.setattr(QSystemTrayIcon, "show", lambda icon: desktop.icons.append(icon))

    def show_window(self) -> None:
        self.windows += 1


@pytest.fixture
def desktop(monkeypatch, qapp):
    return Desktop(monkeypatch)


def test_what_began_is_notified_and_many_are_one(desktop):
    tray = Tray(desktop.show_window, lambda: None)
    tray.tell(())
    tray.tell((LOST,))
    assert desktop.shown == ["rig-02: GPU 3 is lost"]
    tray.tell(tuple(replace(LOST, number=number) for number in range(4)))
    assert desktop.shown[1:] == ["DBC Desktop: 4 alerts"]
    tray.close()
    tray.tell((LOST,))
    assert len(desktop.shown) == 2


def test_the_tray_counts_what_nobody_knows_of_and_a_click_brings_the_window(desktop):
    tray = Tray(desktop.show_window, lambda: None)
    (icon,) = desktop.icons
    assert icon.toolTip() == "DBC Desktop: No alerts"
    tray.show_alerts((LOST, replace(LOST, number=2, known_at=1_700_000_010.0)))
    assert icon.toolTip() == "DBC Desktop: 1 alert"
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    icon.messageClicked.emit()
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert desktop.windows == 2
    tray.close()


def test_a_desktop_without_a_tray_is_told_nothing(monkeypatch, qapp):
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: False))
    tray = Tray(lambda: None, lambda: None)
    tray.show_alerts((LOST,))
    tray.tell((LOST,))
    tray.close()
