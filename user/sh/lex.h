/* SPDX-License-Identifier: MIT */
/*
 * Between lex.c (characters and tokens) and word.c (words).
 */
#ifndef SH_LEX_H
#define SH_LEX_H

#include "parser.h"

#define LEX_END (-1)

/* The next character: as it stands, or without line continuations. => LEX_END at the end */
int lex_get_raw(struct parser *p);
int lex_get(struct parser *p);

/* The next character, which stays; puts back C, which was the last one read. */
int lex_look(struct parser *p);
void lex_unget(struct parser *p, int c);

/* Bytes of the command's text that have been read. */
size_t lex_position(const struct parser *p);

/* Reads the here-documents that wait for a newline. */
void lex_read_heres(struct parser *p);

/* Text that grows in the parser's arena. */
struct text {
	char *at; /* ended by NUL once anything was added */
	size_t len;
	size_t room;
};

void text_add(struct parser *p, struct text *text, char c);

/* The word that begins at the next character. */
struct word *read_word(struct parser *p);

/* A word of plain quoted text; one of text that is expanded as in double quotes. */
struct word *word_of_text(struct parser *p, const char *text, size_t len);
struct word *word_of_quoted(struct parser *p, const char *text, size_t len, int line);

#endif
