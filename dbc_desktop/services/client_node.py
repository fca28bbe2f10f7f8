"""The client node of a real network: the way to its rented machines (compute-node-api 1.1)."""

from __future__ import annotations

from dbc_desktop.domain.errors import NoClientNode
from dbc_desktop.services.networks import Networks


class ClientNode:
    """Where the machines of one network are asked (`services/sessions.py: NodeDoor`); the person names it."""

    def __init__(self, networks: Networks, key: str) -> None:
        self._networks, self._key = networks, key

    def start(self) -> str:
        """Its base URL, as it was named last; a client node runs by itself.

        Raises:
            NoClientNode: None was named for this network.
        """
        address = next((one.client_node for one in self._networks.all() if one.key == self._key), "")
        if not address:
            raise NoClientNode
        return address
