"""The network's rules as a deterministic engine; all arithmetic with a protocol constant is here."""
