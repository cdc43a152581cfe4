include tests/check/local.mk
include tests/identity/local.mk
