#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the frame buffer shows, as a picture of the host: octavo run --shot."""
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "lib"))
from tap import Tap  # noqa: E402

OCTAVO = os.path.join(TOP, "octavo")
WIDTH, HEIGHT = 320, 200
PATIENCE = 100
tap = Tap()


def octavo(*arguments):
    return subprocess.run([OCTAVO, "run", *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=160)


def read_png(path):
    """(width, height, bytes: three a pixel) of a file as --shot writes it."""
    with open(path, "rb") as file:
        data = file.read()
    chunks, at = {}, 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8:at + 8 + length]
        if struct.unpack_from(">I", data, at + 8 + length)[0] != zlib.crc32(kind + body):
            raise ValueError(f"the checksum of {kind} is wrong")
        chunks[kind] = body
        at += length + 12
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if data[:8] != b"\x89PNG\r\n\x1a\n" or form != [8, 2, 0, 0, 0] or b"IEND" not in chunks:
        raise ValueError("not an RGB picture")
    lines = zlib.decompress(chunks[b"IDAT"])
    size = 3 * width + 1
    if len(lines) != size * height or any(lines[::size]):
        raise ValueError("lines are missing, or filtered")
    return width, height, b"".join(lines[y * size + 1:(y + 1) * size] for y in range(height))


def plasma(now):
    """What user/demo/plasma.c draws as its picture number `now`."""
    wave = [64 + i * (128 - i) // 65 for i in range(128)]
    wave += [128 - w for w in wave]
    colours = [bytes(wave[(i + shift) & 255] * 2 for shift in (0, 85, 170)) for i in range(256)]
    return b"".join(colours[(wave[(x + 2 * now) & 255] + wave[(2 * y + now) & 255] + now +
                             wave[((x + y) // 2 - now) & 255]) & 255]
                    for y in range(HEIGHT) for x in range(WIDTH))


def at_the_end(path, board):
    done = octavo("--arch", "arm-nommu", "--board", board, "--icount", "--timeout", str(PATIENCE),
                  "--shot", path, "--", "/demo/plasma", "5")
    tap.point(done.returncode == 0, f"plasma ({board})", [done.stderr.decode()])
    tap.point(read_png(path) == (WIDTH, HEIGHT, plasma(4)), "its last picture, each pixel of it")


def while_it_runs(path):
    command = [OCTAVO, "run", "--arch", "arm-nommu", "--timeout", str(PATIENCE), "--shot", path,
               "--", "/demo/plasma", "1000000"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as machine:
        pictures = set()
        while len(pictures) < 3 and machine.poll() is None:
            if os.path.exists(path):
                pictures.add(read_png(path))
            time.sleep(0.05)
        tap.point(machine.poll() is None, "pictures while the machine runs",
                  [f"{len(pictures)} of them"])
        machine.terminate()
    tap.point(all(picture[:2] == (WIDTH, HEIGHT) for picture in pictures), "each is whole")


def main():
    with tempfile.TemporaryDirectory(prefix="octavo-shot-") as folder:
        at_the_end(os.path.join(folder, "end.png"), "an385")
        at_the_end(os.path.join(folder, "m7.png"), "an500")
        while_it_runs(os.path.join(folder, "running.png"))
        path = os.path.join(folder, "none.png")
        done = octavo("--arch", "arm-nommu", "--icount", "--timeout", str(PATIENCE), "--shot", path,
                      "--", "/bin/true")
        tap.point(done.returncode == 0 and b"the machine has shown nothing" in done.stderr and
                  not os.path.exists(path), "a program that shows nothing", [done.stderr.decode()])
        done = octavo("--arch", "arm-nommu", "--icount", "--timeout", str(PATIENCE), "--shot", path,
                      "--", "/tests/nommu_devices", "pixel")
        tap.point(done.returncode == 1 and read_png(path) == (WIDTH, HEIGHT, bytes(WIDTH * HEIGHT * 3)),
                  "whoever has mapped it goes: that is a picture (nm-15)", [done.stderr.decode()])
        done = octavo("--arch", "arm-nommu", "--icount", "--timeout", str(PATIENCE), "--report", path,
                      "--", "/tests/nommu_devices")
        with open(path, encoding="utf-8") as report:
            told = sum("framebuffer" in line for line in report)
        tap.point(done.returncode == 0 and told == 2,
                  "of several mappings the driver is told when the last one goes (nm-15)",
                  [f"{told} pictures; one is waited for, one is the last unmap"])
        done = octavo("--shot", path, "--", "/bin/true")
        tap.point(done.returncode == 125, "a PC has no frame buffer", [done.stderr.decode()])
    tap.done()


main()
