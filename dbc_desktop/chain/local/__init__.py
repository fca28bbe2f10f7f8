"""The embedded chain: blocks, clock, residents and store."""
