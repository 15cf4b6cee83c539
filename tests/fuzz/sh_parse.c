/* SPDX-License-Identifier: MIT */
/*
 * Any text for the shell: it is parsed to its end, command by command, and each tree is whole. The
 * text comes twice: once in one piece, once by lines of their own, each gone when the next is asked
 * for. Commands, messages and trees must be the same.
 */
#include "fuzz.h"
#include "../../user/sh/parser.h"

struct digest { /* of everything that came out */
	u64 hash;
	unsigned commands, lines;
};

struct line_source {
	struct source source;
	const char *at, *end;
	char *line; /* handed out last */
};

void sh_no_memory(void)
{
	abort();
}

/* --- what a tree holds --- */

static void mix(struct digest *d, u64 value)
{
	d->hash = (d->hash ^ value) * 0x100000001b3ull;
}

static void mix_text(struct digest *d, const char *text)
{
	mix(d, text != NULL);
	for (; text != NULL && *text != '\0'; text++)
		mix(d, (u8)*text);
}

static void mix_node(struct digest *d, const struct node *node);

static void mix_words(struct digest *d, const struct word *word)
{
	for (; word != NULL; word = word->next) {
		mix(d, 1);
		mix_text(d, word->bare);
		for (const struct part *part = word->parts; part != NULL; part = part->next) {
			MUST(part->kind <= PART_ARITH && part->op <= PARAM_BAD);
			MUST(part->kind != PART_TEXT || part->text != NULL);
			MUST(part->kind != PART_PARAM || part->text != NULL);
			mix(d, part->kind | part->op << 4 | part->quoted << 8 | part->colon << 9);
			mix_text(d, part->text);
			mix_words(d, part->word);
			mix_node(d, part->body);
		}
	}
}

static void mix_node(struct digest *d, const struct node *node)
{
	for (; node != NULL; node = node->next) {
		MUST(node->kind <= NODE_FUNCTION);
		MUST(node->kind == NODE_SIMPLE || node->kind == NODE_CASE || node->first != NULL);
		MUST(node->kind < NODE_FOR || node->kind == NODE_CASE || node->name != NULL);
		MUST(node->line >= 0 && node->line <= (int)d->lines + 1);
		mix(d, node->kind | (u64)node->line << 8 | (u64)node->all_params << 40);
		mix_text(d, node->name);
		mix_text(d, node->text);
		mix_words(d, node->words);
		for (const struct assign *a = node->assigns; a != NULL; a = a->next) {
			MUST(is_name(a->name, strlen(a->name)));
			mix_text(d, a->name);
			mix_words(d, a->value);
		}
		for (const struct redir *r = node->redirs; r != NULL; r = r->next) {
			MUST(r->word != NULL && r->fd >= 0 && r->fd <= 999);
			mix(d, r->kind | (u64)r->fd << 8);
			mix_words(d, r->word);
		}
		for (const struct case_item *i = node->items; i != NULL; i = i->next) {
			mix_words(d, i->patterns);
			mix_node(d, i->body);
		}
		mix_node(d, node->first);
		mix_node(d, node->second);
		mix_node(d, node->third);
	}
}

/* --- the two ways to read --- */

static const char *next_line(struct source *source, size_t *len, bool continued)
{
	struct line_source *lines = (struct line_source *)source;
	const char *newline;

	(void)continued;
	free(lines->line);
	lines->line = NULL;
	if (lines->at == lines->end)
		return NULL;
	newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	*len = (size_t)((newline ? newline + 1 : lines->end) - lines->at);
	lines->line = malloc(*len);
	memcpy(lines->line, lines->at, *len);
	lines->at += *len;
	return lines->line;
}

static struct digest parse_all(struct source *source, unsigned nr_lines)
{
	struct digest d = {.hash = 0xcbf29ce484222325ull, .lines = nr_lines};
	static struct parser parser;
	enum parse_result result;

	parser_init(&parser, source, 1);
	do {
		struct arena arena = {NULL};
		struct node *node = NULL;

		result = parse_command(&parser, &arena, &node);
		mix(&d, result);
		MUST(result != PARSE_COMMAND || node != NULL);
		if (result == PARSE_COMMAND)
			mix_node(&d, node);
		if (result == PARSE_ERROR) {
			MUST(parser.message[0] != '\0');
			MUST(parser.error_line >= 0 && parser.error_line <= (int)nr_lines + 1);
			mix_text(&d, parser.message);
		}
		arena_free(&arena);
		MUST(++d.commands <= nr_lines + 2); /* each takes a line at least */
	} while (result != PARSE_END);
	return d;
}

/* Pieces of the grammar, so that random bytes become commands. */
static size_t make_text(struct input in, char *text, size_t room)
{
	static const char *const pieces[] = {
		"if ",        "; then ", "; fi\n", "while ", "; do ",  "; done\n", "for i in ",
		"case x in ", "a) ",     ";;",     "esac\n", "{ ",     "; }",      "(",
		")",          "f() ",    "<<E\n",  "E\n",    "<<-'E'", "$(",       "`",
		"\"",         "'",       "\\\n",   "${x:-",  "}",      "${#x}",    "$((",
		"))",         "$x",      "&& ",    "| ",     "& ",     "! ",       "x=1 ",
		"2>&1 ",      "#c\n",    "\n",     " ",      "word",   "until ",   "; else ",
		"elif ",      "\\",      "\t",     ">|f ",   "||",     "${x%%",
	};
	size_t len = 0;

	while (in.len > 0) {
		u8 byte = take_u8(&in);
		const char *piece = pieces[byte % ARRAY_SIZE(pieces)];
		size_t n = byte < 192 ? strlen(piece) : 1;

		if (len + n > room)
			break;
		if (byte < 192)
			memcpy(text + len, piece, n);
		else
			text[len] = (char)take_u8(&in);
		len += n;
	}
	return len;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct input in = {data, len};
	bool raw = take_u8(&in) % 2;
	size_t room = len * 12 + 1;
	char *text = malloc(room);
	struct source_text whole;
	struct line_source lines = {.source = {next_line}};
	struct digest first, second;
	unsigned nr_lines = 0;

	if (raw)
		memcpy(text, in.data, in.len);
	len = raw ? in.len : make_text(in, text, room);
	for (size_t i = 0; i < len; i++)
		nr_lines += text[i] == '\n';
	source_text_init(&whole, text, len);
	first = parse_all(&whole.source, nr_lines + 1);
	lines.at = text;
	lines.end = text + len;
	second = parse_all(&lines.source, nr_lines + 1);
	MUST(first.hash == second.hash && first.commands == second.commands);
	free(lines.line);
	free(text);
	return 0;
}
