"""The socket that a server listens on."""

from __future__ import annotations

import socket

from crucible_tools.servers.running import listening_socket


def test_what_is_written_to_an_accepted_connection_does_not_wait_for_the_client() -> None:
    with listening_socket("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
