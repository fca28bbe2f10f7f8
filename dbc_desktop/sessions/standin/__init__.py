"""The local stand-in node: the compute node's URLs on this computer, with a login that is real and caged.

It runs as a process of its own (`server.serve`). Requests come in through `web`, `api` reads them, `authority` asks the
chain whether the signer rented the machine, `node` keeps the virtual machines, `ssh_server` is the door of each, and
`sandbox` is the only way to a shell.
"""
