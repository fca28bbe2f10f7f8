"""Use cases that join the rooms below, one file per flow."""
