"""Accounts, keystores and where secrets rest."""
