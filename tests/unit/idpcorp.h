/*
 * idpcorp.h - one provider as an administrator names it and as it answers.
 */
#pragma once

#define ISSUER "https://id.example"
#define DISCOVERY                                        \
	"{\"issuer\":\"" ISSUER                          \
	"\",\"device_authorization_endpoint\":\"" ISSUER \
	"/device\",\"token_endpoint\":\"" ISSUER         \
	"/token\",\"jwks_uri\":\"" ISSUER "/keys\"}"

/* The first of struct idp_options. */
#define IDPCORP_OPTIONS                                         \
	.name = "corp", .title = "Corp", .type = PROVIDER_OIDC, \
	.issuer = ISSUER, .client_id = "host", .client_secret = "hush"

/* The claims of its ID Token for ada. */
#define IDPCORP_CLAIMS(subject)                                               \
	{                                                                     \
		.iss = ISSUER, .sub = (subject), .email = "ada@acme.example", \
		.email_verified = true                                        \
	}
