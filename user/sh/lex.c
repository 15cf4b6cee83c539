/* SPDX-License-Identifier: MIT */
/*
 * Characters and tokens: lines from the source, line continuation, operators,
 * comments, and the texts of here-documents behind a newline. Words are
 * word.c's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"

#define MAX_DEPTH 200

static const char *text_next_line(struct source *source, size_t *len, bool continued)
{
	struct source_text *text = (struct source_text *)source;
	const char *start = text->at;
	const char *newline;

	(void)continued;
	if (start == text->end)
		return NULL;
	newline = memchr(start, '\n', (size_t)(text->end - start));
	text->at = newline ? newline + 1 : text->end;
	*len = (size_t)(text->at - start);
	return start;
}

void source_text_init(struct source_text *text, const char *start, size_t len)
{
	text->source.next_line = text_next_line;
	text->at = len > 0 ? start : ""; /* no text may come as NULL */
	text->end = text->at + len;
}

void parse_fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->message, sizeof(p->message), fmt, ap);
	va_end(ap);
	p->error_line = p->lex.line;
	longjmp(p->failed, 1);
}

void parse_enter(struct parser *p)
{
	if (++p->depth > MAX_DEPTH)
		parse_fail(p, "nested too deeply");
}

void parse_leave(struct parser *p)
{
	p->depth--;
}

/* Keeps the line for messages that quote the command. */
static void raw_add(struct parser *p, const char *text, size_t len)
{
	if (p->raw_used + len > p->raw_room) {
		size_t room = 2 * (p->raw_used + len);
		char *raw = arena_alloc(p->arena, room);

		if (p->raw_used)
			memcpy(raw, p->raw, p->raw_used);
		p->raw = raw;
		p->raw_room = room;
	}
	memcpy(p->raw + p->raw_used, text, len);
	p->raw_used += len;
}

/* => whether there is a next line */
static bool next_line(struct parser *p)
{
	struct lexer *lex = &p->lex;
	size_t len = 0;
	const char *line;

	if (lex->ended)
		return false;
	line = lex->source->next_line(lex->source, &len, lex->continued);
	if (!line) {
		lex->ended = true;
		lex->line_start = lex->at = lex->line_end;
		lex->base_bytes = p->raw_used;
		return false;
	}
	lex->line++;
	lex->line_start = lex->at = line;
	lex->line_end = line + len;
	lex->base_bytes = p->raw_used;
	raw_add(p, line, len);
	return true;
}

int lex_get_raw(struct parser *p)
{
	struct lexer *lex = &p->lex;

	while (lex->at == lex->line_end)
		if (!next_line(p))
			return LEX_END;
	lex->continued = true;
	return (unsigned char)*lex->at++;
}

int lex_get(struct parser *p)
{
	struct lexer *lex = &p->lex;
	int c;

	while ((c = lex_get_raw(p)) == '\\' && lex->at < lex->line_end && *lex->at == '\n')
		lex->at++;
	return c;
}

int lex_look(struct parser *p)
{
	int c = lex_get(p);

	lex_unget(p, c);
	return c;
}

void lex_unget(struct parser *p, int c)
{
	if (c != LEX_END)
		p->lex.at--;
}

size_t lex_position(const struct parser *p)
{
	return p->lex.base_bytes + (size_t)(p->lex.at - p->lex.line_start);
}

/* --- here-documents --- */

/* One line of a here-document, its continuation lines joined if it is not quoted. */
static bool here_line(struct parser *p, const struct here *here, struct text *line)
{
	bool first = true;
	int c;

	line->len = 0;
	while ((c = lex_get_raw(p)) != LEX_END) {
		if (c == '\t' && here->strip_tabs && first)
			continue;
		first = false;
		if (c == '\\' && !here->quoted && p->lex.at < p->lex.line_end &&
		    *p->lex.at == '\n') {
			p->lex.at++;
			first = true;
			continue;
		}
		text_add(p, line, (char)c);
		if (c == '\\' && !here->quoted && p->lex.at < p->lex.line_end)
			text_add(p, line, *p->lex.at++);
		if (c == '\n')
			break;
	}
	return line->len > 0;
}

static bool here_ends(const struct here *here, const struct text *line)
{
	size_t len = strlen(here->delimiter);

	return (line->len == len || (line->len == len + 1 && line->at[len] == '\n')) &&
	       memcmp(line->at, here->delimiter, len) == 0;
}

static void read_here(struct parser *p, const struct here *here)
{
	struct text body = {NULL, 0, 0};
	struct text line = {NULL, 0, 0};
	int first_line = p->lex.line + 1;

	while (here_line(p, here, &line) && !here_ends(here, &line))
		for (size_t i = 0; i < line.len; i++)
			text_add(p, &body, line.at[i]);
	if (here->quoted)
		here->redir->word = word_of_text(p, body.at, body.len);
	else
		here->redir->word = word_of_quoted(p, body.at, body.len, first_line);
}

void lex_read_heres(struct parser *p)
{
	while (p->heres) {
		struct here *here = p->heres;

		p->heres = here->next;
		if (!p->heres)
			p->heres_tail = &p->heres;
		read_here(p, here);
	}
}

/* --- tokens --- */

static int skip_blanks(struct parser *p)
{
	int c;

	do
		c = lex_get(p);
	while (c == ' ' || c == '\t');
	if (c != '#')
		return c;
	do
		c = lex_get_raw(p);
	while (c != '\n' && c != LEX_END);
	return c;
}

/* The operator FIRST, or LONGER if C comes next. */
static enum token maybe(struct parser *p, char c, enum token longer, enum token first)
{
	if (lex_look(p) != c)
		return first;
	lex_get(p);
	return longer;
}

static enum token less(struct parser *p)
{
	switch (lex_look(p)) {
	case '<':
		lex_get(p);
		return maybe(p, '-', TOKEN_HERE_TABS, TOKEN_HERE);
	case '&':
		lex_get(p);
		return TOKEN_COPY_IN;
	case '>':
		lex_get(p);
		return TOKEN_READ_WRITE;
	default:
		return TOKEN_LESS;
	}
}

static enum token great(struct parser *p)
{
	switch (lex_look(p)) {
	case '>':
		lex_get(p);
		return TOKEN_APPEND;
	case '&':
		lex_get(p);
		return TOKEN_COPY_OUT;
	case '|':
		lex_get(p);
		return TOKEN_CLOBBER;
	default:
		return TOKEN_GREAT;
	}
}

/* A word; one of digits that stands before < or > names a descriptor. */
static enum token word_token(struct parser *p, int c)
{
	size_t len;
	int next;

	lex_unget(p, c);
	p->word = read_word(p);
	if (!p->word->bare)
		return TOKEN_WORD;
	len = strlen(p->word->bare);
	next = lex_look(p);
	if ((next != '<' && next != '>') || len > 3 || strspn(p->word->bare, "0123456789") != len)
		return TOKEN_WORD;
	p->io_number = atoi(p->word->bare);
	return TOKEN_IO_NUMBER;
}

static enum token read_token(struct parser *p)
{
	int c = skip_blanks(p);

	p->token_start = lex_position(p) - (c != LEX_END);
	p->token_line = p->lex.line;
	switch (c) {
	case LEX_END:
		return TOKEN_END;
	case '\n':
		return TOKEN_NEWLINE;
	case ';':
		return maybe(p, ';', TOKEN_CASE_END, TOKEN_SEMI);
	case '&':
		return maybe(p, '&', TOKEN_AND_IF, TOKEN_AMPERSAND);
	case '|':
		return maybe(p, '|', TOKEN_OR_IF, TOKEN_PIPE);
	case '(':
		return TOKEN_LEFT;
	case ')':
		return TOKEN_RIGHT;
	case '<':
		return less(p);
	case '>':
		return great(p);
	default:
		return word_token(p, c);
	}
}

enum token lex_peek(struct parser *p)
{
	if (!p->peeked) {
		p->token = read_token(p);
		p->token_end = lex_position(p);
		p->peeked = true;
		if (p->token == TOKEN_NEWLINE && p->heres) {
			size_t end = p->token_end, taken_end = p->taken_end;

			lex_read_heres(p); /* which read tokens themselves, in $( ) */
			p->token = TOKEN_NEWLINE;
			p->token_end = end;
			p->taken_end = taken_end;
			p->peeked = true;
		}
	}
	return p->token;
}

void lex_take(struct parser *p)
{
	p->peeked = false;
	p->taken_end = p->token_end;
}
