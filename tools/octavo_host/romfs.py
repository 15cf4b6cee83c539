# SPDX-License-Identifier: MIT
"""Makes romfs images with genromfs.

The data of every file starts at a multiple of 4096, so that it can be mapped,
and protected, where it lies.
"""
import os
import shutil
import subprocess
import tempfile

from . import rootlist
from .errors import OctavoError

ALIGNMENT = 4096


class Stage:
    """A folder that genromfs turns into an image; has the methods of cpio.Archive."""

    def __init__(self, top):
        self.top = top

    def _path(self, path):
        full = os.path.join(self.top, path.lstrip("/"))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full

    def add_dir(self, path, mode=0o755):
        full = self._path(path)
        os.makedirs(full, exist_ok=True)
        os.chmod(full, mode | 0o700)

    def add_file(self, path, data, mode=0o644):
        with open(self._path(path), "wb") as file:
            file.write(data)
        os.chmod(self._path(path), mode)

    def add_symlink(self, path, target):
        os.symlink(target, self._path(path))

    def add_char(self, path, _mode, major, minor):
        self._add_node(path, "c", major, minor)

    def add_block(self, path, _mode, major, minor):
        self._add_node(path, "b", major, minor)

    def add_host(self, path, source):
        with open(source, "rb") as file:
            self.add_file(path, file.read(), os.stat(source).st_mode & 0o777)

    def add_tree(self, top):
        shutil.copytree(top, self.top, symlinks=True, dirs_exist_ok=True)

    def _add_node(self, path, kind, major, minor):
        # how genromfs is told of a device that the host need not have
        folder, name = os.path.split(self._path(path))
        with open(os.path.join(folder, f"@{name},{kind},{major},{minor}"), "wb"):
            pass


def make(output, lists, files, overlay=None):
    """Writes the image OUTPUT of lists and files (see rootlist), and the folder OVERLAY."""
    with tempfile.TemporaryDirectory(prefix="octavo-romfs-") as top:
        stage = Stage(top)
        try:
            rootlist.fill(stage, lists, files)
            if overlay is not None:
                stage.add_tree(overlay)
            subprocess.run(["genromfs", "-d", top, "-f", output + ".tmp", "-a", str(ALIGNMENT),
                            "-V", "octavo"], check=True, stdin=subprocess.DEVNULL)
        except (OSError, ValueError, shutil.Error, rootlist.ListError,
                subprocess.CalledProcessError) as error:
            raise OctavoError(f"cannot make a romfs: {error}") from error
    os.replace(output + ".tmp", output)
