/*
 * idpform.c - the form bodies and query strings that a provider is sent.
 *
 * Owns their encoding; what is put into them is the caller's, and wiped with
 * the caller's buffer.
 */
#include "services/idpform.h"

#include <string.h>

void
idpform_put(struct buf *form, const char *name, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._";

	if (form->len > 0)
		buf_put_text(form, "&");
	buf_put_format(form, "%s=", name);
	for (const char *p = value; *p != '\0'; p++) {
		if (strchr(plain, *p) != NULL)
			buf_put_u8(form, (uint8_t)*p);
		else
			buf_put_format(form, "%%%02X", (uint8_t)*p);
	}
}
