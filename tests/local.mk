include tests/fuzz/local.mk
include tests/check/local.mk
include tests/identity/local.mk
include tests/e2e/local.mk
include tests/vectors/local.mk
