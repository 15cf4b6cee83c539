/* SPDX-License-Identifier: MIT */
/*
 * From text to tree: one complete command at a time, since the command before
 * it may change what comes (its input, its position in a script).
 *
 *	source (lines) ─▶ lex.c (tokens, words) ─▶ parse.c (grammar) ─▶ tree.h
 *
 * $( ) is parsed where it stands by the same parser; `...` and the text of a
 * here-document are cut out first and read by a lexer of their own.
 */
#ifndef SH_PARSER_H
#define SH_PARSER_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "tree.h"

/* Where text comes from, a line at a time. */
struct source {
	/*
	 * => the next line with its newline (the last may lack it) and its length; NULL at the
	 * end. The text stays until the next call. CONTINUED: in the middle of a command.
	 */
	const char *(*next_line)(struct source *source, size_t *len, bool continued);
};

struct source_text { /* a source of text in memory */
	struct source source;
	const char *at;
	const char *end;
};

/* LEN bytes at START, which stay while they are read. */
void source_text_init(struct source_text *text, const char *start, size_t len);

enum token {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_IO_NUMBER,
	TOKEN_SEMI,       /* ; */
	TOKEN_AMPERSAND,  /* & */
	TOKEN_PIPE,       /* | */
	TOKEN_LEFT,       /* ( */
	TOKEN_RIGHT,      /* ) */
	TOKEN_AND_IF,     /* && */
	TOKEN_OR_IF,      /* || */
	TOKEN_CASE_END,   /* ;; */
	TOKEN_LESS,       /* < */
	TOKEN_GREAT,      /* > */
	TOKEN_HERE,       /* << */
	TOKEN_HERE_TABS,  /* <<- */
	TOKEN_APPEND,     /* >> */
	TOKEN_COPY_IN,    /* <& */
	TOKEN_COPY_OUT,   /* >& */
	TOKEN_READ_WRITE, /* <> */
	TOKEN_CLOBBER,    /* >| */
};

struct here { /* a here-document whose text comes after the next newline */
	struct here *next;
	struct redir *redir;
	const char *delimiter;
	bool quoted;
	bool strip_tabs;
};

struct lexer {
	struct source *source;
	const char *line_start, *at, *line_end; /* of the line that is being read */
	int line;                               /* its number */
	bool ended;                             /* the source has no more */
	bool continued;                         /* something of the command has been read */
	size_t base_bytes; /* of the command's text that lie before line_start */
};

struct parser {
	struct arena *arena; /* of the tree that is being made */
	struct lexer lex;
	bool peeked; /* token below has been read and not yet taken */
	enum token token;
	struct word *word; /* of TOKEN_WORD */
	int io_number;     /* of TOKEN_IO_NUMBER */
	int token_line;
	struct here *heres, **heres_tail;
	int depth; /* of nested commands and words */
	char *raw; /* the text of the command so far */
	size_t raw_used, raw_room;
	size_t token_start, token_end, taken_end; /* in raw */
	jmp_buf failed;
	char message[120]; /* of the error */
	int error_line;
};

enum parse_result { PARSE_COMMAND, PARSE_EMPTY, PARSE_END, PARSE_ERROR };

/* LINE is the number of the source's first line. */
void parser_init(struct parser *p, struct source *source, int line);

/*
 * Parses the next complete command into ARENA.
 * => PARSE_COMMAND with *TREE; PARSE_EMPTY for an empty line; PARSE_END; PARSE_ERROR with
 *    p->message and p->error_line, the rest of the line that it is in is dropped
 */
enum parse_result parse_command(struct parser *p, struct arena *arena, struct node **tree);

/* Parses TEXT as the inside of double quotes, as here-documents and PS1 are. => as above */
enum parse_result parse_quoted_text(struct parser *p, struct arena *arena, const char *text,
				    size_t len, struct word **word);

/* Is NAME[0..len) a variable's name? */
bool is_name(const char *name, size_t len);

/* --- between lex.c and parse.c --- */

/* Reads the next token, or the one that is peeked. */
enum token lex_peek(struct parser *p);
void lex_take(struct parser *p);

/* A list of commands that ends at ')', for $( ). */
struct node *parse_until_right(struct parser *p);

/* Commands from the text of `...`. */
struct node *parse_text(struct parser *p, const char *text, size_t len, int line);

/* Ends parsing with a message. */
void parse_fail(struct parser *p, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* Bounds recursion: text may be nested to any depth, the stack is not. */
void parse_enter(struct parser *p);
void parse_leave(struct parser *p);

#endif
