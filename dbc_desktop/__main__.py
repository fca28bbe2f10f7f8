"""Arguments to the composition root."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Run the program; the exit status."""
    multiprocessing.freeze_support()
    from dbc_desktop.bootstrap import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
