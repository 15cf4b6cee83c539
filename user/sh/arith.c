/* SPDX-License-Identifier: MIT */
/*
 * $((...)): C's operators on 64 bits, with wrap-around, variables and
 * assignments; ++, -- and the comma are not among them. By precedence:
 *
 *	assignment > ?: > || > && > | > ^ > & > == > < > << > + > * > unary
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

#define MAX_DEPTH 100

struct arith {
	const char *text;
	const char *at;
	int depth;
	int unused; /* > 0: on the side of && || ?: that is not taken, nothing happens */
};

static int64_t assignment(struct arith *a);

static void fail(const struct arith *a, const char *what) __attribute__((noreturn));
static void fail(const struct arith *a, const char *what)
{
	sh_error("arithmetic expression: %s: \"%s\"", what, a->text);
}

static void skip_blanks(struct arith *a)
{
	while (isspace((unsigned char)*a->at))
		a->at++;
}

/* The binary operators; a longer one stands before its beginning. */
static const struct operator
{
	const char *text;
	int precedence;
}
operators[] = {
	{"||", 1}, {"&&", 2}, {"|", 3},  {"^", 4},  {"&", 5},  {"==", 6},
	{"!=", 6}, {"<<", 8}, {">>", 8}, {"<=", 7}, {">=", 7}, {"<", 7},
	{">", 7},  {"+", 9},  {"-", 9},  {"*", 10}, {"/", 10}, {"%", 10},
};

/* => the binary operator that comes next, NULL if there is none */
static const struct operator* next_operator(struct arith *a)
{
	skip_blanks(a);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t len = strlen(operators[i].text);

		if (strncmp(a->at, operators[i].text, len) == 0) {
			int precedence = operators[i].precedence;
			bool assigns = a->at[len] == '=' && precedence > 2 && precedence != 6 &&
				       precedence != 7;

			return assigns ? NULL : &operators[i];
		}
	}
	return NULL;
}

static int64_t wrap(uint64_t value)
{
	return (int64_t)value;
}

static int64_t divide(const struct arith *a, char op, int64_t left, int64_t right)
{
	if (a->unused)
		return 0;
	if (right == 0)
		fail(a, "division by zero");
	if (right == -1) /* the smallest number has no positive counterpart */
		return op == '/' ? wrap(0 - (uint64_t)left) : 0;
	return op == '/' ? left / right : left % right;
}

static int64_t apply(const struct arith *a, const char *op, int64_t left, int64_t right)
{
	switch (op[0]) {
	case '|':
		return op[1] == '|' ? left || right : left | right;
	case '&':
		return op[1] == '&' ? left && right : left & right;
	case '^':
		return left ^ right;
	case '=':
		return left == right;
	case '!':
		return left != right;
	case '<':
		if (op[1] == '<')
			return wrap((uint64_t)left << (right & 63));
		return op[1] == '=' ? left <= right : left < right;
	case '>':
		if (op[1] == '>')
			return left >> (right & 63);
		return op[1] == '=' ? left >= right : left > right;
	case '+':
		return wrap((uint64_t)left + (uint64_t)right);
	case '-':
		return wrap((uint64_t)left - (uint64_t)right);
	case '*':
		return wrap((uint64_t)left * (uint64_t)right);
	default:
		return divide(a, op[0], left, right);
	}
}

static size_t name_length(const char *at)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	return is_name(at, len) ? len : 0;
}

static int64_t number_from(const char *text, const char **end)
{
	char *stop;
	long long value;

	errno = 0;
	value = strtoll(text, &stop, 0);
	if (errno == ERANGE && value > 0)
		value = (long long)strtoull(text, &stop, 0);
	*end = stop;
	return value;
}

static int64_t variable(const char *name, size_t len)
{
	const char *value = var_get_n(name, len);
	const char *end;
	int64_t number;

	if (!value && option_on(OPTION_NOUNSET))
		sh_error("%.*s: parameter not set", (int)len, name);
	if (!value || !*value)
		return 0;
	number = number_from(value, &end);
	while (isspace((unsigned char)*end))
		end++;
	if (*end || end == value)
		sh_error("Illegal number: %s", value);
	return number;
}

static int64_t primary(struct arith *a)
{
	const char *start = a->at;
	size_t len = name_length(start);
	int64_t value;

	if (*start == '(') {
		a->at++;
		value = assignment(a);
		skip_blanks(a);
		if (*a->at != ')')
			fail(a, "expecting ')'");
		a->at++;
		return value;
	}
	if (len) {
		a->at += len;
		return a->unused ? 0 : variable(start, len);
	}
	if (!isdigit((unsigned char)*start))
		fail(a, "expecting primary");
	value = number_from(start, &a->at);
	if (isalnum((unsigned char)*a->at))
		fail(a, "expecting EOF");
	return value;
}

static int64_t unary(struct arith *a)
{
	int64_t value;
	char op;

	if (++a->depth > MAX_DEPTH)
		fail(a, "nested too deeply");
	skip_blanks(a);
	op = *a->at;
	if (op && strchr("+-!~", op)) {
		a->at++;
		value = unary(a);
		if (op == '-')
			value = wrap(0 - (uint64_t)value);
		else if (op == '!')
			value = !value;
		else if (op == '~')
			value = ~value;
	} else {
		value = primary(a);
	}
	a->depth--;
	return value;
}

/* Binary operators of at least this precedence. */
static int64_t binary(struct arith *a, int precedence)
{
	int64_t left = unary(a);
	const struct operator* op;

	while ((op = next_operator(a)) && op->precedence >= precedence) {
		bool unused = (op->precedence == 1 && left) || (op->precedence == 2 && !left);
		int64_t right;

		a->at += strlen(op->text);
		a->unused += unused;
		right = binary(a, op->precedence + 1);
		a->unused -= unused;
		left = apply(a, op->text, left, right);
	}
	return left;
}

static int64_t conditional(struct arith *a)
{
	int64_t condition = binary(a, 1);
	int64_t yes, no;

	skip_blanks(a);
	if (*a->at != '?')
		return condition;
	a->at++;
	a->unused += !condition;
	yes = assignment(a);
	a->unused -= !condition;
	skip_blanks(a);
	if (*a->at != ':')
		fail(a, "expecting ':'");
	a->at++;
	a->unused += condition != 0;
	no = assignment(a);
	a->unused -= condition != 0;
	return condition ? yes : no;
}

/* => the operator in front of = of an assignment ("" for = alone), NULL if AT has none */
static const char *assignment_operator(const char *at)
{
	static const char *const ops[] = {"<<", ">>", "+", "-", "*", "/", "%", "&", "^", "|"};

	if (at[0] == '=')
		return at[1] == '=' ? NULL : "";
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t len = strlen(ops[i]);

		if (strncmp(at, ops[i], len) == 0 && at[len] == '=')
			return ops[i];
	}
	return NULL;
}

static int64_t assign(struct arith *a, const char *name, size_t len, const char *op)
{
	int64_t old = *op && !a->unused ? variable(name, len) : 0;
	int64_t value;
	char text[NUMBER_ROOM];

	a->at += strlen(op) + 1;
	value = assignment(a);
	if (*op)
		value = apply(a, op, old, value);
	if (!a->unused) {
		var_set(scratch_copy(name, len), decimal(text, value));
	}
	return value;
}

static int64_t assignment(struct arith *a)
{
	const char *start;
	const char *op = NULL;
	size_t len;
	int64_t value;

	if (++a->depth > MAX_DEPTH)
		fail(a, "nested too deeply");
	skip_blanks(a);
	start = a->at;
	len = name_length(start);
	if (len) {
		a->at += len;
		skip_blanks(a);
		op = assignment_operator(a->at);
	}
	if (op) {
		value = assign(a, start, len, op);
	} else {
		a->at = start;
		value = conditional(a);
	}
	a->depth--;
	return value;
}

/* Not every machine's printf() has long long. */
const char *decimal(char text[NUMBER_ROOM], long long value)
{
	unsigned long long left =
		value < 0 ? -(unsigned long long)value : (unsigned long long)value;
	char *at = text + NUMBER_ROOM - 1;

	*at = '\0';
	do
		*--at = (char)('0' + left % 10);
	while (left /= 10);
	if (value < 0)
		*--at = '-';
	return at;
}

long long arith_value(const char *text)
{
	struct arith a = {.text = text, .at = text};
	int64_t value;

	value = assignment(&a);
	skip_blanks(&a);
	if (*a.at)
		fail(&a, "expecting EOF");
	return value;
}
