/* SPDX-License-Identifier: MIT */
/*
 * Variables, the positional parameters, and what functions put back.
 *
 *	buckets[hash(name)] ─▶ var ─▶ var
 *	frames: innermost ─▶ ... each with the variables that `local` has saved
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define NR_BUCKETS 32

struct var {
	struct var *next;
	char *name;
	char *value; /* NULL: unset, only its flags are known */
	int flags;
};

struct saved_var {
	struct saved_var *next;
	char *name;
	char *value;
	int flags;
};

static struct var *buckets[NR_BUCKETS];
static struct frame *frames;

static struct var **find_place(const char *name, size_t len)
{
	unsigned int hash = 5381;
	struct var **place;

	for (size_t i = 0; i < len; i++)
		hash = hash * 33 + (unsigned char)name[i];
	place = &buckets[hash % NR_BUCKETS];
	while (*place && (strncmp((*place)->name, name, len) != 0 || (*place)->name[len]))
		place = &(*place)->next;
	return place;
}

static struct var *find_or_make(const char *name)
{
	struct var **place = find_place(name, strlen(name));
	struct var *var = *place;

	if (var)
		return var;
	var = sh_malloc(sizeof(*var));
	var->next = NULL;
	var->value = NULL;
	var->flags = 0;
	var->name = sh_strdup(name);
	*place = var;
	return var;
}

const char *var_get_n(const char *name, size_t len)
{
	const struct var *var = *find_place(name, len);

	return var ? var->value : NULL;
}

const char *var_get(const char *name)
{
	return var_get_n(name, strlen(name));
}

static void must_be_writable(const char *name)
{
	const struct var *var = *find_place(name, strlen(name));

	if (var && var->flags & VAR_READONLY)
		sh_error("%s: is read only", name);
}

void var_set(const char *name, const char *value)
{
	struct var *var;
	char *copy;

	must_be_writable(name);
	copy = sh_strdup(value);
	var = find_or_make(name);
	free(var->value);
	var->value = copy;
	if (option_on(OPTION_ALLEXPORT))
		var->flags |= VAR_EXPORTED;
}

void var_unset(const char *name)
{
	struct var **place = find_place(name, strlen(name));
	struct var *var = *place;

	must_be_writable(name);
	if (!var)
		return;
	*place = var->next;
	free(var->name);
	free(var->value);
	free(var);
}

void var_add_flags(const char *name, int flags)
{
	find_or_make(name)->flags |= flags;
}

/* --- all of them --- */

static int compare_vars(const void *a, const void *b)
{
	return strcmp((*(struct var *const *)a)->name, (*(struct var *const *)b)->name);
}

void vars_each(int flags, void (*fn)(const char *name, const char *value))
{
	struct var **all;
	size_t count = 0, used = 0;

	for (int i = 0; i < NR_BUCKETS; i++)
		for (struct var *var = buckets[i]; var; var = var->next)
			count++;
	all = arena_alloc(&sh.scratch, (count + 1) * sizeof(*all));
	for (int i = 0; i < NR_BUCKETS; i++)
		for (struct var *var = buckets[i]; var; var = var->next)
			if ((var->flags & flags) == flags && (var->value || flags))
				all[used++] = var;
	qsort(all, used, sizeof(*all), compare_vars);
	for (size_t i = 0; i < used; i++)
		fn(all[i]->name, all[i]->value);
}

static struct strings environment_list;

static void environment_add(const char *name, const char *value)
{
	size_t name_len = strlen(name);
	char *text;

	if (!value)
		return;
	text = arena_alloc(&sh.scratch, name_len + strlen(value) + 2);
	memcpy(text, name, name_len);
	text[name_len] = '=';
	strcpy(text + name_len + 1, value);
	strings_add(&environment_list, text);
}

char **vars_environment(void)
{
	memset(&environment_list, 0, sizeof(environment_list));
	strings_add(&environment_list, NULL);
	environment_list.count = 0;
	vars_each(VAR_EXPORTED, environment_add);
	return environment_list.list;
}

void vars_init(char **environment)
{
	char cwd[1024];
	char number[16];

	var_set("IFS", " \t\n");
	var_set("OPTIND", "1");
	var_set("PS1", "# ");
	var_set("PS2", "> ");
	var_set("PS4", "+ ");
	var_set("PATH", "/sbin:/bin:/tests:/bench");
	for (char **entry = environment; *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		size_t len = equals ? (size_t)(equals - *entry) : 0;

		if (!is_name(*entry, len) || (len == 3 && strncmp(*entry, "IFS", 3) == 0))
			continue;
		var_set(scratch_copy(*entry, len), equals + 1);
		var_add_flags(scratch_copy(*entry, len), VAR_EXPORTED);
	}
	snprintf(number, sizeof(number), "%d", (int)getppid());
	var_set("PPID", number);
	if (getcwd(cwd, sizeof(cwd)))
		var_set("PWD", cwd);
}

/* --- functions' frames --- */

void frame_push(struct frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->outer = frames;
	frames = frame;
}

static void put_back(struct saved_var *saved)
{
	struct var *var = find_or_make(saved->name);

	free(var->value);
	var->value = saved->value;
	var->flags = saved->flags;
	if (!var->value && !var->flags)
		var_unset(saved->name);
	free(saved->name);
	free(saved);
}

void frame_pop(void)
{
	struct frame *frame = frames;

	while (frame->saved) {
		struct saved_var *saved = frame->saved;

		frame->saved = saved->next;
		put_back(saved);
	}
	if (frame->has_params) {
		params_free(&sh.params);
		sh.params = frame->params;
	}
	frames = frame->outer;
}

struct frame *frame_current(void)
{
	return frames;
}

bool frame_in_function(void)
{
	for (struct frame *frame = frames; frame; frame = frame->outer)
		if (frame->has_params)
			return true;
	return false;
}

void var_save_local(const char *name)
{
	const struct var *var = *find_place(name, strlen(name));
	struct saved_var *saved;

	for (saved = frames->saved; saved; saved = saved->next)
		if (strcmp(saved->name, name) == 0)
			return;
	saved = sh_malloc(sizeof(*saved));
	saved->name = sh_strdup(name);
	saved->value = var && var->value ? sh_strdup(var->value) : NULL;
	saved->flags = var ? var->flags : 0;
	saved->next = frames->saved;
	frames->saved = saved;
}

/* --- positional parameters --- */

void params_free(struct params *params)
{
	for (int i = 0; i < params->count; i++)
		free(params->list[i]);
	free(params->list);
	params->list = NULL;
	params->count = 0;
}

void params_set(int count, char **list)
{
	char **copies = sh_malloc((size_t)(count + 1) * sizeof(*copies));

	for (int i = 0; i < count; i++)
		copies[i] = sh_strdup(list[i]);
	copies[count] = NULL;
	params_free(&sh.params);
	sh.params.count = count;
	sh.params.list = copies;
}
