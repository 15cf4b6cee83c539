# SPDX-License-Identifier: MIT
"""The kernel's command line, with the quoting of include/octavo/param.h.

Blanks separate words, "..." groups, a backslash takes the next character.
"""
from .errors import UsageError

MAX_BYTES = 2047
MAX_WORDS = 128
BLANKS = " \t\n\r"


def split(text):
    """The words of a command line; UsageError where a quote or escape is unfinished."""
    words, word, quoted = [], None, False
    characters = iter(text)
    for c in characters:
        if c == "\\":
            escaped = next(characters, None)
            if escaped is None:
                raise UsageError(f"kernel parameters end in a backslash: {text}")
            word = (word or "") + escaped
        elif c == '"':
            quoted = not quoted
            word = word or ""
        elif c in BLANKS and not quoted:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + c
    if quoted:
        raise UsageError(f"kernel parameters have an unfinished quote: {text}")
    if word is not None:
        words.append(word)
    return words


def quote(word):
    """A word as it must be written to be read back as it is."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    if escaped and not any(c in BLANKS for c in escaped):
        return escaped
    return f'"{escaped}"'


def words_of(parameters, program):
    """All words: the parameters (one text), then -- and the program (a list)."""
    words = split(parameters)
    if program:
        if "--" in words:
            raise UsageError("--append has a --: the program stands behind octavo's own --")
        words += ["--"] + list(program)
    if len(words) > MAX_WORDS:
        raise UsageError(f"{len(words)} words are too many for the kernel, it takes {MAX_WORDS}")
    return words


def join(words):
    """The command line that has these words."""
    line = " ".join(quote(word) for word in words)
    try:
        size = len(line.encode())
    except UnicodeEncodeError as error:
        raise UsageError("a command line that is not UTF-8 cannot be handed to the kernel") \
            from error
    if size > MAX_BYTES:
        raise UsageError(f"a command line of {size} bytes is too long, the kernel takes "
                         f"{MAX_BYTES}")
    return line
