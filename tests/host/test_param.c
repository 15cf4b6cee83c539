/* SPDX-License-Identifier: MIT */
/* The kernel's command line. */
#include "test.h"
#include <octavo/param.h>

static struct params p;

static void parameters_and_arguments(void **state)
{
	(void)state;
	assert_int_equal(params_parse(&p, "  loglevel=4 quiet chaos=7  --  /bin/prog -- a"), 0);
	assert_int_equal(p.nr_words, 3);
	assert_int_equal(p.nr_args, 3);
	assert_string_equal(params_get(&p, "loglevel"), "4");
	assert_string_equal(params_get(&p, "quiet"), "");
	assert_null(params_get(&p, "log"));
	assert_null(params_get(&p, "/bin/prog"));
	assert_string_equal(params_arg(&p, 0), "/bin/prog");
	assert_string_equal(params_arg(&p, 1), "--");
	assert_string_equal(params_arg(&p, 2), "a");
	assert_null(params_arg(&p, 3));
}

static void quotes_and_backslashes(void **state)
{
	(void)state;
	assert_int_equal(params_parse(&p, "k=\"a  b\"c \\-- \"--\" -- \"\" two\\ words \\\"q\\\" "
					  "\"in \\\" side\""),
			 0);
	assert_int_equal(p.nr_words, 3);
	assert_string_equal(params_get(&p, "k"), "a  bc");
	assert_string_equal(p.word[1], "--");
	assert_string_equal(p.word[2], "--");
	assert_string_equal(params_arg(&p, 0), "");
	assert_string_equal(params_arg(&p, 1), "two words");
	assert_string_equal(params_arg(&p, 2), "\"q\"");
	assert_string_equal(params_arg(&p, 3), "in \" side");
}

static void unknown_keys(void **state)
{
	static const char *const known[] = {"seed", "init"};
	char buf[16];

	(void)state;
	assert_int_equal(params_parse(&p, "seed=1 init -- zork"), 0);
	assert_int_equal(params_unknown(&p, known, 2, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	assert_int_equal(params_parse(&p, "zork=1 seed=1 seeds in \"two words\" =x"), 0);
	assert_int_equal(params_unknown(&p, known, 2, buf, sizeof(buf)), 5);
	assert_string_equal(buf, "zork seeds in t");
	assert_int_equal(params_unknown(&p, known, 2, buf, 1), 5);
	assert_string_equal(buf, "");
	assert_int_equal(params_parse(&p, "\"\""), 0);
	assert_int_equal(params_unknown(&p, known, 2, buf, sizeof(buf)), 1);
}

static void the_last_of_a_key_counts(void **state)
{
	(void)state;
	assert_int_equal(params_parse(&p, "a=1 a=2 b=3 a"), 0);
	assert_string_equal(params_get(&p, "a"), "");
	assert_int_equal(params_parse(&p, "a a=2"), 0);
	assert_string_equal(params_get(&p, "a"), "2");
}

static void defects_are_reported_once(void **state)
{
	static char text[PARAM_TEXT_MAX + 10];

	(void)state;
	host_log_clear();
	assert_int_equal(params_parse(&p, "a=1 \"b c"), -EINVAL);
	assert_string_equal(p.word[1], "b c");
	assert_non_null(strstr(host_log, "quote"));
	assert_int_equal(params_parse(&p, "a=1 b\\"), -EINVAL);
	assert_string_equal(p.word[1], "b");
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(params_parse(&p, text), -E2BIG);
	assert_int_equal(p.nr_words, 1);
	for (size_t i = 0; i < sizeof(text) - 1; i += 2)
		text[i] = ' ';
	assert_int_equal(params_parse(&p, text), -E2BIG);
	assert_int_equal(p.nr_words, PARAM_MAX_WORDS);
}

static void numbers(void **state)
{
	u32 n = 77;

	(void)state;
	assert_int_equal(params_parse(&p, "a=12 b=0x1F c=4K d=3M e=1g f=4G g=99999999999 h=1x i= "
					  "j=0x k=4294967295 l=-1 m=4KK n=4194303K o=4194304K"),
			 0);
	assert_int_equal(params_get_u32(&p, "zz", &n), -ENOENT);
	assert_int_equal(params_get_u32(&p, "f", &n), -ERANGE);
	assert_int_equal(params_get_u32(&p, "g", &n), -ERANGE);
	assert_int_equal(params_get_u32(&p, "o", &n), -ERANGE);
	for (const char *bad = "hijlm"; *bad; bad++) {
		char key[2] = {*bad, '\0'};

		assert_int_equal(params_get_u32(&p, key, &n), -EINVAL);
	}
	assert_int_equal(n, 77);
#define IS(key, want)                                                                              \
	assert_int_equal(params_get_u32(&p, key, &n), 0);                                          \
	assert_int_equal(n, want)
	IS("a", 12);
	IS("b", 31);
	IS("c", 4096);
	IS("d", 3 << 20);
	IS("e", 1 << 30);
	IS("k", UINT32_MAX);
	IS("n", 0xfffffc00u);
}

static void lists(void **state)
{
	(void)state;
	assert_int_equal(params_parse(&p, "debug=why,syscalls, x= y"), 0);
	assert_true(params_list_has(&p, "debug", "why"));
	assert_true(params_list_has(&p, "debug", "syscalls"));
	assert_false(params_list_has(&p, "debug", "sys"));
	assert_false(params_list_has(&p, "debug", "syscalls,"));
	assert_false(params_list_has(&p, "x", "why"));
	assert_false(params_list_has(&p, "z", "why"));
}

static void like_the_naive_splitter(void **state)
{
	(void)state;
	random_inputs(2, 20000, 300);
	random_inputs(3, 300, PARAM_TEXT_MAX + 50);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(parameters_and_arguments),
	cmocka_unit_test(quotes_and_backslashes),
	cmocka_unit_test(unknown_keys),
	cmocka_unit_test(the_last_of_a_key_counts),
	cmocka_unit_test(defects_are_reported_once),
	cmocka_unit_test(numbers),
	cmocka_unit_test(lists),
	cmocka_unit_test(like_the_naive_splitter),
};

HOST_TEST_MAIN("param", tests)
