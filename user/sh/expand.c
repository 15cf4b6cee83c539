/* SPDX-License-Identifier: MIT */
/*
 * Expansion of words: ~, parameters, commands, arithmetic. The result is text
 * with flags, which split.c cuts into fields:
 *
 *	a"b c"$x with x='1 2'
 *	text	a b _ c 1 _ 2
 *	flags	  Q Q Q S S S		Q quoted, S may be split
 */
#include <stdio.h>
#include <string.h>

#include "sh.h"

struct target { /* where an expansion goes */
	struct xtext x;
	bool fields;     /* "$@" makes fields; else one string is wanted */
	bool split_text; /* plain text is split too: it stands in an unquoted ${x-...} */
};

static void expand_word(struct target *to, const struct word *word);

void strings_add(struct strings *strings, char *text)
{
	if (strings->count + 1 >= strings->room) {
		int room = strings->room ? 2 * strings->room : 16;
		char **list = arena_alloc(&sh.scratch, (size_t)room * sizeof(*list));

		if (strings->count)
			memcpy(list, strings->list, (size_t)strings->count * sizeof(*list));
		strings->list = list;
		strings->room = room;
	}
	strings->list[strings->count++] = text;
	strings->list[strings->count] = NULL;
}

void xtext_add(struct xtext *x, char c, unsigned char flags)
{
	if (x->len + 1 >= x->room) {
		size_t room = x->room ? 2 * x->room : 48;
		char *text = arena_alloc(&sh.scratch, 2 * room);
		unsigned char *all_flags = (unsigned char *)text + room;

		if (x->len) {
			memcpy(text, x->text, x->len);
			memcpy(all_flags, x->flags, x->len);
		}
		x->text = text;
		x->flags = all_flags;
		x->room = room;
	}
	x->text[x->len] = c;
	x->flags[x->len++] = flags;
	x->text[x->len] = '\0';
}

static void add_text(struct target *to, const char *text, unsigned char flags)
{
	for (; *text; text++)
		xtext_add(&to->x, *text, flags);
}

/* The value of an expansion. */
static void add_value(struct target *to, const char *value, bool quoted)
{
	if (quoted && !*value)
		xtext_add(&to->x, '\0', X_EXISTS);
	add_text(to, value, quoted ? X_QUOTED : X_SPLIT);
}

/* --- parameters --- */

static const char *number_text(long number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%ld", number);

	return scratch_copy(text, (size_t)len);
}

static const char *option_letters(void)
{
	char text[NR_OPTIONS + 1];
	size_t len = 0;

	for (int i = 0; i < NR_OPTIONS; i++)
		if (options[i].on && options[i].letter)
			text[len++] = options[i].letter;
	return scratch_copy(text, len);
}

/* All parameters in one string with SEPARATOR ('\0': nothing) between them. */
static const char *params_joined(char separator)
{
	struct target to = {.fields = false};

	for (int i = 0; i < sh.params.count; i++) {
		if (i > 0 && separator)
			xtext_add(&to.x, separator, 0);
		add_text(&to, sh.params.list[i], 0);
	}
	return to.x.len ? to.x.text : "";
}

static char separator_of_star(void)
{
	const char *ifs = var_get("IFS");

	return ifs ? *ifs : ' ';
}

static bool is_all_params(const char *name)
{
	return (name[0] == '@' || name[0] == '*') && !name[1];
}

/* => the value, NULL if it is not set */
static const char *param_value(const char *name)
{
	long number = 0;

	switch (name[0]) {
	case '@':
		return sh.params.count ? params_joined(' ') : NULL;
	case '*':
		return sh.params.count ? params_joined(separator_of_star()) : NULL;
	case '#':
		return number_text(sh.params.count);
	case '?':
		return number_text(sh.status);
	case '-':
		return option_letters();
	case '$':
		return number_text(sh.pid);
	case '!':
		return sh.background ? number_text(sh.background) : NULL;
	default:
		break;
	}
	if (name[0] < '0' || name[0] > '9')
		return var_get(name);
	for (; *name && number < 100000; name++)
		number = 10 * number + *name - '0';
	if (number == 0)
		return sh.name;
	return number <= sh.params.count ? sh.params.list[number - 1] : NULL;
}

/* $@ and $*, without an operator. */
static void expand_all_params(struct target *to, const struct part *part)
{
	if (!to->fields || (part->quoted && part->text[0] == '*')) {
		char separator = part->text[0] == '*' ? separator_of_star() : ' ';

		add_value(to, params_joined(separator), part->quoted);
		return;
	}
	for (int i = 0; i < sh.params.count; i++) {
		if (i > 0)
			xtext_add(&to->x, '\0', X_BOUNDARY);
		add_value(to, sh.params.list[i], part->quoted);
	}
}

static void param_missing(const struct part *part) __attribute__((noreturn));
static void param_missing(const struct part *part)
{
	const char *message = part->colon ? "parameter not set or null" : "parameter not set";

	if (part->word && part->word->parts)
		message = expand_string(part->word);
	sh_error("%s: %s", part->text, message);
}

/* VALUE without its shortest or longest beginning or end that the pattern matches. */
static const char *cut(const struct part *part, const char *value)
{
	size_t len = strlen(value);
	bool longest = part->op == PARAM_CUT_LONG_SUFFIX || part->op == PARAM_CUT_LONG_PREFIX;
	bool prefix = part->op == PARAM_CUT_PREFIX || part->op == PARAM_CUT_LONG_PREFIX;
	struct xtext pattern;

	expand_pattern(part->word, &pattern);
	for (size_t i = 0; i <= len; i++) {
		size_t n = longest ? len - i : i;
		const char *piece = prefix ? value : value + len - n;

		if (pattern_matches(pattern.text, pattern.flags, pattern.len, piece, n))
			return prefix ? value + n : scratch_copy(value, len - n);
	}
	return value;
}

static void expand_operand(struct target *to, const struct part *part)
{
	bool outer = to->split_text;
	size_t before = to->x.len;

	to->split_text = !part->quoted;
	expand_word(to, part->word);
	to->split_text = outer;
	if (part->quoted && to->x.len == before)
		xtext_add(&to->x, '\0', X_EXISTS);
}

static void assign_default(struct target *to, const struct part *part)
{
	const char *value = expand_string(part->word);

	if (!is_name(part->text, strlen(part->text)))
		sh_error("%s: bad variable name", part->text);
	var_set(part->text, value);
	add_value(to, value, part->quoted);
}

static void expand_plain(struct target *to, const struct part *part, const char *value)
{
	if (is_all_params(part->text))
		expand_all_params(to, part);
	else if (value)
		add_value(to, value, part->quoted);
	else if (option_on(OPTION_NOUNSET))
		param_missing(part);
	else
		add_value(to, "", part->quoted);
}

static void expand_param(struct target *to, const struct part *part)
{
	const char *value;
	bool missing;

	if (part->op == PARAM_BAD)
		sh_error("Bad substitution");
	value = param_value(part->text);
	missing = !value || (part->colon && !*value);
	switch (part->op) {
	case PARAM_DEFAULT:
		if (missing)
			expand_operand(to, part);
		else
			expand_plain(to, part, value);
		break;
	case PARAM_ALTERNATE:
		if (!missing)
			expand_operand(to, part);
		else
			add_value(to, "", part->quoted);
		break;
	case PARAM_ASSIGN:
		if (missing)
			assign_default(to, part);
		else
			expand_plain(to, part, value);
		break;
	case PARAM_ERROR:
		if (missing)
			param_missing(part);
		expand_plain(to, part, value);
		break;
	case PARAM_LENGTH:
		if (!value && option_on(OPTION_NOUNSET) && !is_all_params(part->text))
			param_missing(part);
		add_value(to,
			  number_text(is_all_params(part->text) ? sh.params.count
				      : value                   ? (long)strlen(value)
								: 0),
			  part->quoted);
		break;
	case PARAM_PLAIN:
		expand_plain(to, part, value);
		break;
	default:
		if (!value && option_on(OPTION_NOUNSET))
			param_missing(part);
		add_value(to, cut(part, value ? value : ""), part->quoted);
		break;
	}
}

/* --- words --- */

static void expand_arith(struct target *to, const struct part *part)
{
	char text[NUMBER_ROOM];

	add_value(to, decimal(text, arith_value(expand_string(part->word))), part->quoted);
}

static void expand_part(struct target *to, const struct part *part)
{
	switch (part->kind) {
	case PART_TEXT:
		if (part->quoted && !*part->text)
			xtext_add(&to->x, '\0', X_EXISTS);
		add_text(to, part->text, part->quoted ? X_QUOTED : to->split_text ? X_SPLIT : 0);
		break;
	case PART_PARAM:
		expand_param(to, part);
		break;
	case PART_COMMAND:
		add_value(to, command_output(part->body), part->quoted);
		break;
	case PART_ARITH:
		expand_arith(to, part);
		break;
	}
}

/* ~ and ~/...: TEXT behind the tilde if there is one and HOME is known, else NULL. */
static const char *expand_tilde(struct target *to, const struct part *part)
{
	const char *home = var_get("HOME");
	bool whole = part->text[1] == '/' || (!part->text[1] && !part->next);

	if (part->kind != PART_TEXT || part->quoted || part->text[0] != '~' || !whole || !home)
		return NULL;
	add_value(to, home, true);
	return part->text + 1;
}

static void expand_word(struct target *to, const struct word *word)
{
	const struct part *part = word->parts;
	const char *rest = part && part->kind == PART_TEXT ? expand_tilde(to, part) : NULL;

	if (rest) {
		add_text(to, rest, 0);
		part = part->next;
	}
	for (; part; part = part->next)
		expand_part(to, part);
}

void expand_words(struct strings *fields, const struct word *words)
{
	for (; words; words = words->next) {
		struct target to = {.fields = true};

		expand_word(&to, words);
		split_fields(fields, &to.x);
	}
}

char *expand_string(const struct word *word)
{
	struct target to = {.fields = false};
	size_t used = 0;

	expand_word(&to, word);
	for (size_t i = 0; i < to.x.len; i++)
		if (!(to.x.flags[i] & (X_EXISTS | X_BOUNDARY)))
			to.x.text[used++] = to.x.text[i];
	if (!to.x.room)
		return scratch_copy("", 0);
	to.x.text[used] = '\0';
	return to.x.text;
}

void expand_pattern(const struct word *word, struct xtext *pattern)
{
	struct target to = {.fields = false};
	size_t used = 0;

	expand_word(&to, word);
	for (size_t i = 0; i < to.x.len; i++) {
		if (to.x.flags[i] & (X_EXISTS | X_BOUNDARY))
			continue;
		to.x.text[used] = to.x.text[i];
		to.x.flags[used++] = to.x.flags[i];
	}
	to.x.len = used;
	*pattern = to.x;
}
