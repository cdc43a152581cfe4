include tests/check/local.mk
