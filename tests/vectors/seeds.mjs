// seeds.mjs - writes the seeds of the fuzzers of tokens, keys and JSON from the
// vectors of this folder: node seeds.mjs.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const SEED_MAX_BYTES = 1500;
const SEEDS_MAX = 80;

// All of must, and of the others as many as there is room for, evenly chosen.
function write(fuzzer, must, others) {
	const folder = path.join(here, '../fuzz/seeds', fuzzer);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const rest = [...new Set(others.map((input) => Buffer.from(input).toString('latin1')))]
		.filter((text) => text.length <= SEED_MAX_BYTES).map((text) => Buffer.from(text, 'latin1'));
	const room = SEEDS_MAX - must.length;
	const chosen = Array.from({ length: room }, (_, i) => rest[Math.floor((i * rest.length) / room)]);
	for (const input of [...must, ...chosen].map((i) => Buffer.from(i)))
		fs.writeFileSync(path.join(folder, crypto.createHash('sha256').update(input).digest('hex').slice(0, 16)), input);
	process.stdout.write(`${fuzzer}: ${fs.readdirSync(folder).length}\n`);
}

const files = (folder) => fs.readdirSync(path.join(here, folder)).sort()
	.map((name) => fs.readFileSync(path.join(here, folder, name)));
const tokens = files('tokens').map((bytes) => bytes.toString('latin1').split('.')).filter((parts) => parts.length === 3);
const part = (index) => tokens.map((parts) => Buffer.from(parts[index], 'base64url'));

const texts = ['[]', '{}', '0', '-0.0e+0', '"\\ud83d\\ude00\\u0001\\/"', '[true,false,null]', '{"a":{"b":[1,{"c":"d"}]}}',
	'[1e308,-1e-308,9007199254740993]', `${'['.repeat(32)}${']'.repeat(32)}`, '{"a":1,"\\u0061":2}', '["\\ud800"]', '[1,]'];
write('json', texts, [...part(0), ...part(1)]);
write('token', [], part(1));

const keys = JSON.parse(fs.readFileSync(path.join(here, 'keys.json'))).keys;
write('jwk', [], [...files('keysets'), ...keys.map((key) => JSON.stringify({ keys: [key] }))]);

// The keys of the self-check, whose kids are r, e and d.
const samples = fs.readFileSync(path.join(here, '../../helper/base/jws-samples.h'), 'utf8').split('jws_samples[]')[1]
	.split('/*').slice(1).map((text) => [...text.split('[] =').at(-1).matchAll(/"([^"]*)"/g)].map((m) => m[1]).join(''));
const kids = { RS256: 'r', PS256: 'r', ES256: 'e', EdDSA: 'd' };
const renamed = tokens.map(([head, body, signature]) => {
	const header = Buffer.from(head, 'base64url').toString();
	const alg = /"alg":"(\w+)"/.exec(header)?.[1];
	return [Buffer.from(header.replace(/"kid":"[^"]*"/, `"kid":"${kids[alg] ?? 'r'}"`)).toString('base64url'), body, signature].join('.');
});
const changed = samples.flatMap((token) => [token, token.slice(0, -1), `${token}A`, token.replace('.', '..')]);
write('jws', changed, renamed);
