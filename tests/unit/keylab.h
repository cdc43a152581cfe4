/*
 * keylab.h - a folder for a key file and what lies beside it.
 */
#pragma once

#define KEYLAB_A \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEYLAB_B \
	"FF0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct keylab {
	char folder[64];
	char path[80];   /* of the key file */
	char beside[96]; /* of another one in the folder */
};

/* For a test's set_up(); no file is there yet. */
int keylab_begin(void **state, const char *beside);
int keylab_end(void **state);

/* Any text, for the owner alone; not as careful as those who are tested. */
void keylab_write(const char *path, const char *text);
