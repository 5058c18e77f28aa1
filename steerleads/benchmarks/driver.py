"""Puts load on a server: a process apart, of the standard library alone, that costs little beside what it measures.

It reads one line of JSON, says `ready`, waits for another line, and writes one of JSON:

    {"port": 8000, "processes": [ids of the server's], "workers": 2, "headers": ["Authorization: Bearer …"],
     "method": "GET", "status": 200, "seconds": 1.5, "connections": [[["/v1/leads/…", null or "a body"], …], …]}
    {"requests": 7512, "seconds": 1.502}

Every connection walks its own list, again and again, with one request on its way at a time.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from itertools import cycle

from steerleads.benchmarks.spreading import holder

SECONDS_TO_ANSWER = 60
MOST_TRIES = 100
PIECE = 64 * 1024
LENGTH = b"content-length:"
NOBODY = "/v1/leads/00000000-0000-0000-0000-000000000000"  # 404 from all, for the price of a look-up

_dump = memoryview(bytearray(4 * PIECE))  # where bodies go, which nobody reads


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS_TO_ANSWER)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head, self._missing = b"", 0

    def walk(self, requests, status):
        """From now on ask these, again and again, and expect this status."""
        self._requests, self._status = cycle(requests), b"HTTP/1.1 %d " % status
        return self

    def ask(self):
        self.socket.sendall(next(self._requests))

    def hear(self):
        """Read what is there. Whether the answer is whole now."""
        if self._missing:
            self._missing -= self._some(self.socket.recv_into(_dump))
        else:
            piece = self.socket.recv(PIECE)
            self._head += piece if self._some(len(piece)) else b""
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._missing = self._length(self._head[:end]) - (len(self._head) - end - 4)
            self._head = b""
        return not self._missing

    def _length(self, head):
        if not head.startswith(self._status):
            raise Failed(f"{self._status[9:12].decode()} was expected, and this came:\n{head.decode('latin-1')}")
        return int(head.lower().partition(LENGTH)[2].partition(b"\r")[0])

    def _some(self, count):
        if not count:
            raise Failed("The server closed a connection.")
        return count


class Failed(Exception):
    """The message says what came instead of an answer."""


def drive(connections, seconds):
    """(answers, seconds it took): requests are sent for so long, and those on their way are waited for."""
    began = time.perf_counter()
    for connection in connections:
        connection.ask()
    return _hear(connections, began + seconds), time.perf_counter() - began


def _hear(connections, until):
    """How many answers came from these, which have asked: until then each asks again."""
    selector, done, waiting = selectors.DefaultSelector(), 0, len(connections)
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    while waiting:
        for key, _ in _readable(selector):
            if key.data.hear():
                done += 1
                if time.perf_counter() < until:
                    key.data.ask()
                else:
                    waiting -= 1
    return done


def _readable(selector):
    ready = selector.select(SECONDS_TO_ANSWER)
    if not ready:
        raise Failed(f"No answer in {SECONDS_TO_ANSWER} s.")
    return ready


def _connect(task, count):
    """Connections that the server has accepted, with every worker the same number of them.

    Left to chance, one worker of a quiet server often gets all of them.
    """
    share, held, connections, spare = -(-count // task["workers"]), Counter(), [], []
    for tried in range(1, MOST_TRIES + count):
        connection = _accepted(task, [*connections, *spare])
        worker = holder(connection.socket, task["processes"])
        fits = worker is None or held[worker] < share or tried >= MOST_TRIES
        (connections if fits else spare).append(connection)
        held[worker] += 1
        if len(connections) == count:
            break
    for connection in spare:
        connection.socket.close()
    return connections


def _accepted(task, others):
    """A connection more. The others ask meanwhile: a worker that is busy leaves it to the one that is not."""
    for other in others:
        other.ask()
    connection = Connection(task["port"]).walk([_bytes(task, "GET", NOBODY)], 404)
    connection.ask()
    _hear([*others, connection], 0)
    return connection


def _bytes(task, method, path, body=None):
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{task['port']}", *task["headers"]]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join([*lines, "", body or ""]).encode()


def main():
    task = json.loads(sys.stdin.readline())
    try:
        connections = _connect(task, len(task["connections"]))
        for connection, requests in zip(connections, task["connections"], strict=True):
            connection.walk([_bytes(task, task["method"], *request) for request in requests], task["status"])
        print("ready", flush=True)
        sys.stdin.readline()
        done, seconds = drive(connections, task["seconds"])
    except Failed as error:
        sys.exit(str(error))
    print(json.dumps({"requests": done, "seconds": seconds}))


if __name__ == "__main__":
    main()
