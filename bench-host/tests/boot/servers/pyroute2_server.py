"""pyroute2's 9P2000 server as a program: `pyroute2_server.py DIR` serves the files of a directory, as they are now, out of
memory, to the one client whose connected socket is standard input. Nothing of the protocol is ours."""

import asyncio
import io
import pathlib
import socket
import sys

from pyroute2 import Plan9ServerSocket


async def main(directory):
    server = Plan9ServerSocket(use_socket=socket.socket(fileno=0))
    for file in sorted(pathlib.Path(directory).iterdir()):
        inode = server.filesystem.create(file.name, mode=0o666)
        inode.data = io.BytesIO(file.read_bytes())
        inode.sync()
    await server.async_run()
    # The server does not tell when its client has gone: it is ended from outside.
    await asyncio.get_running_loop().create_future()


asyncio.run(main(sys.argv[1]))
