/*
 * test-qr.c - the picture as a camera sees it: black and white modules again
 * out of the characters, against the encoder's own.
 */
#include "cli/qr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

#include "common/err.h"

#define URI                                                           \
	"otpauth://totp/Acme:ada%40acme.example?secret="              \
	"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme&algorithm=SHA1" \
	"&digits=6&period=30"
#define SIDE_MAX 200
#define BEGIN "\033[30;47m"
#define END "\033[0m\n"

struct picture {
	bool dark[SIDE_MAX][SIDE_MAX];
	int width;
	int height;
};

static const char *
take(const char *at, const char *text)
{
	assert_memory_equal(at, text, strlen(text));
	return at + strlen(text);
}

/* One character, as its upper and lower half. */
static const char *
take_block(const char *at, bool *ret_upper, bool *ret_lower)
{
	if (*at == ' ') {
		*ret_upper = *ret_lower = false;
		return at + 1;
	}
	assert_memory_equal(at, "\xe2\x96", 2);
	*ret_upper = at[2] != '\x84';
	*ret_lower = at[2] != '\x80';
	assert_true(at[2] == '\x80' || at[2] == '\x84' || at[2] == '\x88');
	return at + 3;
}

static void
look(const char *at, struct picture *p)
{
	memset(p, 0, sizeof(*p));
	while (*at != '\0') {
		int x = 0;

		at = take(at, BEGIN);
		while (*at != '\033') {
			assert_true(x < SIDE_MAX && p->height + 1 < SIDE_MAX);
			at = take_block(at, &p->dark[p->height][x],
			    &p->dark[p->height + 1][x]);
			x++;
		}
		at = take(at, END);
		assert_true(p->width == 0 || p->width == x);
		p->width = x;
		p->height += 2;
	}
}

static void
the_picture_is_the_code_in_a_white_frame(void **state)
{
	static struct picture seen;
	struct buf out BUF_AUTO = {0};
	QRcode *code = QRcode_encodeString8bit(URI, 0, QR_ECLEVEL_L);

	buf_init(&out, 65536);
	assert_int_equal(qr_draw(URI, 80, &out), 0);
	look(buf_text(&out), &seen);
	assert_non_null(code);
	assert_int_equal(seen.width, code->width + 4);
	for (int y = 0; y < seen.height; y++) {
		for (int x = 0; x < seen.width; x++) {
			bool inside = x >= 2 && y >= 2 && x < code->width + 2 &&
			    y < code->width + 2;

			assert_int_equal(seen.dark[y][x],
			    inside &&
				(code->data[(y - 2) * code->width + x - 2] &
				    1) != 0);
		}
	}
	QRcode_free(code);
}

static void
what_does_not_fit_is_not_drawn(void **state)
{
	static char longer[8192];
	struct buf out BUF_AUTO = {0};

	buf_init(&out, 65536);
	assert_int_equal(qr_draw(URI, 40, &out), ERR_TOO_LARGE);
	memset(longer, 'x', sizeof(longer) - 1);
	assert_int_equal(qr_draw(longer, 1000, &out), ERR_TOO_LARGE);
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_picture_is_the_code_in_a_white_frame),
	    cmocka_unit_test(what_does_not_fit_is_not_drawn),
	};

	return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
