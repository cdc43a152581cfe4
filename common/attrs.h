/*
 * attrs.h - the compiler attributes and ownership macros of the whole tree.
 *
 * Every owning local is declared with CLEANUP(destructor) and initialised
 * where it is declared; ownership leaves it through TAKE() only.
 */
#pragma once

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(destructor) __attribute__((cleanup(destructor)))
#define EXPORT __attribute__((visibility("default")))

/* Moves a pointer out of its variable, which becomes NULL. */
#define TAKE(ptr)                                    \
	({                                           \
		__typeof__(ptr) take_value_ = (ptr); \
		(ptr) = NULL;                        \
		take_value_;                         \
	})

/*
 * Defines NAME_cleanup(TYPE **) for CLEANUP(NAME_cleanup), where FREE takes
 * the pointer and accepts NULL.
 */
#define DEFINE_CLEANUP(type, name, free_fn)           \
	static inline void name##_cleanup(type **ptr) \
	{                                             \
		free_fn(*ptr);                        \
	}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
