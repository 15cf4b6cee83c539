/* SPDX-License-Identifier: MIT */
/* The first line of a script. */
#include "test.h"
#include <octavo/script_line.h>

static char buf[SCRIPT_LINE_BYTES];
static struct script_line line;

static bool parse(const char *text, size_t len)
{
	memset(buf, 0, sizeof(buf));
	memcpy(buf, text, len < sizeof(buf) ? len : sizeof(buf));
	return script_line_parse(buf, &line);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void interpreter_and_argument(void **state)
{
	(void)state;
	assert_true(PARSE("#!/bin/sh\necho"));
	assert_string_equal(line.interpreter, "/bin/sh");
	assert_null(line.argument);
	assert_true(PARSE("#! \t/bin/awk \t-f  x\t \nBEGIN"));
	assert_string_equal(line.interpreter, "/bin/awk");
	assert_string_equal(line.argument, "-f  x");
	assert_true(PARSE("#!x"));
	assert_string_equal(line.interpreter, "x");
	assert_null(line.argument);
}

static void files_that_end_early(void **state)
{
	(void)state;
	assert_true(PARSE("#!x y "));
	assert_string_equal(line.argument, "y ");
	assert_true(PARSE("#!x "));
	assert_string_equal(line.argument, "");
	assert_true(PARSE("#!"));
	assert_string_equal(line.interpreter, "");
	assert_true(PARSE("#!x\0y\nz"));
	assert_string_equal(line.interpreter, "x");
	assert_null(line.argument);
}

static void no_scripts(void **state)
{
	static const char *const texts[] = {"", "#", "!", " #!x\n", "#!\n", "#! \t\n", "##!x\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_false(parse(texts[i], strlen(texts[i])));
		assert_memory_equal(buf, texts[i], strlen(texts[i]));
	}
}

static void lines_of_255_bytes(void **state)
{
	char text[SCRIPT_LINE_BYTES];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "#!", 2);
	assert_false(parse(text, sizeof(text)));
	text[255] = '\n';
	assert_true(parse(text, sizeof(text)));
	assert_int_equal(strlen(line.interpreter), 253);
	text[255] = ' ';
	assert_true(parse(text, sizeof(text)));
	assert_int_equal(strlen(line.interpreter), 253);
	assert_null(line.argument);
	text[255] = 'x';
	text[254] = ' ';
	assert_true(parse(text, sizeof(text)));
	assert_int_equal(strlen(line.interpreter), 252);
	assert_null(line.argument);
	text[10] = '\t';
	assert_true(parse(text, sizeof(text)));
	assert_int_equal(strlen(line.interpreter), 8);
	assert_int_equal(strlen(line.argument), 243);
	memset(text + 2, ' ', sizeof(text) - 2);
	assert_false(parse(text, sizeof(text)));
}

static void like_the_naive_reader(void **state)
{
	(void)state;
	random_inputs(5, 30000, 40);
	random_inputs(6, 10000, 600);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(interpreter_and_argument),
	cmocka_unit_test(files_that_end_early),
	cmocka_unit_test(no_scripts),
	cmocka_unit_test(lines_of_255_bytes),
	cmocka_unit_test(like_the_naive_reader),
};

HOST_TEST_MAIN("script_line", tests)
