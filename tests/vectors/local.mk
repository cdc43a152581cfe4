# Tokens and key sets, good and bad; the generators need Node, the tests do not.
EXTRA_DIST += tests/vectors/.gitattributes \
	tests/vectors/generate.mjs \
	tests/vectors/keys.mjs \
	tests/vectors/keysets.mjs \
	tests/vectors/samples.mjs \
	tests/vectors/secrets.mjs \
	tests/vectors/seeds.mjs \
	tests/vectors/keys.json \
	tests/vectors/keysets \
	tests/vectors/secret-tokens \
	tests/vectors/tokens
