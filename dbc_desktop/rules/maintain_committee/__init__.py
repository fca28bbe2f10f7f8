"""MaintainCommittee 112: reports about machines, and who judges them (chain-rules 7)."""
