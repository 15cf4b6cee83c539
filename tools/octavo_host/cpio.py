# SPDX-License-Identifier: MIT
"""Writes cpio archives in the newc format, as the kernel reads them at boot.

Layout of an archive:

    header 110 | name, NULs | data | pad 4 | header ... | TRAILER!!! | pad 4096

The data of a file of at least a page starts at an offset that is a multiple
of 4096, so that the kernel can take the archive's own pages over instead of
copying them (the boot loader places the archive page-aligned): the name is
followed by as many NULs as that needs, and namesize counts them, which every
reader of the format understands that takes the name as a C string.  Where
that would make the name longer than 4096 bytes, the data stays where it is.

Archives may follow each other; a later entry of the same path replaces an
earlier one.  Each archive is padded to a multiple of 4096 with NULs.
"""
import os
import stat

PAGE = 4096
NAME_MAX_BYTES = 4096


class Archive:
    """Collects entries and writes them; a path's missing parents are made."""

    def __init__(self, limit_bytes=None):
        """limit_bytes: refuse the host's files, before they are read, when they exceed it."""
        self._entries = {}
        self._limit_bytes = limit_bytes
        self._host_bytes = 0

    def add_dir(self, path, mode=0o755):
        self._add(path, stat.S_IFDIR | mode, b"", 0, 0)

    def add_file(self, path, data, mode=0o644):
        self._add(path, stat.S_IFREG | mode, data, 0, 0)

    def add_symlink(self, path, target):
        self._add(path, stat.S_IFLNK | 0o777, os.fsencode(target), 0, 0)

    def add_char(self, path, mode, major, minor):
        self._add(path, stat.S_IFCHR | mode, b"", major, minor)

    def add_block(self, path, mode, major, minor):
        self._add(path, stat.S_IFBLK | mode, b"", major, minor)

    def add_host(self, path, source):
        """One file, directory or link of the host, not what is in a directory."""
        status = os.lstat(source)
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            self.add_dir(path, mode)
        elif stat.S_ISLNK(status.st_mode):
            self.add_symlink(path, os.readlink(source))
        elif stat.S_ISREG(status.st_mode):
            self._host_bytes += status.st_size
            if self._limit_bytes is not None and self._host_bytes > self._limit_bytes:
                raise ValueError(f"{source}: with it the files are larger than the machine's "
                                 f"memory of {self._limit_bytes >> 20} MB")
            with open(source, "rb") as file:
                self.add_file(path, file.read(), mode)
        elif stat.S_ISCHR(status.st_mode):
            self.add_char(path, mode, os.major(status.st_rdev), os.minor(status.st_rdev))
        elif stat.S_ISBLK(status.st_mode):
            self.add_block(path, mode, os.major(status.st_rdev), os.minor(status.st_rdev))
        else:
            raise ValueError(f"{source}: neither file, directory, link nor device")

    def add_tree(self, top):
        """All that is below the host's directory TOP, as paths below /."""
        def refuse(error):
            raise error

        for folder, dirs, files in os.walk(top, onerror=refuse):
            dirs.sort()
            relative = os.path.relpath(folder, top)
            for name in sorted(dirs + files):
                path = os.path.normpath(os.path.join(relative, name))
                self.add_host(path, os.path.join(folder, name))

    def to_bytes(self):
        out = bytearray()
        for number, (path, entry) in enumerate(sorted(self._entries.items()), 1):
            self._write(out, number, os.fsencode(path), *entry)
        self._write(out, 0, b"TRAILER!!!", 0, b"", 0, 0)
        out += bytes(-len(out) % PAGE)
        return bytes(out)

    def _add(self, path, mode, data, major, minor):
        path = os.path.normpath(path).lstrip("/")
        if path in (".", ""):
            return
        if path.startswith("../"):
            raise ValueError(f"{path}: outside of the archive")
        if path == "TRAILER!!!":
            raise ValueError(f"{path}: the name that ends an archive")
        parent = os.path.dirname(path)
        if parent and parent not in self._entries:
            self.add_dir(parent)
        self._entries[path] = (mode, data, major, minor)

    @staticmethod
    def _write(out, inode, name, mode, data, major, minor):
        size = len(name) + 1
        if stat.S_ISREG(mode) and len(data) >= PAGE:
            padded = size + -(len(out) + 110 + size) % PAGE
            if padded <= NAME_MAX_BYTES:
                size = padded
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (inode, mode, 0, 0, links, 0, len(data), 0, 0, major, minor, size, 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields)
        out += name + bytes(size - len(name))
        out += bytes(-len(out) % 4)
        out += data
        out += bytes(-len(out) % 4)
