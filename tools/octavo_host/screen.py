# SPDX-License-Identifier: MIT
"""The frame buffer of a machine as a PNG.

The machine's memory is a file of the host, so its pixels can be read while it runs; the kernel says in
its reports where they are, and when there is a picture:

    framebuffer 21080000 320x200
"""
import os
import re
import signal
import struct
import time
import zlib

REPORT = re.compile(r"framebuffer ([0-9a-f]{8}) (\d+)x(\d+)")
SECONDS_BETWEEN = 0.1   # pictures, at least; the last one is always saved


def png(width, height, pixels):
    """The file of `pixels`: 32 bits each, blue in the first byte."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + \
            struct.pack(">I", zlib.crc32(kind + data))

    rgb = bytearray(width * height * 3)
    for colour in range(3):
        rgb[colour::3] = pixels[2 - colour::4]
    lines = b"".join(b"\0" + rgb[y * width * 3:(y + 1) * width * 3] for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + \
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + \
        chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


class Screen:
    """Saves pictures of a machine whose memory, from address `base` on, is the file `memory`."""

    def __init__(self, path, memory, base):
        self.path = path
        self._memory = memory
        self._base = base
        self._shown = None
        self._saved = 0.0

    def report(self, text, process):
        """There may be a picture, the kernel says; `process` is the machine, which stands still for it."""
        match = REPORT.fullmatch(text)
        if not match:
            return
        self._shown = int(match[1], 16), int(match[2]), int(match[3])
        if time.monotonic() - self._saved < SECONDS_BETWEEN:
            return
        os.kill(process.pid, signal.SIGSTOP)
        try:
            self.save()
        finally:
            os.kill(process.pid, signal.SIGCONT)
        self._saved = time.monotonic()

    def save(self):
        """=> False: the machine has shown nothing.  Who looks at the file sees a whole picture."""
        if self._shown is None:
            return False
        address, width, height = self._shown
        with open(self._memory, "rb") as memory:
            memory.seek(address - self._base)
            pixels = memory.read(width * height * 4)
        with open(self.path + ".new", "wb") as file:
            file.write(png(width, height, pixels))
        os.replace(self.path + ".new", self.path)
        return True
