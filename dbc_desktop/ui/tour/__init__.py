"""The newcomer's path, played through the real window by mouse and keys (design 8.1)."""
