# SPDX-License-Identifier: MIT
"""The control channel: frames that the kernel sends on its second UART.

    0x02 TYPE LLLL payload 0x03        LLLL: payload length, four lowercase hex digits
"""
import re
from typing import NamedTuple

START = 0x02
END = 0x03
HEADER = re.compile(rb"\x02([A-Z])([0-9a-f]{4})")
HEADER_BYTES = 6

NAMES = {"S": "status", "X": "exit", "A": "audit", "W": "why", "P": "panic",
         "L": "lockval", "R": "report", "E": "stderr", "K": "ktest"}


class Frame(NamedTuple):
    """One report of the kernel."""
    type: str
    payload: bytes

    @property
    def text(self):
        return self.payload.decode("utf-8", "replace")


class Reader:
    """Cuts a stream of bytes into frames; what is no frame is counted in `garbage`."""

    def __init__(self):
        self._buffer = bytearray()
        self.garbage = 0

    def feed(self, data):
        """Takes more bytes; returns the frames that are now complete."""
        self._buffer += data
        frames = []
        while self._buffer:
            frame = self._next()
            if frame is None:
                break
            if isinstance(frame, Frame):
                frames.append(frame)
        return frames

    def finish(self):
        """The stream is over: what is left is no frame."""
        self.garbage += len(self._buffer)
        self._buffer.clear()

    def _next(self):
        """A frame, False after dropping a byte that starts none, None to wait for more."""
        buffer = self._buffer
        if buffer[0] != START:
            return self._drop()
        if len(buffer) < HEADER_BYTES:
            return None
        header = HEADER.match(buffer)
        if not header:
            return self._drop()
        length = int(header.group(2), 16)
        whole = HEADER_BYTES + length + 1
        if len(buffer) < whole:
            return None
        if buffer[whole - 1] != END:
            return self._drop()
        frame = Frame(chr(header.group(1)[0]), bytes(buffer[HEADER_BYTES:whole - 1]))
        del buffer[:whole]
        return frame

    def _drop(self):
        del self._buffer[0]
        self.garbage += 1
        return False
