"""What a login on a rented machine takes: the programs it needs, and waiting until the machine is up."""

from __future__ import annotations

import shutil
import time

import pytest

from dbc_desktop.domain.errors import SandboxUnavailable
from dbc_desktop.domain.session import Session, SessionState
from dbc_desktop.services.sessions import Sessions
from dbc_desktop.sessions.standin.sandbox import check_sandbox


def _missing() -> str:
    if shutil.which("ssh") is None:
        return "openssh-client is not installed"
    try:
        check_sandbox()
    except SandboxUnavailable as unavailable:
        return f"no sandbox on this computer: {unavailable.reason}"
    return ""


needs_a_login = pytest.mark.skipif(bool(_missing()), reason=_missing() or "all is there")


def until_ready(sessions: Sessions, session: Session) -> Session:
    """The session when its machine is up, or as it is after 20 seconds."""
    until = time.monotonic() + 20
    while session.state is not SessionState.READY and time.monotonic() < until:
        assert session.state is not SessionState.FAILED, session.detail
        time.sleep(0.05)
        session = sessions.refresh(session)
    return session
