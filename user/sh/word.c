/* SPDX-License-Identifier: MIT */
/*
 * Words: quotes, $x, ${x...}, $(...), `...`, $((...)).
 *
 *	a"b c"$x	[a] ["b c"] [$x]	three parts
 *
 * Inside of double quotes, here-documents, ${x-...} and $((...)) the same
 * characters mean different things; each has a loop of its own, and all share
 * dollar() and backquote().
 */
#include <string.h>

#include "lex.h"

struct builder {
	struct parser *p;
	struct part *first;
	struct part **tail;
	struct text text; /* of a part that is not finished */
	bool text_quoted;
};

static void dollar(struct builder *b, bool quoted);
static void backquote(struct builder *b, bool quoted);

void text_add(struct parser *p, struct text *text, char c)
{
	if (text->len + 1 >= text->room) {
		size_t room = text->room ? 2 * text->room : 32;
		char *at = arena_alloc(p->arena, room);

		if (text->len)
			memcpy(at, text->at, text->len);
		text->at = at;
		text->room = room;
	}
	text->at[text->len++] = c;
	text->at[text->len] = '\0';
}

static void builder_init(struct builder *b, struct parser *p)
{
	memset(b, 0, sizeof(*b));
	b->p = p;
	b->tail = &b->first;
}

static struct part *add_part(struct builder *b, enum part_kind kind, bool quoted)
{
	struct part *part = arena_alloc(b->p->arena, sizeof(*part));

	part->kind = kind;
	part->quoted = quoted;
	*b->tail = part;
	b->tail = &part->next;
	return part;
}

static void flush_text(struct builder *b)
{
	if (!b->text.len)
		return;
	add_part(b, PART_TEXT, b->text_quoted)->text = b->text.at;
	memset(&b->text, 0, sizeof(b->text));
}

static void add_char(struct builder *b, int c, bool quoted)
{
	if (b->text_quoted != quoted)
		flush_text(b);
	b->text_quoted = quoted;
	text_add(b->p, &b->text, (char)c);
}

static struct word *finish(struct builder *b)
{
	struct word *word = arena_alloc(b->p->arena, sizeof(*word));

	flush_text(b);
	word->parts = b->first;
	if (b->first && !b->first->next && b->first->kind == PART_TEXT && !b->first->quoted)
		word->bare = b->first->text;
	return word;
}

/* Quotes with nothing in them are a part, since they make a word. */
static void quotes_closed(struct builder *b, struct part **tail_before)
{
	flush_text(b);
	if (!*tail_before)
		add_part(b, PART_TEXT, true)->text = arena_copy(b->p->arena, "", 0);
}

static void single_quotes(struct builder *b)
{
	struct part **before;
	int c;

	flush_text(b);
	before = b->tail;
	while ((c = lex_get_raw(b->p)) != '\'') {
		if (c == LEX_END)
			parse_fail(b->p, "Unterminated quoted string");
		add_char(b, c, true);
	}
	quotes_closed(b, before);
}

/* A backslash that quotes only the characters of SPECIAL and is text elsewhere. */
static void weak_backslash(struct builder *b, const char *special, bool quoted)
{
	int c = lex_get_raw(b->p);

	if (c == LEX_END || !strchr(special, c) || !c)
		add_char(b, '\\', quoted);
	if (c != LEX_END)
		add_char(b, c, true);
}

static void strong_backslash(struct builder *b)
{
	int c = lex_get_raw(b->p);

	add_char(b, c == LEX_END ? '\\' : c, true);
}

static void double_quotes(struct builder *b)
{
	struct part **before;
	int c;

	flush_text(b);
	before = b->tail;
	while ((c = lex_get(b->p)) != '"') {
		switch (c) {
		case LEX_END:
			parse_fail(b->p, "Unterminated quoted string");
		case '\\':
			weak_backslash(b, "$`\"\\", true);
			break;
		case '$':
			dollar(b, true);
			break;
		case '`':
			backquote(b, true);
			break;
		default:
			add_char(b, c, true);
		}
	}
	quotes_closed(b, before);
}

/* What stands behind the operator of ${x-...}, to the closing brace. */
static struct word *brace_operand(struct parser *p, bool quoted, bool single_quotes_quote)
{
	struct builder b;
	int c;

	builder_init(&b, p);
	while ((c = lex_get(p)) != '}') {
		if (c == LEX_END)
			parse_fail(p, "Missing '}'");
		else if (c == '\\' && quoted)
			weak_backslash(&b, "$`\"\\}", true);
		else if (c == '\\')
			strong_backslash(&b);
		else if (c == '\'' && single_quotes_quote)
			single_quotes(&b);
		else if (c == '"')
			double_quotes(&b);
		else if (c == '$')
			dollar(&b, quoted);
		else if (c == '`')
			backquote(&b, quoted);
		else
			add_char(&b, c, quoted);
	}
	return finish(&b);
}

static bool is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

bool is_name(const char *name, size_t len)
{
	if (!len || !is_name_start((unsigned char)name[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_name_start((unsigned char)name[i]) && !is_digit((unsigned char)name[i]))
			return false;
	return true;
}

static bool is_special(int c)
{
	return c > 0 && strchr("@*#?-$!", c);
}

/* A parameter's name; a bare $ is followed by one digit, ${ by any number. */
static bool param_name(struct parser *p, struct text *name, bool in_braces)
{
	int c = lex_get(p);

	if (is_name_start(c)) {
		for (; is_name_start(c) || is_digit(c); c = lex_get(p))
			text_add(p, name, (char)c);
		lex_unget(p, c);
	} else if (is_digit(c)) {
		for (; is_digit(c); c = in_braces ? lex_get(p) : LEX_END)
			text_add(p, name, (char)c);
		if (in_braces)
			lex_unget(p, c);
	} else if (is_special(c)) {
		text_add(p, name, (char)c);
	} else {
		lex_unget(p, c);
	}
	return name->len > 0;
}

static enum param_op read_op(struct parser *p, int c, bool colon)
{
	switch (c) {
	case '-':
		return PARAM_DEFAULT;
	case '=':
		return PARAM_ASSIGN;
	case '?':
		return PARAM_ERROR;
	case '+':
		return PARAM_ALTERNATE;
	case '%':
	case '#':
		if (colon)
			return PARAM_BAD;
		if (lex_look(p) != c)
			return c == '%' ? PARAM_CUT_SUFFIX : PARAM_CUT_PREFIX;
		lex_get(p);
		return c == '%' ? PARAM_CUT_LONG_SUFFIX : PARAM_CUT_LONG_PREFIX;
	default:
		return PARAM_BAD;
	}
}

static void braces(struct builder *b, bool quoted)
{
	struct parser *p = b->p;
	struct part *part = add_part(b, PART_PARAM, quoted);
	struct text name = {NULL, 0, 0};
	bool is_cut;
	int c = lex_get(p);

	if (c == '#' && lex_look(p) != '}')
		part->op = PARAM_LENGTH;
	else
		lex_unget(p, c);
	if (!param_name(p, &name, true))
		part->op = PARAM_BAD;
	part->text = name.at;
	c = lex_get(p);
	if (c == '}')
		return;
	if (part->op == PARAM_PLAIN) {
		part->colon = c == ':';
		if (part->colon)
			c = lex_get(p);
		part->op = read_op(p, c, part->colon);
	} else {
		part->op = PARAM_BAD;
	}
	if (part->op == PARAM_BAD)
		lex_unget(p, c);
	is_cut = part->op >= PARAM_CUT_SUFFIX && part->op <= PARAM_CUT_LONG_PREFIX;
	part->word = brace_operand(p, quoted && !is_cut, !quoted || is_cut);
}

static struct word *arith_text(struct parser *p)
{
	struct builder b;
	int depth = 0;

	builder_init(&b, p);
	for (;;) {
		int c = lex_get(p);

		if (c == ')' && !depth)
			break;
		depth += (c == '(') - (c == ')');
		if (c == LEX_END)
			parse_fail(p, "Missing '))'");
		else if (c == '$')
			dollar(&b, true);
		else if (c == '`')
			backquote(&b, true);
		else if (c == '\\')
			weak_backslash(&b, "$`\"\\", true);
		else if (c != '"')
			add_char(&b, c, true);
	}
	if (lex_get(p) != ')')
		parse_fail(p, "Missing '))'");
	return finish(&b);
}

static struct node *command_in_dollar(struct parser *p)
{
	size_t token_start = p->token_start, taken_end = p->taken_end;
	int token_line = p->token_line;
	struct node *body = parse_until_right(p);

	p->token_start = token_start;
	p->taken_end = taken_end;
	p->token_line = token_line;
	return body;
}

static void dollar(struct builder *b, bool quoted)
{
	struct parser *p = b->p;
	struct text name = {NULL, 0, 0};
	int c = lex_look(p);

	parse_enter(p);
	if (c == '(') {
		lex_get(p);
		flush_text(b);
		if (lex_look(p) == '(') {
			lex_get(p);
			add_part(b, PART_ARITH, quoted)->word = arith_text(p);
		} else {
			add_part(b, PART_COMMAND, quoted)->body = command_in_dollar(p);
		}
	} else if (c == '{') {
		lex_get(p);
		flush_text(b);
		braces(b, quoted);
	} else if (param_name(p, &name, false)) {
		flush_text(b);
		add_part(b, PART_PARAM, quoted)->text = name.at;
	} else {
		add_char(b, '$', quoted);
	}
	parse_leave(p);
}

static void backquote(struct builder *b, bool quoted)
{
	struct parser *p = b->p;
	struct text text = {NULL, 0, 0};
	int line = p->lex.line;
	int c;

	while ((c = lex_get(p)) != '`') {
		if (c == LEX_END)
			parse_fail(p, "EOF in backquote substitution");
		if (c == '\\') {
			int next = lex_look(p);

			if (next > 0 && strchr(quoted ? "$`\\\"" : "$`\\", next))
				c = lex_get(p);
		}
		text_add(p, &text, (char)c);
	}
	flush_text(b);
	parse_enter(p);
	add_part(b, PART_COMMAND, quoted)->body = parse_text(p, text.at, text.len, line);
	parse_leave(p);
}

struct word *read_word(struct parser *p)
{
	struct builder b;

	builder_init(&b, p);
	for (;;) {
		int c = lex_get(p);

		if (c == LEX_END || strchr(" \t\n;&|()<>", c)) {
			if (c == '\0') {
				continue; /* a NUL in the text is no character of it */
			}
			lex_unget(p, c);
			return finish(&b);
		}
		if (c == '\\')
			strong_backslash(&b);
		else if (c == '\'')
			single_quotes(&b);
		else if (c == '"')
			double_quotes(&b);
		else if (c == '$')
			dollar(&b, false);
		else if (c == '`')
			backquote(&b, false);
		else
			add_char(&b, c, false);
	}
}

struct word *word_of_text(struct parser *p, const char *text, size_t len)
{
	struct word *word = arena_alloc(p->arena, sizeof(*word));

	if (!len)
		return word;
	word->parts = arena_alloc(p->arena, sizeof(*word->parts));
	word->parts->kind = PART_TEXT;
	word->parts->quoted = true;
	word->parts->text = arena_copy(p->arena, text, len);
	return word;
}

struct word *word_of_quoted(struct parser *p, const char *text, size_t len, int line)
{
	struct lexer outer = p->lex;
	size_t raw_used = p->raw_used;
	struct source_text source;
	struct builder b;
	int c;

	source_text_init(&source, text, len);
	memset(&p->lex, 0, sizeof(p->lex));
	p->lex.source = &source.source;
	p->lex.line = line - 1;
	builder_init(&b, p);
	while ((c = lex_get(p)) != LEX_END) {
		if (c == '\\')
			weak_backslash(&b, "$`\\", true);
		else if (c == '$')
			dollar(&b, true);
		else if (c == '`')
			backquote(&b, true);
		else
			add_char(&b, c, true);
	}
	p->lex = outer;
	p->raw_used = raw_used;
	return finish(&b);
}
