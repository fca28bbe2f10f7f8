"""The pseudo-terminal between an SSH channel and the sandbox."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import termios
from contextlib import suppress

import asyncssh

_CHUNK = 32 * 1024
_END = b"\x04"

Size = tuple[int, int, int, int]


def open_pair(size: Size) -> tuple[int, int]:
    """The outer and the inner end; close both."""
    outer, inner = pty.openpty()
    os.set_blocking(outer, False)
    resize(outer, size)
    return outer, inner


async def reader_of(outer: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    """What appears on the terminal; close the transport."""
    screen = asyncio.StreamReader(_CHUNK)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(screen), os.fdopen(os.dup(outer), "rb", 0)
    )
    return screen, transport


async def feed(process: asyncssh.SSHServerProcess[bytes], outer: int) -> None:
    """The person's keys and window sizes to the terminal, until they hang up."""
    with suppress(OSError, asyncssh.Error):
        while True:
            try:
                data = await process.stdin.read(_CHUNK)
            except asyncssh.TerminalSizeChanged as change:
                resize(outer, (change.width, change.height, change.pixwidth, change.pixheight))
                continue
            except (asyncssh.SignalReceived, asyncssh.BreakReceived):
                continue
            await _write(outer, data or _END)
            if not data:
                return


def resize(outer: int, size: Size) -> None:
    """Tell the programs inside how large the window is."""
    width, height, x_pixels, y_pixels = (max(0, min(65_535, number)) for number in size)
    with suppress(OSError):
        fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, x_pixels, y_pixels))


async def _write(outer: int, data: bytes) -> None:
    """A terminal that no program reads takes no more; others must not wait for it."""
    while data:
        try:
            data = data[os.write(outer, data) :]
        except BlockingIOError:
            await asyncio.sleep(0.02)
