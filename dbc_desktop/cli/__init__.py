"""The program without a window (design 8.1); works where PySide6 is not installed."""
