"""The chain behind one port, transactions on their way, and the backends."""
