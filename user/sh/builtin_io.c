/* SPDX-License-Identifier: MIT */
/*
 * Builtins that read, write and know where they are: echo, printf, read,
 * getopts, cd, pwd, umask.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

/*
 * Writes what the escape sequence at *AT (behind its backslash) stands for.
 * OCTAL_ZERO: octal numbers begin with 0 and \c ends everything (echo, %b); else they begin with
 * any digit, and \c is nothing special (printf's format). => false for \c
 */
static bool write_escape(const char **at, bool octal_zero)
{
	static const char letters[] = "abfnrtv\\";
	static const char values[] = "\a\b\f\n\r\t\v\\";
	const char *c = *at;
	const char *letter = *c ? strchr(letters, *c) : NULL;
	char byte = '\\';

	if (*c == 'c' && octal_zero)
		return false;
	if (letter) {
		byte = values[letter - letters];
		c++;
	} else if (octal_zero ? *c == '0' : *c >= '0' && *c <= '7') {
		int value = 0;

		c += octal_zero;
		for (int i = 0; i < 3 && *c >= '0' && *c <= '7'; i++)
			value = 8 * value + *c++ - '0';
		byte = (char)value;
	}
	out_bytes(&byte, 1);
	*at = c;
	return true;
}

/* Text with escape sequences. => false if it had \c */
static bool write_escaped(const char *text)
{
	while (*text) {
		if (*text == '\\') {
			text++;
			if (!write_escape(&text, true))
				return false;
		} else {
			out_bytes(text++, 1);
		}
	}
	return true;
}

int builtin_echo(int argc, char **argv)
{
	bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;

	for (int i = newline ? 1 : 2; i < argc; i++) {
		if (!write_escaped(argv[i]))
			return 0;
		if (i + 1 < argc)
			out_bytes(" ", 1);
	}
	if (newline)
		out_bytes("\n", 1);
	return 0;
}

/* --- printf --- */

struct printf_args {
	char **argv; /* what is left */
	int status;
};

static const char *next_arg(struct printf_args *args)
{
	return *args->argv ? *args->argv++ : "";
}

/* 12, 0x1f, 017, 'c. A number with something behind it counts, with a complaint. */
static long long number_arg(struct printf_args *args)
{
	const char *text = next_arg(args);
	long long value;
	char *end;

	if (*text == '\'' || *text == '"')
		return (unsigned char)text[1];
	errno = 0;
	value = *text == '-' ? strtoll(text, &end, 0) : (long long)strtoull(text, &end, 0);
	if (errno) {
		sh_warn("printf: %s: %s", text, strerror(errno));
		args->status = 1;
	} else if (*end || (end == text && *text)) {
		sh_warn(end == text ? "printf: %s: expected numeric value"
				    : "printf: %s: not completely converted",
			text);
		args->status = 1;
	}
	return value;
}

/* One conversion, *AT behind its %. => false if nothing more is to be written */
static bool convert(const char **at, struct printf_args *args)
{
	char format[64];
	size_t len = 0;
	const char *c = *at;
	int width[2] = {0, 0};
	int stars = 0;

	format[len++] = '%';
	while (*c && strchr("-+ #0", *c) && len < 10)
		format[len++] = *c++;
	for (int part = 0; part < 2; part++) {
		if (part == 1 && *c != '.')
			break;
		if (part == 1)
			format[len++] = *c++;
		if (*c == '*') {
			width[stars++] = (int)number_arg(args);
			format[len++] = *c++;
		}
		while (*c >= '0' && *c <= '9' && len < 40)
			format[len++] = *c++;
	}
	*at = *c ? c + 1 : c;
	format[len] = '\0';
	switch (*c) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X': {
		long long value = number_arg(args);

		format[len++] = 'l';
		format[len++] = 'l';
		format[len++] = *c;
		format[len] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		stars == 2   ? out(format, width[0], width[1], value)
		: stars == 1 ? out(format, width[0], value)
			     : out(format, value);
		return true;
	}
	case 'c':
	case 's': {
		char one[2] = {0, 0};
		const char *text = next_arg(args);

		if (*c == 'c') {
			one[0] = *text;
			text = one;
		}
		format[len++] = 's';
		format[len] = '\0';
		stars == 2   ? out(format, width[0], width[1], text)
		: stars == 1 ? out(format, width[0], text)
			     : out(format, text);
#pragma GCC diagnostic pop
		return true;
	}
	case 'b':
		return write_escaped(next_arg(args));
	case '%':
		out_bytes("%", 1);
		return true;
	default:
		sh_error("printf: %s%c: invalid directive", format, *c);
	}
}

int builtin_printf(int argc, char **argv)
{
	struct printf_args args = {argv + 2, 0};
	int first = 1;

	if (argc > 1 && strcmp(argv[1], "--") == 0)
		first++;
	if (argc <= first)
		sh_error("usage: printf format [arg ...]");
	args.argv = argv + first + 1;
	for (;;) {
		char **before = args.argv;

		for (const char *c = argv[first]; *c;) {
			if (*c == '\\') {
				c++;
				if (!write_escape(&c, false))
					return args.status;
			} else if (*c == '%') {
				c++;
				if (!convert(&c, &args))
					return args.status;
			} else {
				out_bytes(c++, 1);
			}
		}
		if (!*args.argv || args.argv == before)
			return args.status;
	}
}

/* --- read --- */

/* A line, byte by byte: what follows it is the next reader's. => false at the end of input */
static bool read_line(struct xtext *line, bool raw)
{
	bool escaped = false;
	char c;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR && !trap_pending)
			continue;
		if (got <= 0)
			return false;
		if (escaped) {
			escaped = false;
			if (c != '\n')
				xtext_add(line, c, X_QUOTED);
		} else if (c == '\\' && !raw) {
			escaped = true;
		} else if (c == '\n') {
			return true;
		} else if (c) {
			xtext_add(line, c, 0);
		}
	}
}

static bool is_separator(const struct xtext *line, size_t at, const char *ifs, bool only_blanks)
{
	char c = line->text[at];

	if (line->flags[at] & X_QUOTED || !strchr(ifs, c))
		return false;
	return !only_blanks || c == ' ' || c == '\t' || c == '\n';
}

/* The field at *AT for one variable; the last one takes all that is left. */
static char *take_field(const struct xtext *line, size_t *at, const char *ifs, bool last)
{
	size_t start, end, next;

	while (*at < line->len && is_separator(line, *at, ifs, true))
		(*at)++;
	start = end = *at;
	while (end < line->len && !is_separator(line, end, ifs, false))
		end++;
	next = end;
	while (next < line->len && is_separator(line, next, ifs, true))
		next++;
	if (next < line->len && is_separator(line, next, ifs, false) &&
	    !is_separator(line, next, ifs, true))
		next++;
	while (next < line->len && is_separator(line, next, ifs, true))
		next++;
	if (last && next < line->len) {
		end = line->len;
		while (end > start && is_separator(line, end - 1, ifs, true))
			end--;
		next = line->len;
	}
	*at = next;
	return end > start ? scratch_copy(line->text + start, end - start) : scratch_copy("", 0);
}

int builtin_read(int argc, char **argv)
{
	struct xtext line = {NULL, NULL, 0, 0};
	const char *ifs = var_get("IFS");
	bool raw = false, complete;
	size_t at = 0;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (strcmp(argv[i], "-p") == 0 && i + 1 < argc) {
			i++;
			if (isatty(STDIN_FILENO))
				write_all(STDERR_FILENO, argv[i], strlen(argv[i]));
		} else if (strcmp(argv[i], "-r") == 0) {
			raw = true;
		} else {
			sh_error("read: Illegal option %s", argv[i]);
		}
	}
	if (i == argc)
		sh_error("read: arg count");
	complete = read_line(&line, raw);
	for (; i < argc; i++) {
		if (!is_name(argv[i], strlen(argv[i])))
			sh_error("read: %s: bad variable name", argv[i]);
		var_set(argv[i], take_field(&line, &at, ifs ? ifs : " \t\n", i + 1 == argc));
	}
	return !complete;
}

/* --- getopts OPTIONS NAME [ARGUMENT ...] --- */

static int getopts_at; /* letter within the argument at OPTIND; 0: its beginning */

static void set_optind(int index)
{
	char number[12];

	itoa(index, number, 10);
	var_set("OPTIND", number);
}

/* The value of the option LETTER, which wants one. => false if there is none */
static bool option_value(const char *rest, int *index, int count, char **list)
{
	if (*rest) {
		var_set("OPTARG", rest);
	} else if (*index < count) {
		var_set("OPTARG", list[*index]);
		(*index)++;
	} else {
		return false;
	}
	return true;
}

int builtin_getopts(int argc, char **argv)
{
	char **list = argc > 3 ? argv + 3 : sh.params.list;
	int count = argc > 3 ? argc - 3 : sh.params.count;
	const char *optind = var_get("OPTIND");
	int index = optind ? atoi(optind) - 1 : 0;
	char letter[2] = "?";
	const char *argument, *found;

	if (argc < 3)
		sh_error("usage: getopts optstring var [arg]");
	if (index < 0 || index > count)
		index = 0;
	if (index == 0 && getopts_at && !(count && getopts_at < (int)strlen(list[0])))
		getopts_at = 0;
	argument = index < count ? list[index] : "";
	if (!getopts_at && (argument[0] != '-' || !argument[1] || strcmp(argument, "--") == 0)) {
		set_optind(index + 1 + (strcmp(argument, "--") == 0));
		var_set(argv[2], "?");
		return 1;
	}
	letter[0] = argument[getopts_at ? getopts_at : 1];
	getopts_at = getopts_at ? getopts_at + 1 : 2;
	if (!argument[getopts_at])
		index++;
	found = letter[0] == ':' ? NULL : strchr(argv[1], letter[0]);
	var_unset("OPTARG");
	if (!found) {
		if (argv[1][0] == ':')
			var_set("OPTARG", letter);
		else
			sh_warn("Illegal option -%s", letter);
		var_set(argv[2], "?");
	} else if (found[1] == ':') {
		const char *rest = argument + getopts_at;

		if (*rest)
			index++;
		getopts_at = (int)strlen(argument);
		if (!option_value(rest, &index, count, list)) {
			if (argv[1][0] == ':')
				var_set("OPTARG", letter);
			else
				sh_warn("No arg for -%s option", letter);
			letter[0] = argv[1][0] == ':' ? ':' : '?';
		}
		var_set(argv[2], letter);
	} else {
		var_set(argv[2], letter);
	}
	if (!argument[getopts_at])
		getopts_at = 0;
	set_optind(index + 1);
	return 0;
}

/* --- where we are --- */

/* DIR seen from $PWD, without . and .. */
static char *logical_path(const char *dir)
{
	const char *pwd = *dir == '/' ? "" : var_get("PWD");
	size_t room;
	char *path;
	size_t len = 0;

	if (!pwd || (*dir != '/' && *pwd != '/'))
		return NULL;
	room = strlen(pwd) + strlen(dir) + 3;
	path = arena_alloc(&sh.scratch, room);
	for (int round = 0; round < 2; round++) {
		const char *at = round ? dir : pwd;

		while (*at) {
			size_t n = strcspn(at, "/");

			if (n == 2 && strncmp(at, "..", 2) == 0) {
				while (len > 0 && path[--len] != '/')
					;
			} else if (n > 0 && !(n == 1 && *at == '.')) {
				path[len++] = '/';
				memcpy(path + len, at, n);
				len += n;
			}
			at += n + (at[n] == '/');
		}
	}
	if (!len)
		path[len++] = '/';
	path[len] = '\0';
	return path;
}

int builtin_cd(int argc, char **argv)
{
	int first = 1;
	bool physical = false;
	const char *dir, *old = var_get("PWD");
	char *path;
	char real[4096];

	for (; first < argc && (strcmp(argv[first], "-P") == 0 || strcmp(argv[first], "-L") == 0 ||
				strcmp(argv[first], "--") == 0);
	     first++)
		physical = argv[first][1] == 'P';
	dir = first < argc ? argv[first] : var_get("HOME");
	if (!dir)
		dir = "";
	if (strcmp(dir, "-") == 0) {
		dir = var_get("OLDPWD");
		if (!dir)
			dir = "";
	}
	path = physical ? NULL : logical_path(dir);
	if (*dir && chdir(path ? path : dir) < 0 && (!path || chdir(dir) < 0))
		sh_error("cd: can't cd to %s", dir);
	old = old ? scratch_copy(old, strlen(old)) : "";
	var_set("OLDPWD", old);
	if (physical || !path)
		path = getcwd(real, sizeof(real));
	if (path && *dir)
		var_set("PWD", path);
	if (first < argc && strcmp(argv[first], "-") == 0)
		out("%s\n", path ? path : dir);
	return 0;
}

/* Is PATH another name of the working directory? */
static bool is_here(const char *path)
{
	struct stat there, here;

	return path && *path == '/' && stat(path, &there) == 0 && stat(".", &here) == 0 &&
	       there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

int builtin_pwd(int argc, char **argv)
{
	const char *pwd = var_get("PWD");
	bool physical = argc > 1 && strcmp(argv[1], "-P") == 0;
	char path[4096];

	if (physical || !is_here(pwd))
		pwd = getcwd(path, sizeof(path));
	if (!pwd)
		sh_error("pwd: %s", strerror(errno));
	out("%s\n", pwd);
	return 0;
}

int builtin_umask(int argc, char **argv)
{
	mode_t mask;
	char *end;

	if (argc < 2) {
		mask = umask(0);
		umask(mask);
		out("%04o\n", (unsigned int)mask);
		return 0;
	}
	mask = (mode_t)strtol(argv[1], &end, 8);
	if (*end || end == argv[1] || mask > 0777)
		sh_error("umask: Illegal number: %s", argv[1]);
	umask(mask);
	return 0;
}
