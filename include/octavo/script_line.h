/* SPDX-License-Identifier: MIT */
/*
 * script_line.h - the first line of a script (pure).
 *
 *	#!  blanks  INTERPRETER  blanks  ARGUMENT with blanks in it  blanks  newline
 *
 * Blanks are spaces and tabs. The line has 255 bytes, "#!" among them: an interpreter that is cut
 * there is no interpreter, an argument that is cut there is a shorter one. A file that ends before a
 * newline is read as if NULs followed, which end a word, and are no blanks.
 */
#pragma once

#include <octavo/env.h>

#define SCRIPT_LINE_BYTES 256 /* what of a file is looked at; execve(2) */

struct script_line {
	const char *interpreter; /* "" where a NUL stands in its place */
	const char *argument;    /* NULL: none */
};

/* script_line_parse - cut the start of a file: SCRIPT_LINE_BYTES, NULs behind the file's end.
 *   => true: a script, and *line points into the buffer, which now has NULs behind the words;
 *	false: none, or one without an interpreter; the buffer is as it was. execve(2) */
bool script_line_parse(char *buf, struct script_line *line);
