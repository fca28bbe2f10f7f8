"""Sheets for secrets, for spending and for letting time pass."""
