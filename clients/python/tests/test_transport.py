"""Requests over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bheem_edge.messages import Failure, Request, Response
from bheem_edge.transport import HttpTransport

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def ask(serve: Serve, limit: int | None = None) -> Response | Failure:
    async def run() -> Response | Failure:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = HttpTransport(f"http://127.0.0.1:{port}/", "key")
        try:
            return await transport.send(Request("GET", "/x", {"a": "ü&"}, {"if-match": '"1"'}, limit=limit))
        finally:
            await transport.close()
            server.close()

    return asyncio.run(run())


def test_a_request_has_its_query_headers_and_key() -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nETag: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    response = ask(serve)
    assert isinstance(response, Response)
    assert (response.status, response.headers["etag"], response.json()) == (200, "1", {})
    head = heads[0].decode().lower()
    assert head.startswith("get /x?a=%c3%bc%26 http/1.1\r\n")
    assert "authorization: bearer key\r\n" in head and 'if-match: "1"\r\n' in head


def test_an_answer_that_trickles_is_given_up_after_its_limit() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        # Each byte comes in time for a limit of one read.
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()

    assert ask(serve, 300_000_000) == Failure("The edge has not answered in time.", timed_out=True)


def test_a_connection_that_breaks_is_a_failure() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    response = ask(serve)
    assert isinstance(response, Failure) and not response.timed_out


def test_what_is_no_http_is_a_failure() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        writer.close()

    assert isinstance(ask(serve), Failure)
