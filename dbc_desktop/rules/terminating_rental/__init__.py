"""TerminatingRental 113: short rents that may end early, without online rewards (chain-rules 8).

Its stashes, server rooms, machines, orders, reports and parameters are its own; committee, oracle and fixed fee are the
network's.
"""
