include helper/base/local.mk
include helper/rules/local.mk
include helper/services/local.mk
include helper/front/local.mk
