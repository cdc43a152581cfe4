/*
 * log.h - leveled log lines: a constant message and key=value fields.
 *
 * To stderr, with the "<N>" prefix of sd-daemon(3) when that is the journal.
 * Text fields are quoted and escaped and cut at 256 bytes.  Never give it a
 * secret.  A journal that does not read in time loses the line; elsewhere it
 * blocks as far as stderr does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

struct log_field {
	const char *key;  /* NULL ends the list */
	const char *text; /* NULL: the number is meant */
	int64_t number;
};

#define LOG_TEXT(key, text) ((struct log_field){(key), (text), 0})
#define LOG_NUMBER(key, number) ((struct log_field){(key), NULL, (number)})
#define LOG_END ((struct log_field){NULL, NULL, 0})

/* Lines above this level are dropped. */
void log_open(enum log_level most);
/* Is stderr the journal (systemd.exec(5), $JOURNAL_STREAM)? */
bool log_is_journal(void);
/* fields: up to LOG_END. */
void log_write(
    enum log_level level, const char *message, const struct log_field *fields);
/* The line of log_write() without its newline, for another channel: cut where
 * it does not fit. size >= 1. */
void log_format(char *out, size_t size, const char *message,
    const struct log_field *fields);

#define LOG_FIELDS_(...) \
	((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ) LOG_END})
#define log_error(msg, ...) \
	log_write(LOG_LEVEL_ERROR, msg, LOG_FIELDS_(__VA_ARGS__))
#define log_warning(msg, ...) \
	log_write(LOG_LEVEL_WARNING, msg, LOG_FIELDS_(__VA_ARGS__))
#define log_notice(msg, ...) \
	log_write(LOG_LEVEL_NOTICE, msg, LOG_FIELDS_(__VA_ARGS__))
#define log_info(msg, ...) \
	log_write(LOG_LEVEL_INFO, msg, LOG_FIELDS_(__VA_ARGS__))
#define log_debug(msg, ...) \
	log_write(LOG_LEVEL_DEBUG, msg, LOG_FIELDS_(__VA_ARGS__))
