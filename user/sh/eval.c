/* SPDX-License-Identifier: MIT */
/*
 * Trees are run here, but for simple commands (run.c). $? is sh.status.
 *
 * break, continue and return are not jumps: they set `leaving`, and everything
 * between them and their loop or function stops as soon as it sees that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

enum leaving leaving;
int leave_loops;
int loop_depth;
struct tree_use *tree_uses;

struct function {
	struct function *next;
	char *name;
	const struct node *body;
	struct tree *tree; /* that body is in */
};

static struct function *functions;

/* --- trees --- */

struct tree *tree_new(void)
{
	struct tree *tree = sh_malloc(sizeof(*tree));

	memset(tree, 0, sizeof(*tree));
	tree->users = 1;
	return tree;
}

void tree_put(struct tree *tree)
{
	if (--tree->users > 0)
		return;
	arena_free(&tree->arena);
	free(tree);
}

void tree_begin(struct tree_use *use, struct tree *tree)
{
	use->outer = tree_uses;
	use->tree = tree;
	tree->users++;
	tree_uses = use;
}

void tree_end(void)
{
	struct tree *tree = tree_uses->tree;

	tree_uses = tree_uses->outer;
	tree_put(tree);
}

/* --- functions --- */

static struct function **function_place(const char *name)
{
	struct function **place = &functions;

	while (*place && strcmp((*place)->name, name) != 0)
		place = &(*place)->next;
	return place;
}

struct function *function_find(const char *name)
{
	return *function_place(name);
}

bool function_unset(const char *name)
{
	struct function **place = function_place(name);
	struct function *function = *place;

	if (!function)
		return false;
	*place = function->next;
	tree_put(function->tree);
	free(function->name);
	free(function);
	return true;
}

void function_define(const struct node *node)
{
	struct function *function = sh_malloc(sizeof(*function));

	function->name = sh_strdup(node->name);
	function->body = node->first;
	function->tree = tree_uses->tree;
	function->tree->users++;
	function_unset(node->name);
	function->next = functions;
	functions = function;
}

void function_call(struct function *function, int argc, char **argv, int flags)
{
	struct params empty = {0, NULL};
	int outer_depth = loop_depth;
	struct tree_use use;
	struct frame frame;

	tree_begin(&use, function->tree);
	frame_push(&frame);
	frame.params = sh.params;
	frame.has_params = true;
	sh.params = empty;
	params_set(argc - 1, argv + 1);
	loop_depth = 0;
	eval(function->body, flags & EVAL_TESTED);
	loop_depth = outer_depth;
	if (leaving == LEAVE_RETURN)
		leaving = LEAVE_NOT;
	frame_pop();
	tree_end();
}

/* --- loops --- */

/* After a part of a loop was run: => whether the loop ends */
static bool loop_ends(void)
{
	enum leaving how = leaving;

	if (how == LEAVE_NOT)
		return false;
	if (how == LEAVE_RETURN)
		return true;
	if (--leave_loops > 0)
		return true;
	leaving = LEAVE_NOT;
	return how == LEAVE_BREAK;
}

static void eval_while(const struct node *node, int flags)
{
	int status = 0;

	loop_depth++;
	for (;;) {
		eval(node->first, EVAL_TESTED);
		if (leaving) {
			if (loop_ends())
				break;
			continue;
		}
		if ((sh.status == 0) != (node->kind == NODE_WHILE))
			break;
		eval(node->second, flags & EVAL_TESTED);
		status = sh.status;
		if (loop_ends())
			break;
	}
	loop_depth--;
	if (leaving != LEAVE_RETURN)
		sh.status = status;
}

static void eval_for(const struct node *node, int flags)
{
	struct strings fields = {NULL, 0, 0};

	if (node->all_params)
		for (int i = 0; i < sh.params.count; i++)
			strings_add(&fields,
				    scratch_copy(sh.params.list[i], strlen(sh.params.list[i])));
	else
		expand_words(&fields, node->words);
	sh.status = 0;
	loop_depth++;
	for (int i = 0; i < fields.count; i++) {
		var_set(node->name, fields.list[i]);
		eval(node->first, flags & EVAL_TESTED);
		if (loop_ends())
			break;
	}
	loop_depth--;
}

static void eval_case(const struct node *node, int flags)
{
	const char *subject = expand_string(node->words);

	sh.status = 0;
	for (const struct case_item *item = node->items; item; item = item->next) {
		for (const struct word *word = item->patterns; word; word = word->next) {
			struct xtext pattern;

			expand_pattern(word, &pattern);
			if (!pattern_matches(pattern.text, pattern.flags, pattern.len, subject,
					     strlen(subject)))
				continue;
			if (item->body)
				eval(item->body, flags);
			return;
		}
	}
}

/* --- any node --- */

static void eval_logic(const struct node *node, int flags)
{
	eval(node->first, EVAL_TESTED);
	if (leaving)
		return;
	if (node->kind == NODE_NOT)
		sh.status = !sh.status;
	else if ((sh.status == 0) == (node->kind == NODE_AND))
		eval(node->second, flags);
}

static void eval_if(const struct node *node, int flags)
{
	eval(node->first, EVAL_TESTED);
	if (leaving)
		return;
	if (sh.status == 0)
		eval(node->second, flags);
	else if (node->third)
		eval(node->third, flags);
	else
		sh.status = 0;
}

static void eval_sequence(const struct node *node, int flags)
{
	for (const struct node *item = node->first; item && !leaving; item = item->next)
		eval(item, item->next ? flags & EVAL_TESTED : flags);
}

static void eval_compound(const struct node *node, int flags)
{
	switch (node->kind) {
	case NODE_NOT:
	case NODE_AND:
	case NODE_OR:
		eval_logic(node, flags);
		break;
	case NODE_SEQUENCE:
		eval_sequence(node, flags);
		break;
	case NODE_GROUP:
		eval(node->first, flags);
		break;
	case NODE_IF:
		eval_if(node, flags);
		break;
	case NODE_WHILE:
	case NODE_UNTIL:
		eval_while(node, flags);
		break;
	case NODE_FOR:
		eval_for(node, flags);
		break;
	case NODE_CASE:
		eval_case(node, flags);
		break;
	default:
		function_define(node);
		sh.status = 0;
		break;
	}
}

/* With the redirections of a compound command around it. */
static void eval_redirected(const struct node *node, int flags)
{
	struct saved_fd *mark = redirect_mark();

	if (!node->redirs) {
		eval_compound(node, flags);
		return;
	}
	sh.status = redirect_safely(node->redirs);
	if (sh.status == 0)
		eval_compound(node, flags & ~EVAL_EXIT);
	redirect_undo(mark);
}

void eval(const struct node *node, int flags)
{
	struct arena_mark mark = arena_mark(&sh.scratch);
	bool counts = false; /* for set -e */

	if (!node) {
		sh.status = 0;
	} else {
		sh.line = node->line;
		switch (node->kind) {
		case NODE_SIMPLE:
			eval_simple(node, flags);
			counts = true;
			break;
		case NODE_PIPE:
			eval_pipe(node, flags);
			counts = true;
			break;
		case NODE_SUBSHELL:
			eval_subshell(node, flags);
			counts = true;
			break;
		case NODE_BACKGROUND:
			eval_background(node);
			break;
		default:
			eval_redirected(node, flags);
			counts = node->redirs != NULL;
			break;
		}
	}
	arena_release(&sh.scratch, mark);
	if (trap_pending)
		traps_run();
	if (counts && sh.status && option_on(OPTION_ERREXIT) && !(flags & EVAL_TESTED) && !leaving)
		sh_exit(sh.status);
	if (flags & EVAL_EXIT)
		sh_exit(sh.status);
}
