"""Runs the server: finds a free port, opens the start link, and stops when idle."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from aidledger.web.app import application
from aidledger.web.door import Door
from aidledger.web.running import Running
from aidledger.web.site import Site, Unopened

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_LOOK_EVERY_SECONDS = 5


class _Watched:
    """Knows when somebody last asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        self.last = time.monotonic()
        await self.app(scope, receive, send)


def serve(
    make: Callable[[Callable[[], None]], Site | Unopened],
    port: int,
    idle_seconds: float,
    told: Path,
    opened: Callable[[str], None],
) -> None:
    """Serve until somebody quits, the terminal stops it, or nobody has asked for a while.

    ``make``: the site, or the ledger that the page opens, given what ends the server. ``port``: 0 for a free
    one. ``told``: the file that says where it listens. ``opened``: told of the link that
    opens the page. Raises OSError if the port is taken.
    """
    with contextlib.closing(socket.socket()) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        port = listening.getsockname()[1]
        server: uvicorn.Server

        def end() -> None:
            server.should_exit = True

        made = make(end)
        door = Door(port, made.actor)
        app = application(made, door)
        app.state.running = Running.new(port)
        watched = _Watched(app)
        server = uvicorn.Server(
            uvicorn.Config(
                watched, log_level="warning", access_log=False, lifespan="off", server_header=False, ws="none"
            )
        )

        async def run() -> None:
            serving = asyncio.create_task(server.serve([listening]))
            await asyncio.sleep(0)  # it listens already: what comes before it serves waits in the socket's queue
            app.state.running.write(told)
            opened(f"http://127.0.0.1:{port}{door.link()}")
            while not serving.done():
                await asyncio.wait([serving], timeout=min(_LOOK_EVERY_SECONDS, idle_seconds))
                if time.monotonic() - watched.last > idle_seconds:
                    end()
            await serving

        try:
            asyncio.run(run())
        finally:
            told.unlink(missing_ok=True)
            if app.state.site is not None:
                app.state.site.close()
