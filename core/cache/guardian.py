"""Ends the private server when nobody uses it any more. A process of its own: ``python guardian.py FD SERVER…``.

Every Encore process that uses the server holds the writing end of a named pipe. However they end, a ``kill -9``
included, the system closes their ends; when the last is gone, reading the pipe ends, and the server is asked to save
and stop. The guardian itself needs nothing but the standard library, so that it is small and starts at once.
"""

import os
import select
import signal
import subprocess
import sys

LOOK_S = 0.5
"""How soon the server's own end is noticed, in seconds."""


def guard(pipe: int, command: list[str]) -> int:
    """Run ``command`` until the last writer of ``pipe`` is gone; its exit status."""
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal's business with the users, not with the server
        signal.signal(number, signal.SIG_IGN)
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    while server.poll() is None:
        readable, _, _ = select.select([pipe], [], [], LOOK_S)
        if readable and not os.read(pipe, 4096):
            server.terminate()
            return server.wait()
    return server.returncode


if __name__ == "__main__":
    sys.exit(guard(int(sys.argv[1]), sys.argv[2:]))
