/*
 * weakpin.c - patterns, and a short list.
 *
 * Whoever guesses has fifty tries, so that it need refuse only what stands
 * among anybody's first fifty.
 */
#include "rules/weakpin.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "common/attrs.h"

/* Besides runs and repetitions. */
static const char *const common[] = {"password", "passwort", "passw0rd",
    "p@ssw0rd", "qwerty", "qwertz", "qwertyuiop", "qwertzuiop", "azerty",
    "asdfgh", "asdfghjkl", "letmein", "iloveyou", "welcome", "willkommen",
    "admin", "orglogin", "monkey", "dragon", "sunshine", "princess", "football",
    "master", "secret", "geheim", "hallo", "test", "login", "pin", "1q2w3e",
    "1qaz2wsx", "112233", "123321", "654123", "147258", "147258369", "159753",
    "159357", "258456", "102030", "101010", "202020", "789456", "789456123",
    "123654", "456123", "131313", "520520", "5201314", "696969", "007007"};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Characters, where it is UTF-8. */
static size_t
count_characters(const char *pin)
{
	size_t count = 0;

	for (; *pin != '\0'; pin++)
		count += (*pin & 0xc0) != 0x80;
	return count;
}

/* One step of the run: 9 is followed by 0, as on the keys. */
static bool
follows(char a, char b)
{
	return b == a + 1 || (a == '9' && b == '0');
}

static bool
runs(const char *pin)
{
	bool up = true;
	bool down = true;

	for (; pin[1] != '\0'; pin++) {
		up = up && follows(pin[0], pin[1]);
		down = down && follows(pin[1], pin[0]);
	}
	return up || down;
}

/* Of a piece that is at most half of it; the last may be cut. */
static bool
repeats(const char *pin)
{
	size_t len = strlen(pin);

	for (size_t piece = 1; piece <= len / 2; piece++)
		if (memcmp(pin, pin + piece, len - piece) == 0)
			return true;
	return false;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

static bool
is_common(const char *text, size_t len, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		if (is_word(text, len, common[i]))
			return true;
	return len > 0 && is_word(text, len, name);
}

bool
weakpin_is(const char *pin, const char *name)
{
	const char *core = pin;
	size_t core_len = strlen(pin);

	if (core_len > WEAKPIN_BYTES_MAX ||
	    count_characters(pin) < WEAKPIN_CHARACTERS_MIN || runs(pin) ||
	    repeats(pin) || is_common(pin, core_len, name))
		return true;
	while (is_digit(core[0])) {
		core++;
		core_len--;
	}
	while (core_len > 0 && is_digit(core[core_len - 1]))
		core_len--;
	return is_common(core, core_len, name);
}
