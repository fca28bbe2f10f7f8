"""What a page or a command says: frozen dataclasses and pure functions; no Qt."""
