"""A real node of the network behind the port of `chain/backend.py` (design 4.2, chain-rules 10)."""
