// Runs the script of the paste page against a browser that is played, and
// prints "ok NAME" or "not ok NAME" for each thing it must do.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const page = readFileSync(new URL('../../packaging/paste/index.html', import.meta.url), 'utf8');
const script = /<script>([^]*)<\/script>/.exec(page)[1];
let failed = false;

// What a person sees of the page at this address.
function open(search, framed = false) {
  const places = {};
  for (const [, id] of page.matchAll(/id="(\w+)"/g))
    places[id] = { hidden: true, value: '', textContent: '', select() {}, addEventListener(_, f) { this.click = f; } };
  const seen = { address: `/orglogin/${search}`, copied: undefined, places };
  const window = {};
  window.self = window;
  window.top = framed ? {} : window;
  vm.runInNewContext(script, {
    window, URLSearchParams, TextEncoder, btoa, String,
    location: { search, pathname: '/orglogin/' },
    history: { replaceState: (state, title, url) => { seen.address = url; } },
    document: { getElementById: id => places[id] },
    navigator: { clipboard: { writeText: async text => { seen.copied = text; } } },
  });
  seen.shown = ['there', 'refused', 'nothing'].filter(id => !places[id].hidden).join();
  return seen;
}

function is(name, got, wanted) {
  const good = got === wanted;
  console.log(good ? `ok ${name}` : `not ok ${name}: got ${got}, wanted ${wanted}`);
  failed ||= !good;
}

const good = open('?code=4%2F0A.b-c&state=St_a-te');
is('paste_shows_code_and_state', good.places.text.value, '4/0A.b-c.St_a-te');
is('paste_is_shown', good.shown, 'there');
is('paste_clears_the_address', good.address, '/orglogin/');
good.places.copy.click();
is('paste_copies_what_it_shows', good.copied, '4/0A.b-c.St_a-te');
is('paste_carries_the_issuer', open('?code=c&state=s&iss=https%3A%2F%2Fid.example').places.text.value,
  `c.s.${Buffer.from('https://id.example').toString('base64url')}`);
for (const [name, search] of Object.entries({
  nothing: '', no_state: '?code=c', no_code: '?state=s', two_codes: '?code=c&code=d&state=s',
  two_states: '?code=c&state=s&state=t', control_bytes: '?code=c%1b%5b2J&state=s',
  blanks: '?code=c%20d&state=s', odd_state: '?code=c&state=s.t', markup: '?code=c&state=%3Cb%3E',
})) {
  const seen = open(search);
  is(`paste_shows_no_code_for_${name}`, seen.shown + seen.places.text.value, 'nothing');
  is(`paste_clears_the_address_for_${name}`, seen.address, '/orglogin/');
}
const refused = open('?error=access_denied%3Cb%3E&error_description=x&state=s');
is('paste_tells_a_refusal_as_text', refused.shown + refused.places.why.textContent, 'refusedaccess_denied<b>');
is('paste_shows_nothing_in_a_frame', open('?code=c&state=s', true).shown, '');
process.exit(failed ? 1 : 0);
