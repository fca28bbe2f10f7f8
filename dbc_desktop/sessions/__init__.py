"""The compute node's REST API: the client, what is kept of a session, and the local stand-in node."""
