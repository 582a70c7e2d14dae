"""How requests come off the line: read by httptools, in C, and never without end.

h11, which uvicorn takes otherwise, keeps so much of what is not yet complete and no more; httptools keeps whatever comes.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of one request that may have come without its head, a piece of its body or its end being complete: what uvicorn lets h11 keep.
LONGEST_UNFINISHED = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """One connection. Who sends more than `LONGEST_UNFINISHED` of a head, or of what follows a body, is told 400 and hung up on."""

    _unfinished = 0
    _in_head = False

    def data_received(self, data: bytes) -> None:
        """Some bytes."""
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > LONGEST_UNFINISHED and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what comes after a body is none of the request's."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._unfinished, self._in_head = 0, False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._unfinished = 0
        super().on_message_complete()
