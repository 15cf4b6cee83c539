/* SPDX-License-Identifier: MIT */
/*
 * Expanded text into fields: at the characters of IFS where they came from an
 * expansion, at the boundaries of "$@"; then file names for patterns.
 *
 * Blanks of IFS separate in runs; each other character of IFS ends a field,
 * which may be empty, and takes the blanks around it along.
 */
#include <string.h>

#include "sh.h"

struct splitter {
	struct strings *fields;
	struct xtext field;
	bool exists;         /* the field has something in it, or quotes */
	bool ended_by_blank; /* the field before; a separator may still follow */
};

static void end_field(struct splitter *s)
{
	struct xtext field = s->field;

	memset(&s->field, 0, sizeof(s->field));
	s->exists = false;
	if (!field.room)
		xtext_add(&field, '\0', X_EXISTS);
	if (field.flags[0] & X_EXISTS)
		field.len = 0;
	if (option_on(OPTION_NOGLOB) || pattern_is_plain(field.text, field.flags, field.len) ||
	    !glob_expand(s->fields, &field))
		strings_add(s->fields, field.text);
}

static void separator(struct splitter *s, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\n';

	if (s->exists) {
		end_field(s);
		s->ended_by_blank = blank;
	} else if (!blank) {
		if (!s->ended_by_blank)
			end_field(s);
		s->ended_by_blank = false;
	}
}

void split_fields(struct strings *fields, const struct xtext *x)
{
	struct splitter s = {.fields = fields};
	const char *ifs = var_get("IFS");

	if (!ifs)
		ifs = " \t\n";
	for (size_t i = 0; i < x->len; i++) {
		unsigned char flags = x->flags[i];

		if (flags & X_EXISTS) {
			s.exists = true;
		} else if (flags & X_BOUNDARY) {
			if (s.exists)
				end_field(&s);
			s.ended_by_blank = false;
		} else if (flags & X_SPLIT && strchr(ifs, x->text[i])) {
			separator(&s, x->text[i]);
		} else {
			xtext_add(&s.field, x->text[i], flags);
			s.exists = true;
		}
	}
	if (s.exists)
		end_field(&s);
}
