/* SPDX-License-Identifier: MIT */
/*
 * test and [: questions about files, strings and numbers. By precedence:
 *
 *	-o  <  -a  <  !  <  ( )  and the questions themselves
 *
 * With up to four arguments POSIX says by their number what is meant, so that
 * test "$x" = "$y" works whatever is in x and y.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

struct test {
	char **at;
	char **end;
	int depth;
};

#define MAX_DEPTH 100

static bool either(struct test *t);

static long long number(const char *text)
{
	long long value;
	char *end;

	errno = 0;
	value = strtoll(text, &end, 10);
	while (*end == ' ' || *end == '\t' || *end == '\n')
		end++;
	if (*end || end == text)
		sh_error("test: Illegal number: %s", text);
	if (errno)
		sh_error("test: %s: %s", text, strerror(errno));
	return value;
}

static bool is_unary(const char *op)
{
	return op[0] == '-' && op[1] && !op[2] && strchr("bcdefghknprstuwxzLSGO", op[1]);
}

static bool about_file(char what, const char *path)
{
	struct stat st;

	if (what == 'r' || what == 'w' || what == 'x')
		return access(path, what == 'r' ? R_OK : what == 'w' ? W_OK : X_OK) == 0;
	if ((what == 'h' || what == 'L' ? lstat(path, &st) : stat(path, &st)) < 0)
		return false;
	switch (what) {
	case 'b':
		return S_ISBLK(st.st_mode);
	case 'c':
		return S_ISCHR(st.st_mode);
	case 'd':
		return S_ISDIR(st.st_mode);
	case 'f':
		return S_ISREG(st.st_mode);
	case 'g':
		return (st.st_mode & S_ISGID) != 0;
	case 'h':
	case 'L':
		return S_ISLNK(st.st_mode);
	case 'k':
		return (st.st_mode & S_ISVTX) != 0;
	case 'p':
		return S_ISFIFO(st.st_mode);
	case 's':
		return st.st_size > 0;
	case 'S':
		return S_ISSOCK(st.st_mode);
	case 'u':
		return (st.st_mode & S_ISUID) != 0;
	case 'G':
	case 'O':
		return st.st_uid == 0;
	default:
		return true;
	}
}

static bool unary(const char *op, const char *operand)
{
	switch (op[1]) {
	case 'n':
		return *operand != '\0';
	case 'z':
		return *operand == '\0';
	case 't':
		return isatty((int)number(operand));
	default:
		return about_file(op[1], operand);
	}
}

enum comparison {
	EQUAL,
	NOT_EQUAL,
	LESS,
	GREATER,
	EQ,
	NE,
	LT,
	LE,
	GT,
	GE,
	NEWER,
	OLDER,
	SAME,
	NONE
};

static enum comparison comparison_named(const char *op)
{
	static const char *const names[] = {"=",   "!=",  "<",   ">",   "-eq", "-ne", "-lt",
					    "-le", "-gt", "-ge", "-nt", "-ot", "-ef"};

	for (int i = 0; i < NONE; i++)
		if (strcmp(op, names[i]) == 0)
			return (enum comparison)i;
	return NONE;
}

static bool compare_files(enum comparison how, const char *left, const char *right)
{
	struct stat a, b;
	bool has_a = stat(left, &a) == 0, has_b = stat(right, &b) == 0;
	bool newer;

	if (how == SAME)
		return has_a && has_b && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	if (!has_a || !has_b)
		return how == NEWER ? has_a : has_b;
	newer = a.st_mtim.tv_sec != b.st_mtim.tv_sec ? a.st_mtim.tv_sec > b.st_mtim.tv_sec
						     : a.st_mtim.tv_nsec > b.st_mtim.tv_nsec;
	if (how == NEWER)
		return newer;
	return !newer &&
	       (a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec);
}

static bool binary(const char *left, enum comparison how, const char *right)
{
	switch (how) {
	case EQUAL:
		return strcmp(left, right) == 0;
	case NOT_EQUAL:
		return strcmp(left, right) != 0;
	case LESS:
		return strcmp(left, right) < 0;
	case GREATER:
		return strcmp(left, right) > 0;
	case EQ:
		return number(left) == number(right);
	case NE:
		return number(left) != number(right);
	case LT:
		return number(left) < number(right);
	case LE:
		return number(left) <= number(right);
	case GT:
		return number(left) > number(right);
	case GE:
		return number(left) >= number(right);
	default:
		return compare_files(how, left, right);
	}
}

/* A question, or an expression in parentheses. */
static bool primary(struct test *t)
{
	long left = t->end - t->at;
	bool result;

	if (left == 0)
		sh_error("test: argument expected");
	if (left >= 3 && comparison_named(t->at[1]) != NONE) {
		result = binary(t->at[0], comparison_named(t->at[1]), t->at[2]);
		t->at += 3;
		return result;
	}
	if (strcmp(t->at[0], "(") == 0 && left > 1) {
		t->at++;
		result = either(t);
		if (t->at == t->end || strcmp(*t->at, ")") != 0)
			sh_error("test: closing paren expected");
		t->at++;
		return result;
	}
	if (is_unary(t->at[0]) && left >= 2) {
		result = unary(t->at[0], t->at[1]);
		t->at += 2;
		return result;
	}
	return *(*t->at++) != '\0';
}

static bool negation(struct test *t)
{
	bool result;

	if (++t->depth > MAX_DEPTH)
		sh_error("test: nested too deeply");
	if (t->end - t->at > 1 && strcmp(*t->at, "!") == 0 &&
	    !(t->end - t->at == 3 && comparison_named(t->at[1]) != NONE)) {
		t->at++;
		result = !negation(t);
	} else {
		result = primary(t);
	}
	t->depth--;
	return result;
}

static bool both(struct test *t)
{
	bool result = negation(t);

	while (t->at < t->end && strcmp(*t->at, "-a") == 0) {
		t->at++;
		result = negation(t) && result;
	}
	return result;
}

static bool either(struct test *t)
{
	bool result = both(t);

	while (t->at < t->end && strcmp(*t->at, "-o") == 0) {
		t->at++;
		result = both(t) || result;
	}
	return result;
}

int builtin_test(int argc, char **argv)
{
	struct test t = {.at = argv + 1, .end = argv + argc};
	bool result;

	if (strcmp(argv[0], "[") == 0) {
		if (argc < 2 || strcmp(argv[argc - 1], "]") != 0)
			sh_error("[: missing ]");
		t.end--;
	}
	if (t.at == t.end)
		return 1;
	result = either(&t);
	if (t.at != t.end)
		sh_error("%s: %s: unexpected operator", argv[0], *t.at);
	return !result;
}
