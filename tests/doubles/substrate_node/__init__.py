"""A small node of the tests: it answers JSON-RPC from an embedded chain, and misbehaves on command.

It is no Substrate: it has no consensus and no WASM, and its state is that of the rules engine, written as SCALE by
metadata that is made here. `declared.py` says which storage it has; a test holds that to a recorded runtime.
"""
