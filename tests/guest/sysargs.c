/* SPDX-License-Identifier: MIT */
/* Long argument lists: what fits arrives byte for byte, what does not is E2BIG. */
#include "guest.h"

#define MAX_STRING  131072 /* of one argument, with its NUL. execve(2) */
#define EXEC_FAILED 77

extern char **environ;

static char *self;
static char big[MAX_STRING + 16];
static const char *argv_buf[4000];

static long exec_words(const char *const *argv, const char *const *envp)
{
	return sys(__NR_execve, self, argv, envp);
}

/* In the new program: are argv[2..] as make_words() made them? argv[1] is their number. */
static int check_words(int argc, char **argv)
{
	int n = atoi(argv[1]);

	if (argc != n + 2)
		return 1;
	for (int i = 0; i < n; i++) {
		size_t len = (size_t)(i % 61);

		if (strlen(argv[i + 2]) != len ||
		    !all_bytes(argv[i + 2], len, (char)('a' + i % 26)))
			return 2;
	}
	return 0;
}

/* N words of up to 60 bytes: word I is I % 61 times the letter 'a' + I % 26. */
static void make_words(const char **words, int n)
{
	char *at = malloc((size_t)n * 61);

	if (!at)
		bail_out("no memory for words");
	for (int i = 0; i < n; i++) {
		size_t len = (size_t)(i % 61);

		memset(at, 'a' + i % 26, len);
		at[len] = '\0';
		words[i] = at;
		at += len + 1;
	}
	words[n] = NULL;
}

static int exec_many(void *count)
{
	static char number[16];
	const char *const envp[] = {NULL};

	sniprintf(number, sizeof(number), "%d", *(int *)count);
	argv_buf[0] = self;
	argv_buf[1] = number;
	make_words(argv_buf + 2, *(int *)count);
	exec_words(argv_buf, envp);
	return EXEC_FAILED;
}

/* In the new program: one string of the length that argv[2] says. */
static int check_string(const char *string, const char *len)
{
	return strlen(string) == (size_t)atoi(len) && all_bytes(string, strlen(string), 's') ? 0
											     : 3;
}

static int exec_string(void *len)
{
	static char number[16];
	const char *const envp[] = {NULL};
	const char *const argv[] = {self, "string", number, big, NULL};

	sniprintf(number, sizeof(number), "%lu", *(unsigned long *)len);
	big[*(unsigned long *)len] = '\0';
	exec_words(argv, envp);
	return EXEC_FAILED;
}

static int exec_env(void *unused)
{
	const char *const argv[] = {self, "env", NULL};
	static const char *envp[1501];

	make_words(envp, 1500);
	exec_words(argv, envp);
	return EXEC_FAILED;
}

static int check_env(void)
{
	int n = 0;

	for (; environ[n]; n++)
		if (strlen(environ[n]) != (size_t)(n % 61))
			return 4;
	return n == 1500 ? 0 : 5;
}

static const char *const *tried_argv, *const *tried_envp;

/* In a child, since it is not to succeed. => its error */
static int try_exec(void *unused)
{
	return -(int)exec_words(tried_argv, tried_envp) & 0xff;
}

static void check_too_big(const char *const *argv, const char *const *envp, const char *what)
{
	tried_argv = argv;
	tried_envp = envp;
	is(in_child(try_exec, NULL), EXITED(E2BIG), "%s", what);
}

static void test_too_much(void)
{
	const char *const none[] = {NULL};
	const char *const one[] = {self, big, NULL};

	memset(big, 's', sizeof(big));
	big[MAX_STRING] = '\0';
	check_too_big(one, none, "a string of 128K and its NUL");
	check_too_big((const char *const[]){self, NULL}, one, "in the environment, too");
	big[MAX_STRING - 1] = '\0';
	for (int i = 0; i < 100; i++)
		argv_buf[i] = big;
	argv_buf[100] = NULL;
	check_too_big(argv_buf, none, "12M of arguments");
	check_too_big(none, argv_buf, "12M of environment");
}

int main(int argc, char **argv)
{
	static const unsigned long lengths[] = {4095, 4096, 4097, 65536, 100000};
	static const int counts[] = {0, 1, 100, 1000, 3000};

	if (argc > 1 && strcmp(argv[1], "string") == 0)
		return check_string(argv[3], argv[2]);
	if (argc > 1 && strcmp(argv[1], "env") == 0)
		return check_env();
	if (argc > 1)
		return check_words(argc, argv);
	self = argv[0];

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		is(in_child(exec_many, (void *)(uintptr_t)&counts[i]), EXITED(0), "%d words",
		   counts[i]);
	memset(big, 's', sizeof(big));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		is(in_child(exec_string, (void *)(uintptr_t)&lengths[i]), EXITED(0),
		   "a string of %lu bytes", lengths[i]);
	is(in_child(exec_env, NULL), EXITED(0), "1500 variables");
	test_too_much();
	return tap_done();
}
