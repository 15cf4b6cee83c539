# SPDX-License-Identifier: MIT
"""The user's terminal while a machine has it: every key goes to the guest."""
import atexit
import sys
import termios

ESCAPE = 0x01  # Ctrl-A
QUIT = ord("x")


class Terminal:
    """Raw while in use, the guest's terminal does the rest; always put back, at exit too."""

    def __init__(self, fd):
        self.fd = fd
        self._saved = None

    def __enter__(self):
        self._saved = termios.tcgetattr(self.fd)
        atexit.register(self.restore)
        raw = termios.tcgetattr(self.fd)
        raw[0] &= ~(termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON)
        raw[1] &= ~termios.OPOST
        raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        raw[6][termios.VMIN] = 1
        raw[6][termios.VTIME] = 0
        termios.tcsetattr(self.fd, termios.TCSADRAIN, raw)
        print("octavo: Ctrl-A x ends the machine", end="\r\n", file=sys.stderr, flush=True)
        return self

    def __exit__(self, *_):
        self.restore()

    def restore(self):
        if self._saved is not None:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self._saved)
            self._saved = None
            atexit.unregister(self.restore)


class Escapes:
    """Finds Ctrl-A x in what is typed; Ctrl-A twice is one Ctrl-A."""

    def __init__(self):
        self._pending = False

    def filter(self, data):
        """(bytes for the guest, whether to quit)"""
        out = bytearray()
        for key in data:
            if not self._pending:
                if key == ESCAPE:
                    self._pending = True
                else:
                    out.append(key)
                continue
            self._pending = False
            if key == QUIT:
                return bytes(out), True
            if key == ESCAPE:
                out.append(key)
            else:
                out += bytes((ESCAPE, key))
        return bytes(out), False
