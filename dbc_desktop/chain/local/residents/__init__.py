"""The residents: operators, committee members and a renter who make the embedded chain a living network.

They have no door of their own: each act is an extrinsic signed with their own key and verified like anyone's. Their
plan is rebuilt from the state whenever the chain is opened, so nothing of it has to be kept.

To add a kind: a module here with a class that keeps `stage.Resident` (`plan` from the state, `see` events), its class
in `scheduler.KINDS`, its names and what they hold at genesis in `launch.py`. On a chain that was made before it,
its accounts hold nothing: use `Stage.attempt`, which does without.
"""
