/* SPDX-License-Identifier: MIT */
/*
 * Scripts: what execve(2) makes of a first line that begins with #!. This program is the
 * interpreter, under another name; it writes its words to a pipe.
 */
#include <sys/auxv.h>
#include <sys/stat.h>

#include "guest.h"

#define DIR          "/tmp/script-test"
#define I            DIR "/i" /* the interpreter */
#define LINE         255      /* bytes of the first line that count, "#!" among them */
#define OUT_FD       30
#define PR_GET_NAME_ 16
#define BIG_WORDS    12
#define BIG_BYTES    20000

static char output[4096];

/* --- the interpreter --- */

static void tell(const char *text)
{
	if (write(OUT_FD, text, strlen(text)) < 0)
		_exit(1);
}

/* Its words in brackets, then the program's name for itself and AT_EXECFN. */
static int interpret(int argc, char **argv, char **envp)
{
	char name[16] = "";
	long total = 0;

	if (strlen(argv[argc - 1]) == BIG_BYTES) { /* they are too many for a pipe */
		for (int i = 3; i < argc; i++)
			total += (long)strlen(argv[i]);
		return argc == BIG_WORDS + 2 && total == (long)BIG_BYTES * (argc - 3) &&
				       !strcmp(envp[0], "E=1")
			       ? 0
			       : 2;
	}
	for (int i = 0; i < argc; i++) {
		tell("[");
		tell(argv[i]);
		tell("]");
	}
	sys(__NR_prctl, PR_GET_NAME_, name, 0, 0, 0);
	tell(" ");
	tell(name);
	tell(" ");
	tell((const char *)getauxval(AT_EXECFN));
	return envp[0] && !strcmp(envp[0], "E=1") && !envp[1] ? 0 : 3;
}

/* --- what runs scripts --- */

static void make_script(const char *path, const char *content, size_t len)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	if (fd < 0 || write(fd, content, len) != (long)len || close(fd) < 0)
		bail_out("cannot write %s: errno %d", path, errno);
}

/* Executes PATH in a child. => execve's error, or 0 with the interpreter's words in `output` */
static long run_script(const char *path)
{
	static const char *const argv[] = {"zero", "one", "", NULL};
	static const char *const envp[] = {"E=1", NULL};
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(fds) < 0)
		bail_out("pipe: errno %d", errno);
	pid = must_fork();
	if (pid == 0) {
		if (dup2(fds[1], OUT_FD) != OUT_FD)
			_exit(255);
		close(fds[0]);
		close(fds[1]);
		_exit((int)-sys(__NR_execve, path, argv, envp) + 100);
	}
	close(fds[1]);
	while ((n = read(fds[0], output + len, sizeof(output) - 1 - len)) > 0)
		len += (size_t)n;
	output[len] = '\0';
	close(fds[0]);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status) > 100 ? 100 - WEXITSTATUS(status) : WEXITSTATUS(status);
}

/* A script DIR/s of LEN bytes: the interpreter is called with WORDS in front of the path. */
static void runs(const char *content, size_t len, const char *words, const char *what)
{
	char wanted[1024];
	long result;

	make_script(DIR "/s", content, len);
	result = run_script(DIR "/s");
	snprintf(wanted, sizeof(wanted), "%s[" DIR "/s][one][] s " DIR "/s", words);
	is(result, 0, what);
	ok(!strcmp(output, wanted), "its words: %.200s", output);
}

static void refused(const char *content, size_t len, long error, const char *what)
{
	make_script(DIR "/s", content, len);
	is(run_script(DIR "/s"), error, what);
}

#define RUNS(content, words, what)    runs(content, sizeof(content) - 1, words, what)
#define REFUSED(content, error, what) refused(content, sizeof(content) - 1, error, what)

static void lines(void)
{
	RUNS("#!" I "\nrest", "[" I "]", "no argument");
	RUNS("#! \t " I " \t\n", "[" I "]", "blanks around the interpreter");
	RUNS("#!" I " -x", "[" I "][-x]", "no newline");
	RUNS("#!" I "\t-x  y\t z \t\n", "[" I "][-x  y\t z]", "one argument, with blanks in it");
	RUNS("#!" I " a b  ", "[" I "][a b  ]", "blanks at the end of a file stay");
	RUNS("#!" I "  ", "[" I "][]", "an argument without a letter there");
	RUNS("#!" I " a\0b\n", "[" I "][a]", "a NUL in the argument");
	RUNS("#!i q\n", "[i][q]", "an interpreter in the working directory");
	RUNS("#!./../script-test/i\n", "[./../script-test/i]", "on a longer way");
	REFUSED("#!\n" I "\n", -ENOEXEC, "an empty line");
	REFUSED("#! \t \n", -ENOEXEC, "a line of blanks");
	REFUSED("#!", -EACCES, "nothing at all");
	REFUSED("#\n", -ENOEXEC, "no exclamation mark");
	REFUSED(" #!" I "\n", -ENOEXEC, "not at the start");
	REFUSED("", -ENOEXEC, "an empty file");
	REFUSED("#!" DIR "/none\n", -ENOENT, "no such interpreter");
	REFUSED("#!" I "/x\n", -ENOTDIR, "a file as directory");
	REFUSED("#!" DIR "\n", -EACCES, "a directory");
	REFUSED("#!/dev/null\n", -EACCES, "a device");
	REFUSED("#!" DIR "/text\n", -ENOEXEC, "an interpreter that is no program");
}

/* Lines about as long as may be. */
static void long_lines(void)
{
	char line[400], words[400];
	size_t start = sizeof("#!" I " ") - 1;

	memset(line, 'x', sizeof(line));
	memcpy(line, "#!" I " ", start);
	snprintf(words, sizeof(words), "[" I "][%.*s]", (int)(LINE - start), line + start);
	runs(line, sizeof(line), words, "an argument of too many bytes is cut");
	runs(line, LINE, words, "one that has just as many is not");
	memset(line + 2, '/', sizeof(line) - 2);
	memcpy(line + LINE - strlen(I), I, strlen(I));
	line[LINE] = '\n';
	snprintf(words, sizeof(words), "[%.*s]", LINE - 2, line + 2);
	runs(line, LINE + 1, words, "an interpreter to the last byte");
	runs(line, LINE, words, "and without a newline");
	line[LINE] = 'x';
	refused(line, LINE + 1, -ENOEXEC, "a byte more");
	memset(line + 2, ' ', sizeof(line) - 2);
	refused(line, sizeof(line), -ENOEXEC, "blanks without end");
}

static void interpreters(void)
{
	char path[] = DIR "/1", line[64], wanted[512] = "[" I "]";

	for (int n = 1; n <= 6; n++, path[sizeof(path) - 2]++) {
		int len = n == 1 ? snprintf(line, sizeof(line), "#!%s 1\n", I)
				 : snprintf(line, sizeof(line), "#!" DIR "/%d %d\n", n - 1, n);

		make_script(path, line, (size_t)len);
	}
	strcat(wanted, "[1][" DIR "/1][2][" DIR "/2][3][" DIR "/3][4][" DIR "/4][5]");
	strcat(wanted, "[" DIR "/5][one][] 5 " DIR "/5");
	is(run_script(DIR "/5"), 0, "a script, and four that are interpreters");
	ok(!strcmp(output, wanted), "their words: %.200s", output);
	is(run_script(DIR "/6"), -ELOOP, "a fifth");
	REFUSED("#!" DIR "/s\n", -ELOOP, "its own interpreter");
	is(chmod(DIR "/1", 0644), 0, "the last of them");
	is(run_script(DIR "/2"), -EACCES, "may not be executed");
	for (path[sizeof(path) - 2] = '1'; path[sizeof(path) - 2] <= '6'; path[sizeof(path) - 2]++)
		unlink(path);
}

static int with_big_words(void *arg)
{
	static char big[BIG_BYTES + 1];
	const char *argv[BIG_WORDS + 1] = {NULL};
	const char *envp[] = {"E=1", NULL};

	(void)arg;
	memset(big, 'b', BIG_BYTES);
	for (int i = 0; i < BIG_WORDS; i++)
		argv[i] = big;
	return (int)-sys(__NR_execve, DIR "/s", argv, envp) + 100;
}

static int without_words(void *arg)
{
	const char *envp[] = {"E=1", NULL};
	int fd = open(DIR "/out", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)arg;
	return dup2(fd, OUT_FD) == OUT_FD ? (int)-sys(__NR_execve, DIR "/s", NULL, envp) : 255;
}

static void words(void)
{
	int fd;
	ssize_t n;

	make_script(DIR "/s", "#!" I " x\n", sizeof("#!" I " x\n") - 1);
	is(in_child(with_big_words, NULL), EXITED(0), "the first word goes, and be it long");
	is(in_child(without_words, NULL), EXITED(0), "no words");
	fd = open(DIR "/out", O_RDONLY);
	n = read(fd, output, sizeof(output) - 1);
	output[n > 0 ? n : 0] = '\0';
	ok(!strcmp(output, "[" I "][x][" DIR "/s] s " DIR "/s"), "three: %.200s", output);
	close(fd);
	unlink(DIR "/out");
}

static void permissions(void)
{
	int fd;

	make_script(DIR "/s", "#!" I "\n", sizeof("#!" I "\n") - 1);
	is(chmod(DIR "/s", 0644), 0, "a script");
	is(run_script(DIR "/s"), -EACCES, "that may not be executed");
	chmod(DIR "/s", 0755);
	fd = open(DIR "/s", O_RDWR);
	is(run_script(DIR "/s"), -ETXTBSY, "that is open for writing");
	close(fd);
	fd = open(DIR "/s", O_RDONLY | O_CLOEXEC);
	is(run_script(DIR "/s"), 0, "that is open");
	close(fd);
	mkdir(DIR "/mount", 0755);
	if (sys(__NR_mount, "none", DIR "/mount", "tmpfs", 8 /* MS_NOEXEC */, NULL) != 0) {
		skip("on a file system mounted noexec");
		skip("or its interpreter is");
	} else {
		make_script(DIR "/mount/s", "#!" I "\n", sizeof("#!" I "\n") - 1);
		is(run_script(DIR "/mount/s"), -EACCES, "on a file system mounted noexec");
		REFUSED("#!" DIR "/mount/s\n", -EACCES, "or its interpreter is");
		unlink(DIR "/mount/s");
		sys(__NR_umount2, DIR "/mount", 0);
	}
	rmdir(DIR "/mount");
}

int main(int argc, char **argv, char **envp)
{
	char self[512];
	const char *name = strrchr(argv[0], '/');

	if (!strcmp(name ? name + 1 : argv[0], "i"))
		return interpret(argc, argv, envp);
	snprintf(self, sizeof(self), "%s", argv[0]);
	if (argv[0][0] != '/' &&
	    (!getcwd(self, sizeof(self)) || !strcat(strcat(self, "/"), argv[0])))
		bail_out("no working directory");
	mkdir(DIR, 0755);
	unlink(I);
	if (chdir(DIR) < 0 || symlink(self, I) < 0)
		bail_out("cannot make " I ": errno %d", errno);
	make_script(DIR "/text", "no program\n", 11);
	lines();
	long_lines();
	interpreters();
	words();
	permissions();
	unlink(DIR "/s");
	unlink(DIR "/text");
	unlink(I);
	chdir("/");
	rmdir(DIR);
	return tap_done();
}
