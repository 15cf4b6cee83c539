# SPDX-License-Identifier: MIT
"""A bootable image: GRUB, the kernel, the root file system and a command line."""
import os
import shutil
import subprocess
import tempfile

from .errors import OctavoError, UsageError

MODULES = "normal multiboot biosdisk iso9660 mmap"


def grub_word(word):
    """A word as grub.cfg must hold it.

    GRUB takes the single quotes off, and writes the word to the kernel with
    double quotes where it has blanks and a backslash before each quote and
    backslash, which is how the kernel reads it.
    """
    if not word:
        raise UsageError("an empty argument cannot pass through GRUB (--boot iso)")
    return "'" + word.replace("'", "'\\''") + "'"


def grub_config(words, has_module, holes):
    lines = ["set timeout=0", "set default=0",
             *("cutmem " + hole.replace("-", " ") for hole in holes),
             "multiboot /boot/octavo.elf " + " ".join(grub_word(word) for word in words)]
    if has_module:
        lines.append("module /boot/root")
    lines.append("boot")
    return "\n".join(lines) + "\n"


def copy_kernel(source, target):
    """The kernel without what only a debugger wants: reading a CD takes longest in a boot."""
    strip = shutil.which("strip")
    if not strip or subprocess.run([strip, "-o", target, source], check=False,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL).returncode:
        shutil.copyfile(source, target)


def make(output, kernel, image, words, holes=()):
    """Writes the ISO image OUTPUT; IMAGE None means no module.

    GRUB keeps the memory of HOLES, "FROM-TO" in hexadecimal, from the kernel.
    """
    grub = shutil.which("grub-mkrescue")
    if not grub:
        raise OctavoError("grub-mkrescue is missing: tools/setup installs it")
    with tempfile.TemporaryDirectory(prefix="octavo-iso-") as top:
        boot = os.path.join(top, "boot")
        os.makedirs(os.path.join(boot, "grub"))
        copy_kernel(kernel, os.path.join(boot, "octavo.elf"))
        if image:
            shutil.copyfile(image, os.path.join(boot, "root"))
        with open(os.path.join(boot, "grub", "grub.cfg"), "w", encoding="utf-8") as config:
            config.write(grub_config(words, image is not None, holes))
        made = subprocess.run(
            [grub, "-d", "/usr/lib/grub/i386-pc", f"--install-modules={MODULES}", "--fonts=",
             "--locales=", "--themes=", "--compress=no", "-o", output, top],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False, text=True, errors="replace")
        if made.returncode:
            last = made.stdout.strip().splitlines()[-1:] or ["no word why"]
            raise OctavoError(f"grub-mkrescue failed: {last[0]}")
