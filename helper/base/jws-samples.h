/*
 * jws-samples.h - the tokens of jws_self_check(), written by
 * tests/vectors/samples.mjs; nobody kept the private keys.
 */
#pragma once

#include "common/err.h"

struct jws_sample {
	int expected;
	const char *token;
};

static const char jws_sample_keys[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"8LDKJdAsUX5Pxnhq0UDZStz1xnnMzGHkK"
    "DlAeFJ-fuvMBLYR0GXYzb6ADo_65PPCRQUcfHVrePoq2moz1eKUl0wOp_0wg"
    "h1Krr4c_oXHYydYtw7Miygn1yOqp8A9ERcDCDGgAp4PeCffU42oI7O5yjr40"
    "3OynGlUG4MDeOZiWDsun12RW9gQ6KnxHAgbqpXSC4mXJDZVTPemSXirPRpmC"
    "4VXju7wuUPLIjYqQzSykp0rQ6oKUvxccu5isl4izOcX-YZFaOmI2PUhGZ9pN"
    "SyvmCBVz0YtVpqsRbBCmBqWQMd5_nTWgiZfSFi-LGm0yNNl7csOOKUUVwZGz"
    "w-QY1thzw\",\"e\":\"AQAB\",\"kid\":\"r\"},{\"kty\":\"EC\",\"x\":\"G-"
    "XeUuikAW"
    "T89P5V-I7HFya95dQRdzihTeqfaFIv81A\",\"y\":\"9CpHWNuOXEtxQFlm03ET"
    "r3eljCnVMKRsJbf-4D5PyGo\",\"crv\":\"P-256\",\"kid\":\"e\"},{\"crv\":\"Ed"
    "25519\",\"x\":\"6J_S1nQoAul2OYXgKJmbe2aJbzJsANjX0pp1BMJUIxE\",\"kt"
    "y\":\"OKP\",\"kid\":\"d\"}]}";

static const struct jws_sample jws_samples[] = {
    /* RS256 */
    {0,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.v2xgqIz23nizkgODXCe9CSVbuJmtGcrYdmESY0VIUW4sClzOjo6-X1uJ_"
	"UXtrBqYPK3HGYa6DHzu6YHFMhpVf8U_fiU0iU76xrB46xG0DfZFJEJxgT4Rc"
	"W0khYCdJ4-kiXUjxKFfOyxMB5zhkt1ERg7M2WhbefhNyYdu7Gg7jzOJNAaJV"
	"JEJkVE5oAvghowyHolBUSRCmVmd1XbQBdSrZmPmMd5IM_-1Ag87I3Ae1Ysv3"
	"qE40sqo6sfA88oY1BsXqA58AAoeNtzViy89vM47645v0bDaWzZhSmjiHN-ox"
	"E5NqtaCiiYUAgeielpcazQvtXh46mm-a2PJmv6pwM-wzA"},
    /* PS256 */
    {0,
	"eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.tSLY2Lz4N5LQp3I-POJOvyTAxZZ5N8SAA0ZoQpaREExwIHSK8j79tKII4"
	"uXPOcGgYkBvxyor7p7HUGgaUva68ySJcL2YxrjJyLVoqeMELHkGE_locO1rt"
	"LiN9obEiiToz3xMQDSbFYoWza8xFA9rheIiMkpZpXX-bHOK1wc5pDIYgbPWg"
	"AQCELtVtAtsLTezERzQhsMayRg0JRmZr5E8o7jAjOtmp8gI3ZmDhUCvSEvbd"
	"BuIQ3NhdyQU0PEXEXSySjEnZpTG2ho_pOFBuSujrJq8F8WIwAYxAVMSjBrh1"
	"Y6f67awG3vUbPeeNmYT0i2SPn1RjTx8ODPyit3NutRNow"},
    /* ES256 */
    {0,
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.mrIEw04sXJmaY9RqfAszU5nOjGM8UUTj3QH1HlURg_Tnf-OGLnomL8Upd"
	"mI9YLnc8ASMiIHfxY11fnrjkbEVdw"},
    /* EdDSA */
    {0,
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImQifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.g0fpclmCstPWUoLa8btm2Qd4FIwI_gg3AJ1iKczeWMfPgyEr9CRZDGdVm"
	"MxjJf0IVbZQnOA7ATxRaE9PNHhWBA"},
    /* HS256, keyed with the public key */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJIUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.e3S39C7QQRENbQIOtQ4pnU8lHJ8EDywkB80Ty_IbKGc"},
    /* RS256, but a MAC with the public key */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.7us-MCVnIO86zv2h_WeqU-Z_5SpivXz5RUOo6XGGM6g"},
    /* none */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJub25lIiwia2lkIjoiciJ9.eyJzdWIiOiJzZWxmLWNoZWNrIn0"
	"."},
    /* none, signed */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJub25lIiwia2lkIjoiciJ9.eyJzdWIiOiJzZWxmLWNoZWNrIn0"
	".lKXrcEVjUQ579yomlqoSNeK1aB50Ca4Jc_-tt7DEp_0C-7rOIViSGhz2JtK"
	"NaoSWSFnHuv6akI0ZuQg640LAjA2MoUCbfh5N7K4C_HA1m-oXGXEmEBQNNXm"
	"U2ATKNL3PwumV07KQmM0PEoBUbWGfINa4T3mU-JB69R6CLGTswWdiNYa01kI"
	"ZYnW--BxVjQBb7jwIAzUqV0CWYyJWr17oxn-XtDAc68z1xAgxw_HHSS77UvB"
	"Q9Wc7otftIxNnuuVbw7BjhpsEsFVnwRjwbC433aI9c9vqdNV2GohD0ak1kKd"
	"3xjywvvG_yuUs5TPplJKXDprfdmePiGKwppjjGQgFsg"},
};

/* HS256; these secrets are none. */
static const char jws_sample_secret[] = "known-to-everybody-for-the-self-check";
static const char jws_sample_other_secret[] =
    "known-to-everybody-but-another-secret";
static const char jws_sample_mac[] =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZWxmLWNoZWNrIn0.e5Hq1wFNuuW"
    "pp5EUnoa0m4RY2gWRqGI3mjD8T6QgDnw";
