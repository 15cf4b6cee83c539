# SPDX-License-Identifier: MIT
"""Names for the addresses of a backtrace: a release kernel does not know them, its file does."""
import bisect
import re
import struct

PANIC = re.compile(rb"(\[ *\d+\.\d+\] )?panic: ")
ADDRESS = re.compile(rb"(?:\[ *\d+\.\d+\] )?  ([0-9a-f]{8})")
LINE_MAX = 200
SHT_SYMTAB = 2
STT_FUNC = 2


def functions(path):
    """[(address, size, name)], ascending, of an ELF file of 32 bits."""
    with open(path, "rb") as file:
        data = file.read()
    offset, = struct.unpack_from("<I", data, 32)
    size, count = struct.unpack_from("<HH", data, 46)
    sections = [struct.unpack_from("<10I", data, offset + i * size) for i in range(count)]
    found = []
    for _, kind, _, _, start, length, link, _, _, entry in sections:
        if kind != SHT_SYMTAB:
            continue
        names = sections[link][4]
        for at in range(start, start + length, entry):
            name, value, extent, info, _, _ = struct.unpack_from("<3I2BH", data, at)
            if info & 15 == STT_FUNC:
                text = data[names + name:data.index(b"\0", names + name)].split(b".")[0]
                found.append((value & ~1 if data[18] == 40 else value, extent, text))
    return sorted(found)


class Names:
    """The console's output with names put behind the addresses of a panic's backtrace."""

    def __init__(self, path):
        self._path = path
        self._functions = None  # read when they are needed
        self._line = b""        # what the console's last line has so far
        self._panic = False

    def put_in(self, data):
        out = bytearray()
        for part in re.split(rb"([\r\n])", data):
            if part in (b"\r", b"\n"):
                out += self._end_of_line()
                self._line = b""
            else:
                self._line = (self._line + part)[:LINE_MAX]
            out += part
        return bytes(out)

    def _end_of_line(self):
        self._panic = self._panic or bool(PANIC.match(self._line))
        found = ADDRESS.fullmatch(self._line) if self._panic else None
        return self._name(int(found.group(1), 16)) if found else b""

    def _name(self, address):
        if self._functions is None:
            try:
                self._functions = functions(self._path)
            except (OSError, ValueError, IndexError, struct.error):
                self._functions = []    # what boots, but is no ELF file of ours
        # a return address may be that behind the function's last call
        i = bisect.bisect_left(self._functions, (address,)) - 1
        for start, size, name in self._functions[max(i, 0):i + 2]:
            if start < address <= start + size or address == start:
                return b" %s+0x%x" % (name, address - start)
        return b""
