"""Which worker process of a server holds a connection, as Linux tells it: so that each can be given as many."""

import os
from contextlib import suppress
from pathlib import Path

ESTABLISHED = "01"


def holder(connection, processes):
    """The process, of these ids, at the other end of a socket on 127.0.0.1; None where nothing tells."""
    link = f"socket:[{_inode(connection.getpeername()[1], connection.getsockname()[1])}]"
    for process in processes:
        with suppress(OSError):
            for entry in os.scandir(f"/proc/{process}/fd"):
                with suppress(OSError):
                    if os.readlink(entry.path) == link:
                        return process
    return None


def _inode(server_port, client_port):
    """Of the server's end."""
    with suppress(OSError):
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, here, there, state, *_ = fields = line.split()
            ports = [int(address.rpartition(":")[2], 16) for address in (here, there)]
            if ports == [server_port, client_port] and state == ESTABLISHED:
                return fields[9]
    return None
