"""OnlineProfile 107: machines from the bond to the payout (chain-rules 4)."""
