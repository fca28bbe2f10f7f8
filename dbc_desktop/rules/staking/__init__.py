"""Staking 100: super nodes, those who support them, elections, payouts and slashes (chain-rules 9)."""
