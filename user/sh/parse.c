/* SPDX-License-Identifier: MIT */
/*
 * The grammar, from the top down:
 *
 *	list      and_or { ; | & | newline  and_or }
 *	and_or    pipeline { && | ||  pipeline }
 *	pipeline  [ ! ] command { | command }
 *	command   simple | compound redirections | name() compound
 *
 * Reserved words are words: they are looked for only where a command, or the
 * next word of a compound command, can stand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lex.h"

static struct node *parse_list(struct parser *p, bool one_line);
static struct node *parse_command_node(struct parser *p);

static struct node *new_node(struct parser *p, enum node_kind kind)
{
	struct node *node = arena_alloc(p->arena, sizeof(*node));

	node->kind = kind;
	node->line = p->token_line;
	return node;
}

/* --- tokens and reserved words --- */

static const char *const reserved[] = {"!",    "{",  "}",   "case", "do",   "done",  "elif", "else",
				       "esac", "fi", "for", "if",   "then", "until", "while"};

static bool is_word(struct parser *p, const char *text)
{
	return lex_peek(p) == TOKEN_WORD && p->word->bare && strcmp(p->word->bare, text) == 0;
}

static bool is_reserved(struct parser *p)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (is_word(p, reserved[i]))
			return true;
	return false;
}

/* Takes the reserved word TEXT if it comes next. */
static bool take_word(struct parser *p, const char *text)
{
	if (!is_word(p, text))
		return false;
	lex_take(p);
	return true;
}

static const char *token_name(enum token token)
{
	static const char *const names[] = {
		[TOKEN_END] = "end of file", [TOKEN_NEWLINE] = "newline",
		[TOKEN_WORD] = "word",       [TOKEN_IO_NUMBER] = "redirection",
		[TOKEN_SEMI] = "\";\"",      [TOKEN_AMPERSAND] = "\"&\"",
		[TOKEN_PIPE] = "\"|\"",      [TOKEN_LEFT] = "\"(\"",
		[TOKEN_RIGHT] = "\")\"",     [TOKEN_AND_IF] = "\"&&\"",
		[TOKEN_OR_IF] = "\"||\"",    [TOKEN_CASE_END] = "\";;\"",
	};

	return token < sizeof(names) / sizeof(names[0]) ? names[token] : "redirection";
}

static void unexpected(struct parser *p, const char *wanted) __attribute__((noreturn));
static void unexpected(struct parser *p, const char *wanted)
{
	enum token token = lex_peek(p);
	char what[40];

	if (token == TOKEN_WORD && is_reserved(p))
		snprintf(what, sizeof(what), "\"%.30s\"", p->word->bare);
	else
		snprintf(what, sizeof(what), "%s", token_name(token));
	p->lex.line = p->token_line;
	if (wanted)
		parse_fail(p, "Syntax error: %s unexpected (expecting \"%s\")", what, wanted);
	parse_fail(p, "Syntax error: %s unexpected", what);
}

static void expect_word(struct parser *p, const char *text)
{
	if (!take_word(p, text))
		unexpected(p, text);
}

static void skip_newlines(struct parser *p)
{
	while (lex_peek(p) == TOKEN_NEWLINE)
		lex_take(p);
}

/* The source from START to the last token taken, for messages. */
static const char *source_since(struct parser *p, size_t start)
{
	if (p->taken_end < start || p->taken_end > p->raw_used)
		return "";
	return arena_copy(p->arena, p->raw + start, p->taken_end - start);
}

/* --- redirections --- */

static bool redir_kind(enum token token, enum redir_kind *kind, int *fd)
{
	switch (token) {
	case TOKEN_LESS:
		*kind = REDIR_IN;
		break;
	case TOKEN_GREAT:
		*kind = REDIR_OUT;
		break;
	case TOKEN_CLOBBER:
		*kind = REDIR_CLOBBER;
		break;
	case TOKEN_APPEND:
		*kind = REDIR_APPEND;
		break;
	case TOKEN_READ_WRITE:
		*kind = REDIR_READ_WRITE;
		break;
	case TOKEN_COPY_IN:
		*kind = REDIR_COPY_IN;
		break;
	case TOKEN_COPY_OUT:
		*kind = REDIR_COPY_OUT;
		break;
	case TOKEN_HERE:
	case TOKEN_HERE_TABS:
		*kind = REDIR_HERE;
		break;
	default:
		return false;
	}
	*fd = token == TOKEN_GREAT || token == TOKEN_CLOBBER || token == TOKEN_APPEND ||
	      token == TOKEN_COPY_OUT;
	return true;
}

/* The delimiter is the word with its quotes taken off; nothing in it is expanded. */
static void add_here(struct parser *p, struct redir *redir, const struct word *word, bool tabs)
{
	struct here *here = arena_alloc(p->arena, sizeof(*here));
	struct text text = {NULL, 0, 0};

	here->redir = redir;
	here->strip_tabs = tabs;
	for (const struct part *part = word->parts; part; part = part->next) {
		if (part->kind != PART_TEXT)
			parse_fail(p, "Syntax error: Illegal eof marker for << redirection");
		here->quoted = here->quoted || part->quoted;
		for (const char *c = part->text; *c; c++)
			text_add(p, &text, *c);
	}
	here->delimiter = text.at ? text.at : "";
	*p->heres_tail = here;
	p->heres_tail = &here->next;
}

/* A redirection, if one comes next. */
static struct redir *parse_redir(struct parser *p)
{
	enum token token = lex_peek(p);
	struct redir *redir;
	enum redir_kind kind;
	int named = -1, fd;

	if (token == TOKEN_IO_NUMBER) {
		named = p->io_number;
		lex_take(p);
		token = lex_peek(p);
	}
	if (!redir_kind(token, &kind, &fd)) {
		if (named >= 0)
			unexpected(p, NULL);
		return NULL;
	}
	lex_take(p);
	if (lex_peek(p) == TOKEN_IO_NUMBER) /* >&2>x: the digits are the word */
		p->token = TOKEN_WORD;
	if (lex_peek(p) != TOKEN_WORD)
		unexpected(p, NULL);
	redir = arena_alloc(p->arena, sizeof(*redir));
	redir->kind = kind;
	redir->fd = named >= 0 ? named : fd;
	redir->word = p->word;
	if (kind == REDIR_HERE)
		add_here(p, redir, p->word, token == TOKEN_HERE_TABS);
	lex_take(p);
	return redir;
}

static void parse_redirs(struct parser *p, struct redir **tail)
{
	while ((*tail = parse_redir(p)))
		tail = &(*tail)->next;
}

/* --- simple commands --- */

/* NAME=VALUE as an assignment; NULL if the word is none. */
static struct assign *parse_assign(struct parser *p, struct word *word)
{
	struct part *part = word->parts;
	struct assign *assign;
	const char *equals;

	if (!part || part->kind != PART_TEXT || part->quoted)
		return NULL;
	equals = strchr(part->text, '=');
	if (!equals || !is_name(part->text, (size_t)(equals - part->text)))
		return NULL;
	assign = arena_alloc(p->arena, sizeof(*assign));
	assign->name = arena_copy(p->arena, part->text, (size_t)(equals - part->text));
	assign->value = word;
	word->bare = NULL;
	if (equals[1])
		part->text = arena_copy(p->arena, equals + 1, strlen(equals + 1));
	else
		word->parts = part->next;
	return assign;
}

static struct node *parse_function(struct parser *p, struct node *node)
{
	lex_take(p);
	if (lex_peek(p) != TOKEN_RIGHT)
		unexpected(p, ")");
	lex_take(p);
	if (!node->words->bare || !is_name(node->words->bare, strlen(node->words->bare)))
		parse_fail(p, "Syntax error: Bad function name");
	node->kind = NODE_FUNCTION;
	node->name = node->words->bare;
	node->words = NULL;
	skip_newlines(p);
	node->first = parse_command_node(p);
	return node;
}

static struct node *parse_simple(struct parser *p)
{
	struct node *node = new_node(p, NODE_SIMPLE);
	struct assign **assigns = &node->assigns;
	struct word **words = &node->words;
	struct redir **redirs = &node->redirs;

	for (;;) {
		struct word *word;

		if ((*redirs = parse_redir(p))) {
			redirs = &(*redirs)->next;
			continue;
		}
		if (lex_peek(p) != TOKEN_WORD)
			break;
		word = p->word;
		lex_take(p);
		if (!node->words && (*assigns = parse_assign(p, word))) {
			assigns = &(*assigns)->next;
			continue;
		}
		*words = word;
		words = &word->next;
		if (word == node->words && !node->assigns && !node->redirs &&
		    lex_peek(p) == TOKEN_LEFT)
			return parse_function(p, node);
	}
	if (!node->words && !node->assigns && !node->redirs)
		unexpected(p, NULL);
	return node;
}

/* --- compound commands --- */

/* A list that must not be empty, and the reserved word that ends it. */
static struct node *list_until(struct parser *p, const char *end)
{
	struct node *list = parse_list(p, false);

	if (!list)
		unexpected(p, NULL);
	expect_word(p, end);
	return list;
}

/* Behind if or elif. */
static struct node *parse_if(struct parser *p)
{
	struct node *node = new_node(p, NODE_IF);

	parse_enter(p);
	node->first = list_until(p, "then");
	node->second = parse_list(p, false);
	if (!node->second)
		unexpected(p, NULL);
	if (take_word(p, "elif")) {
		node->third = parse_if(p);
	} else {
		if (take_word(p, "else")) {
			node->third = parse_list(p, false);
			if (!node->third)
				unexpected(p, NULL);
		}
		expect_word(p, "fi");
	}
	parse_leave(p);
	return node;
}

static struct node *parse_while(struct parser *p, enum node_kind kind)
{
	struct node *node = new_node(p, kind);

	node->first = list_until(p, "do");
	node->second = list_until(p, "done");
	return node;
}

static struct node *parse_for(struct parser *p)
{
	struct node *node = new_node(p, NODE_FOR);
	struct word **words = &node->words;

	if (lex_peek(p) != TOKEN_WORD || !p->word->bare ||
	    !is_name(p->word->bare, strlen(p->word->bare)))
		parse_fail(p, "Syntax error: Bad for loop variable");
	node->name = p->word->bare;
	lex_take(p);
	if (lex_peek(p) == TOKEN_SEMI) {
		lex_take(p);
		node->all_params = true;
		skip_newlines(p);
	} else {
		skip_newlines(p);
		node->all_params = !take_word(p, "in");
	}
	if (!node->all_params) {
		while (lex_peek(p) == TOKEN_WORD) {
			*words = p->word;
			words = &p->word->next;
			lex_take(p);
		}
		if (lex_peek(p) != TOKEN_NEWLINE && lex_peek(p) != TOKEN_SEMI)
			unexpected(p, NULL);
		lex_take(p);
		skip_newlines(p);
	}
	expect_word(p, "do");
	node->first = list_until(p, "done");
	return node;
}

static struct case_item *parse_case_item(struct parser *p)
{
	struct case_item *item = arena_alloc(p->arena, sizeof(*item));
	struct word **patterns = &item->patterns;

	if (lex_peek(p) == TOKEN_LEFT)
		lex_take(p);
	for (;;) {
		if (lex_peek(p) != TOKEN_WORD)
			unexpected(p, NULL);
		*patterns = p->word;
		patterns = &p->word->next;
		lex_take(p);
		if (lex_peek(p) != TOKEN_PIPE)
			break;
		lex_take(p);
	}
	if (lex_peek(p) != TOKEN_RIGHT)
		unexpected(p, ")");
	lex_take(p);
	item->body = parse_list(p, false);
	return item;
}

static struct node *parse_case(struct parser *p)
{
	struct node *node = new_node(p, NODE_CASE);
	struct case_item **items = &node->items;

	if (lex_peek(p) != TOKEN_WORD)
		unexpected(p, NULL);
	node->words = p->word;
	lex_take(p);
	skip_newlines(p);
	expect_word(p, "in");
	skip_newlines(p);
	while (!take_word(p, "esac")) {
		*items = parse_case_item(p);
		items = &(*items)->next;
		if (lex_peek(p) == TOKEN_CASE_END) {
			lex_take(p);
			skip_newlines(p);
		} else if (!is_word(p, "esac")) {
			unexpected(p, ";;");
		}
	}
	return node;
}

static struct node *parse_subshell(struct parser *p)
{
	struct node *node = new_node(p, NODE_SUBSHELL);

	lex_take(p);
	node->first = parse_list(p, false);
	if (!node->first)
		unexpected(p, NULL);
	if (lex_peek(p) != TOKEN_RIGHT)
		unexpected(p, ")");
	lex_take(p);
	return node;
}

static struct node *parse_group(struct parser *p)
{
	struct node *node = new_node(p, NODE_GROUP);

	node->first = list_until(p, "}");
	return node;
}

/* A compound command, if one begins here. */
static struct node *parse_compound(struct parser *p)
{
	if (lex_peek(p) == TOKEN_LEFT)
		return parse_subshell(p);
	if (take_word(p, "{"))
		return parse_group(p);
	if (take_word(p, "if"))
		return parse_if(p);
	if (take_word(p, "while"))
		return parse_while(p, NODE_WHILE);
	if (take_word(p, "until"))
		return parse_while(p, NODE_UNTIL);
	if (take_word(p, "for"))
		return parse_for(p);
	if (take_word(p, "case"))
		return parse_case(p);
	return NULL;
}

static struct node *parse_command_node(struct parser *p)
{
	struct node *node;

	parse_enter(p);
	node = parse_compound(p);
	if (node)
		parse_redirs(p, &node->redirs);
	else if (is_reserved(p))
		unexpected(p, NULL);
	else
		node = parse_simple(p);
	parse_leave(p);
	return node;
}

/* --- lists --- */

static struct node *parse_pipeline(struct parser *p)
{
	bool negated = false;
	struct node *first, *pipe, *not ;
	size_t start;

	lex_peek(p);
	start = p->token_start;
	while (take_word(p, "!"))
		negated = !negated;
	first = parse_command_node(p);
	if (lex_peek(p) == TOKEN_PIPE) {
		struct node *last = first;

		pipe = new_node(p, NODE_PIPE);
		pipe->line = first->line;
		pipe->first = first;
		while (lex_peek(p) == TOKEN_PIPE) {
			lex_take(p);
			skip_newlines(p);
			last->next = parse_command_node(p);
			last = last->next;
		}
		first = pipe;
	}
	first->text = source_since(p, start);
	if (!negated)
		return first;
	not = new_node(p, NODE_NOT);
	not ->line = first->line;
	not ->first = first;
	return not ;
}

static struct node *parse_and_or(struct parser *p)
{
	struct node *left = parse_pipeline(p);

	for (;;) {
		enum token token = lex_peek(p);
		struct node *node;

		if (token != TOKEN_AND_IF && token != TOKEN_OR_IF)
			return left;
		lex_take(p);
		skip_newlines(p);
		node = new_node(p, token == TOKEN_AND_IF ? NODE_AND : NODE_OR);
		node->line = left->line;
		node->first = left;
		node->second = parse_pipeline(p);
		left = node;
	}
}

/* Can no further command of this list come? */
static bool list_ends(struct parser *p)
{
	switch (lex_peek(p)) {
	case TOKEN_END:
	case TOKEN_RIGHT:
	case TOKEN_CASE_END:
		return true;
	case TOKEN_WORD:
		return is_word(p, "then") || is_word(p, "do") || is_word(p, "done") ||
		       is_word(p, "fi") || is_word(p, "else") || is_word(p, "elif") ||
		       is_word(p, "esac") || is_word(p, "}");
	default:
		return false;
	}
}

/* => the list; NULL if it is empty. ONE_LINE: it ends with the newline, which is not taken */
static struct node *parse_list(struct parser *p, bool one_line)
{
	struct node *list = new_node(p, NODE_SEQUENCE);
	struct node **tail = &list->first;

	if (!one_line)
		skip_newlines(p);
	while (!list_ends(p)) {
		size_t start = p->token_start;
		struct node *node = parse_and_or(p);
		enum token token = lex_peek(p);

		if (token == TOKEN_AMPERSAND) {
			struct node *background = new_node(p, NODE_BACKGROUND);

			background->line = node->line;
			background->first = node;
			background->text = source_since(p, start);
			node = background;
		}
		*tail = node;
		tail = &node->next;
		if (token == TOKEN_SEMI || token == TOKEN_AMPERSAND)
			lex_take(p);
		else if (token != TOKEN_NEWLINE)
			break;
		if (one_line && lex_peek(p) == TOKEN_NEWLINE)
			break;
		if (!one_line)
			skip_newlines(p);
	}
	if (!list->first)
		return NULL;
	list->line = list->first->line;
	return list->first->next ? list : list->first;
}

struct node *parse_until_right(struct parser *p)
{
	struct node *body;

	p->peeked = false;
	body = parse_list(p, false);
	if (lex_peek(p) != TOKEN_RIGHT)
		unexpected(p, ")");
	lex_take(p);
	return body;
}

struct node *parse_text(struct parser *p, const char *text, size_t len, int line)
{
	struct parser outer = *p;
	struct source_text source;
	struct node *body;

	source_text_init(&source, text ? text : "", len);
	memset(&p->lex, 0, sizeof(p->lex));
	p->lex.source = &source.source;
	p->lex.line = line - 1;
	p->peeked = false;
	p->heres = NULL;
	p->heres_tail = &p->heres;
	body = parse_list(p, false);
	if (lex_peek(p) != TOKEN_END)
		unexpected(p, NULL);
	lex_read_heres(p);

	p->lex = outer.lex;
	p->peeked = outer.peeked;
	p->token = outer.token;
	p->word = outer.word;
	p->token_line = outer.token_line;
	p->heres = outer.heres;
	p->heres_tail = outer.heres ? outer.heres_tail : &p->heres;
	p->raw_used = outer.raw_used;
	p->token_start = outer.token_start;
	p->token_end = outer.token_end;
	p->taken_end = outer.taken_end;
	return body;
}

/* --- the entry points --- */

void parser_init(struct parser *p, struct source *source, int line)
{
	memset(p, 0, sizeof(*p));
	p->lex.source = source;
	p->lex.line = line - 1;
}

static void begin(struct parser *p, struct arena *arena)
{
	p->arena = arena;
	p->peeked = false;
	p->heres = NULL;
	p->heres_tail = &p->heres;
	p->depth = 0;
	p->raw_used = p->raw_room = 0;
	p->taken_end = 0;
	p->lex.continued = false;
	p->lex.base_bytes = 0;
	p->lex.line_start = p->lex.at;
}

enum parse_result parse_command(struct parser *p, struct arena *arena, struct node **tree)
{
	struct lexer outer;

	begin(p, arena);
	outer = p->lex;
	*tree = NULL;
	if (setjmp(p->failed)) {
		if (p->lex.source != outer.source)
			p->lex = outer;
		p->lex.at = p->lex.line_end;
		return PARSE_ERROR;
	}
	if (lex_peek(p) == TOKEN_END)
		return PARSE_END;
	if (lex_peek(p) != TOKEN_NEWLINE) {
		*tree = parse_list(p, true);
		if (!*tree || (lex_peek(p) != TOKEN_NEWLINE && lex_peek(p) != TOKEN_END))
			unexpected(p, NULL);
		lex_read_heres(p);
	}
	lex_take(p);
	return *tree ? PARSE_COMMAND : PARSE_EMPTY;
}

enum parse_result parse_quoted_text(struct parser *p, struct arena *arena, const char *text,
				    size_t len, struct word **word)
{
	begin(p, arena);
	if (setjmp(p->failed))
		return PARSE_ERROR;
	*word = word_of_quoted(p, text, len, p->lex.line + 1);
	return PARSE_COMMAND;
}
