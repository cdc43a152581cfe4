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
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"oU55lUzBbR41TMxd0ZImz3oxQ_-QymS-j"
    "4XvikZd5WVdLooOixKL7uA9Bwe0D2gRYSEycE_7FBXE1Rwt73pWvJXpkaX70"
    "ZEgIIFBQog2s9DG86YNZv65uw7yZLo7ZY1drEdUWGNJhu-EmMmunrlYWKwLU"
    "C4IH6rfbevhl20RMkH7aTO94XttbGGnnqSTS09Ek7MtlMrgUejEUI6AOBimh"
    "MJMr4VxGv1e66PRM4yVpe8i2n_l9fC7VA3lMGi_lI2dSBTou8KA1x5zpH2PU"
    "ZCvjYTRcVxQnYa9lnZwJ6OMmv_MMwudGsowcmaP_1aYtobDyR5o07GWSckz8"
    "vPCK3Qu5Q\",\"e\":\"AQAB\",\"kid\":\"r\"},{\"kty\":\"EC\",\"x\":"
    "\"fXvPt6n5xB"
    "K9A7jZCUpc4m56bRJNm0efiIAe4sIWLZM\",\"y\":\"8Uj_GDuCujYOWyuCJNFl"
    "TSOnLmye3CZyLlL4R33uCWk\",\"crv\":\"P-256\",\"kid\":\"e\"},{\"crv\":\"Ed"
    "25519\",\"x\":\"aJthlfnb2OGd5MVRiaehcjF9g6PyZWsildcjNuTQC2o\",\"kt"
    "y\":\"OKP\",\"kid\":\"d\"}]}";

static const struct jws_sample jws_samples[] = {
    /* RS256, good */
    {0,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.GqrMhz6xZs72A_tuyqF8SHYZjvcot8thGaSPl9VideS1urnf4BZL3Z1gj"
	"sZXurInCk1t3WDhNuW5WfS1_oVZizdz9VEbFg-CMh-S8Pvm8mta8kZp8Ewf5"
	"lcdurVwMt7Auy6nC1vJFL75AHEyB4qNiQxVkrM0GLwc57PvLGpEcPyrphFxF"
	"EC1gh_SgawR9SQ0B-8mvlovcPAu1tcbjKH98d7T7GwPpaCnUUPsJgeSg4TVn"
	"IxmJ_YvNiJZfkRIM_kcnUDhbiO8Wjr1l9SD5V3Y7hlhJt7AyDRyQi31ALd0M"
	"Bm1lV-GY_lk8TxpB6a2Crx4-oPZBdU76VvGCrzrnxCX4Q"},
    /* RS256, one bit of the signature flipped */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.GqrMhz6xZs72A_tuyqF8SHYZjvcot8thGaSPl9VideS1urnf4BZL3Z1gj"
	"sZXurInCk1t3WDhNuW5WfS1_oVZizdz9VEbFg-CMh-S8Pvm8mta8kZp8Ewf5"
	"lcdurVwMt7Auy6nC1vJFL75AHEyB4qNiQxVkrM0GLwc57PvLGpEcPyrphFxF"
	"EC1gh_SgawR9SQ0B-8mvlovcPAu1tcbjKH98d7T7GwPpaCnUUPsJgeSg4TVn"
	"IxmJ_YvNiJZfkRIM_kcnUDhbiO8Wjr1l9SD5V3Y7hlhJt7AyDRyQi31ALd0M"
	"Bm1lV-GY_lk8TxpB6a2Crx4-oPZBdU76VvGCrzrnxCX4A"},
    /* RS256, no signature */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0."},
    /* PS256, good */
    {0,
	"eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.Q_aazIKox1fom07lquAFxLKLigopSrVvhI4a8RpI7KEflTAK4mKNT7jFe"
	"x9fmX1aXU53i5JhhBCPAYx_c7sUf2mcJu6rmh9nYM_CVGTDuEuOBifZgsTRU"
	"QHw4G6bg5k5P2gSapHiEAvr-OQW6i-fOm9VA9LIkKKK_oKR6bnxvPxboNN8A"
	"freNLgtOm7yo29cwosLiCbTp-TXHai7sHmlmyPU3UkBCEGeos4XhlANgTybd"
	"L0kJDW4hNlg7463JR1_e8KDPGrchM1H2sIxGeXDCrQbJ5i1DArdGCx38v_ud"
	"DAJ3kAddacKgn09X_cXKXn7sxRdLKa3v_fafU77pas3iQ"},
    /* PS256, one bit of the signature flipped */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.bB7UBm7VrSQfWCLNacdwSB6pQ7RQmSlKgDHNS-Iw2MCvnpJwE-Cw9M887"
	"6nKbiEr8E55fsfeR5XcTjiKsyUpcKyoe5xyd7sF5bJcEDs6QRURgW3nUrA22"
	"i9hqPvgJ7X4lYK7nsYCqGw809oya_xzFpsBPgfNLKc6RddQHPS5zd8sWyRmk"
	"nzDqxNAxfAafArg0Pr8JxPG1fehlph7gbifp_SkXG-o37fFBLIo9QK9KsfF6"
	"3d9uGlrAdLvZS7UcnEZ-ZWrGpnEd970gDMXx4IteO-PzmydmMddNJ8magvuW"
	"h3C0yV9ZACkxBrsybQ4X2TwRBzqmQ6ARaVlst3PIYhH_w"},
    /* PS256, no signature */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0."},
    /* ES256, good */
    {0,
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.HACA-e5AAiLEBQjrX6lgoPW7faCV3CU29aRuuHMmaDPn4Ycl4CZZABqHG"
	"sGpm2PgZjK8NfygZjMy3IT6jk6IOw"},
    /* ES256, one bit of the signature flipped */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.MWkmVs-X5_LJCEQJjJO0hC4O2PjMs8J291Mz2xYnVrLKPrY1vioLG5Qsv"
	"dZAuJV1fAjxCBMUWdWSY9MPF8d-bQ"},
    /* ES256, no signature */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0."},
    /* EdDSA, good */
    {0,
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImQifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.9MGow-XRRNRnlQfa7pD8kGMgQqfpUM3teXaSpAfTT2P9WIVRNz1sjEze2"
	"nK26cfRAzroGoJr7SL4qLd0SIhWAw"},
    /* EdDSA, one bit of the signature flipped */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImQifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.9MGow-XRRNRnlQfa7pD8kGMgQqfpUM3teXaSpAfTT2P9WIVRNz1sjEze2"
	"nK26cfRAzroGoJr7SL4qLd0SIhWAg"},
    /* EdDSA, no signature */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJFZERTQSIsImtpZCI6ImQifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0."},
    /* HS256, keyed with the public key */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJIUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.sJFpwr92A-r45TcUzCiVNFVq3jBS5SOP7wZwi96Uh-4"},
    /* RS256, but a MAC with the public key */
    {ERR_TOKEN_SIGNATURE,
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzZWxmLWNoZWNrI"
	"n0.zW6PRd-lTiHR0vYpm-Aeix08DZV1TXq2upiXsAN26rg"},
    /* none */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJub25lIiwia2lkIjoiciJ9.eyJzdWIiOiJzZWxmLWNoZWNrIn0"
	"."},
    /* none, signed */
    {ERR_TOKEN_ALGORITHM,
	"eyJhbGciOiJub25lIiwia2lkIjoiciJ9.eyJzdWIiOiJzZWxmLWNoZWNrIn0"
	".VgEwgZPNQ4GhFts3U-cciM5fi3PJnE-iti5ssXenHJsAcuxSPe_zaWTvAUk"
	"PvSLcsiPH2sx1yNMYLY1qYU8460NqanfaE1T5kS0GPzz9Pzbp4vAGDoWFB2G"
	"j4OPSLsf0TweB0MKRUxvy6G6O7DdvPuKcuclNGRxg-3BHfEDz5ugjzcGvJdw"
	"94BUXzttd_y-AAQh55pgdHH-Ax-U9CZx1GnE36pWaE5W6M12XNqZVrd8e5lE"
	"rwYenm80avQekKfHDavMUfz5VXQ2ijWrwqM-rXOXSjLV1LehTo5hd1U4uFqq"
	"WszfEIAK3VTjAsoEliaawVszzdHZnnEdl2Bfg77xqEQ"},
};
