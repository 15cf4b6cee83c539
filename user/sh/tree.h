/* SPDX-License-Identifier: MIT */
/*
 * What the parser makes of a command's text. All of it lies in one arena.
 *
 *	a=1 cat "x$y" | wc >out &
 *
 *	NODE_BACKGROUND
 *	  NODE_PIPE
 *	    NODE_SIMPLE  assigns: a=[1]  words: [cat] ["x" $y]
 *	    NODE_SIMPLE  words: [wc]  redirs: > [out]
 *
 * A word is a list of parts; each knows whether it stood in quotes, which
 * decides about splitting and file name patterns. This and the files that
 * make it (lex.c, parse.c) know nothing of the system: tests on the host
 * compile them.
 */
#ifndef SH_TREE_H
#define SH_TREE_H

#include <stdbool.h>

struct node;
struct word;

enum part_kind {
	PART_TEXT,    /* text */
	PART_PARAM,   /* ${text op word} */
	PART_COMMAND, /* $(body) */
	PART_ARITH,   /* $((word)) */
};

enum param_op {
	PARAM_PLAIN,
	PARAM_LENGTH,          /* ${#x} */
	PARAM_DEFAULT,         /* - */
	PARAM_ASSIGN,          /* = */
	PARAM_ERROR,           /* ? */
	PARAM_ALTERNATE,       /* + */
	PARAM_CUT_SUFFIX,      /* % */
	PARAM_CUT_LONG_SUFFIX, /* %% */
	PARAM_CUT_PREFIX,      /* # */
	PARAM_CUT_LONG_PREFIX, /* ## */
	PARAM_BAD,             /* an error when it is expanded */
};

struct part {
	struct part *next;
	enum part_kind kind;
	enum param_op op;
	bool quoted;
	bool colon; /* :- := :? :+, which take an empty value for none */
	char *text;
	struct word *word;
	struct node *body;
};

struct word {
	struct word *next;
	struct part *parts;
	const char *bare; /* the text of a word without quotes and expansions, else NULL */
};

struct assign {
	struct assign *next;
	const char *name;
	struct word *value;
};

enum redir_kind {
	REDIR_IN,         /* < */
	REDIR_OUT,        /* > */
	REDIR_CLOBBER,    /* >| */
	REDIR_APPEND,     /* >> */
	REDIR_READ_WRITE, /* <> */
	REDIR_COPY_IN,    /* <& */
	REDIR_COPY_OUT,   /* >& */
	REDIR_HERE,       /* << */
};

struct redir {
	struct redir *next;
	enum redir_kind kind;
	int fd;            /* that is changed */
	struct word *word; /* file, descriptor, or the text itself (REDIR_HERE) */
};

struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body; /* NULL: empty */
};

enum node_kind {
	NODE_SIMPLE,
	NODE_PIPE,       /* first: the commands, linked by next */
	NODE_NOT,        /* ! first */
	NODE_AND,        /* first && second */
	NODE_OR,         /* first || second */
	NODE_SEQUENCE,   /* first: linked by next */
	NODE_BACKGROUND, /* first & */
	NODE_SUBSHELL,   /* ( first ) */
	NODE_GROUP,      /* { first } */
	NODE_IF,         /* if first; then second; else third (may be NULL) */
	NODE_WHILE,      /* while first; do second */
	NODE_UNTIL,
	NODE_FOR,      /* for name in words; do first */
	NODE_CASE,     /* case words in items */
	NODE_FUNCTION, /* name() first */
};

struct node {
	enum node_kind kind;
	int line;
	struct node *next;
	struct redir *redirs;
	struct assign *assigns;
	struct word *words;
	struct node *first, *second, *third;
	struct case_item *items;
	const char *name;
	const char *text; /* source of a pipeline or a background command, for messages */
	bool all_params;  /* for without in */
};

#endif
