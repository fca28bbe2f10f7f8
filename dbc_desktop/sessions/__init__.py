"""The compute node's REST API: the client and the local stand-in node."""
