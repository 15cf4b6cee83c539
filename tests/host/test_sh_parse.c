/* SPDX-License-Identifier: MIT */
/* The shell's parser: trees, messages, and where both stand. */
#include "test.h"
#include "../../user/sh/parser.h"

static struct arena arena;
static struct parser parser;
static struct source_text source;
static struct node *node;

static void text(const char *commands)
{
	arena_free(&arena);
	source_text_init(&source, commands, strlen(commands));
	parser_init(&parser, &source.source, 1);
}

static enum parse_result next(void)
{
	return parse_command(&parser, &arena, &node);
}

static void a_pipeline_in_the_background(void **state)
{
	(void)state;
	text("a=1 cat \"x$y\" | wc >out 2>&1 &\n\n");
	assert_int_equal(next(), PARSE_COMMAND);
	assert_int_equal(node->kind, NODE_BACKGROUND);
	assert_int_equal(node->first->kind, NODE_PIPE);
	node = node->first->first;
	assert_string_equal(node->assigns->name, "a");
	assert_string_equal(node->words->bare, "cat");
	assert_null(node->words->next->bare);
	assert_true(node->words->next->parts->next->quoted);
	assert_string_equal(node->words->next->parts->next->text, "y");
	node = node->next;
	assert_int_equal(node->redirs->kind, REDIR_OUT);
	assert_int_equal(node->redirs->fd, 1);
	assert_int_equal(node->redirs->next->kind, REDIR_COPY_OUT);
	assert_int_equal(node->redirs->next->fd, 2);
	assert_int_equal(next(), PARSE_EMPTY);
	assert_int_equal(next(), PARSE_END);
	assert_int_equal(next(), PARSE_END);
	arena_free(&arena);
}

static void here_documents(void **state)
{
	(void)state;
	text("cat <<A <<-'B'; next\none\nA\n\t$two\tx\n\tB\nlast\n");
	assert_int_equal(next(), PARSE_COMMAND);
	assert_int_equal(node->kind, NODE_SEQUENCE);
	assert_string_equal(node->first->redirs->word->parts->text, "one\n");
	assert_string_equal(node->first->redirs->next->word->parts->text, "$two\tx\n");
	assert_int_equal(next(), PARSE_COMMAND);
	assert_string_equal(node->words->bare, "last");
	assert_int_equal(node->line, 6);
	arena_free(&arena);
}

static void errors(void **state)
{
	static const char *const wrong[] = {"if x\nfi\n", "a &&\n)\n", ";;\n",
					    "( a\n",      "echo 'a\n", "for 1 in a; do b; done\n",
					    "a | | b\n",  "}\n",       "`(`\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		text(wrong[i]);
		assert_int_equal(next(), PARSE_ERROR);
		assert_true(parser.message[0] != '\0');
	}
	text("a\nb )\nc\n");
	assert_int_equal(next(), PARSE_COMMAND);
	assert_int_equal(next(), PARSE_ERROR);
	assert_int_equal(parser.error_line, 2);
	assert_int_equal(next(), PARSE_COMMAND);
	assert_string_equal(node->words->bare, "c");
	arena_free(&arena);
}

static void depth_has_an_end(void **state)
{
	static char deep[100001];

	(void)state;
	memset(deep, '(', sizeof(deep) - 1);
	text(deep);
	assert_int_equal(next(), PARSE_ERROR);
	assert_string_equal(parser.message, "nested too deeply");
	for (size_t i = 0; i + 1 < sizeof(deep); i += 2)
		memcpy(deep + i, "$(", 2);
	text(deep);
	assert_int_equal(next(), PARSE_ERROR);
	assert_string_equal(parser.message, "nested too deeply");
	arena_free(&arena);
}

static void whole_or_by_lines(void **state)
{
	(void)state;
	random_inputs(7, 4000, 60);
	random_inputs(8, 100, 1500);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_pipeline_in_the_background),
	cmocka_unit_test(here_documents),
	cmocka_unit_test(errors),
	cmocka_unit_test(depth_has_an_end),
	cmocka_unit_test(whole_or_by_lines),
};

HOST_TEST_MAIN("sh_parse", tests)
