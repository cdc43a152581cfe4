// Runs the script of the paste page against a browser that is played, and
// prints "ok NAME" or "not ok NAME" for each thing it must do.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const page = readFileSync(new URL('../../packaging/paste/index.html', import.meta.url), 'utf8');
const script = /<script>([^]*)<\/script>/.exec(page)[1];
let failed = false;

function element() {
  return {
    hidden: true, textContent: '', children: [],
    appendChild(child) { this.children.push(child); },
    setAttribute(name, value) { this[name] = value; },
    addEventListener(_, f) { this.click = f; },
    select() {},
  };
}

// What a person sees of the page at this address.
function open(search, framed = false) {
  const places = {};
  for (const [, id] of page.matchAll(/id="(\w+)"/g))
    places[id] = element();
  const seen = { address: `/orglogin/${search}`, copied: undefined, places };
  const window = {};
  window.self = window;
  window.top = framed ? {} : window;
  vm.runInNewContext(script, {
    window, URLSearchParams, TextEncoder, btoa, String,
    location: { search, pathname: '/orglogin/' },
    history: { replaceState: (state, title, url) => { seen.address = url; } },
    document: { getElementById: id => places[id], createElement: tag => ({ ...element(), tag }) },
    navigator: { clipboard: { writeText: async text => { seen.copied = text; } } },
  });
  seen.shown = ['there', 'toolong', 'refused', 'nothing'].filter(id => !places[id].hidden).join();
  const inside = tag => places.texts.children.map(part => part.children.find(made => made.tag === tag));
  seen.texts = inside('textarea').map(area => area.value);
  seen.sentences = inside('p').map(p => p.textContent);
  seen.buttons = inside('button');
  return seen;
}

function is(name, got, wanted) {
  const good = got === wanted;
  console.log(good ? `ok ${name}` : `not ok ${name}: got ${got}, wanted ${wanted}`);
  failed ||= !good;
}

const good = open('?code=4%2F0A.b-c&state=St_a-te');
is('paste_shows_code_and_state', good.texts.join('|'), '4/0A.b-c.St_a-te');
is('paste_is_shown', good.shown, 'there');
is('paste_clears_the_address', good.address, '/orglogin/');
is('paste_speaks_of_one_code', !good.places.whole.hidden && good.places.parts.hidden, true);
good.buttons[0].click();
is('paste_copies_what_it_shows', good.copied, '4/0A.b-c.St_a-te');
is('paste_carries_the_issuer', open('?code=c&state=s&iss=https%3A%2F%2Fid.example').texts.join('|'),
  `c.s.${Buffer.from('https://id.example').toString('base64url')}`);

// What a terminal takes at once is one code; more comes in pieces, to the last byte.
function codeOf(length) {
  return Array.from({ length: length - '.state'.length }, (_, i) => 'abcdefghijk'[i % 11]).join('');
}
for (const [length, count] of [[400, 1], [401, 2], [800, 2], [801, 3], [1600, 4], [2400, 6]]) {
  const text = `${codeOf(length)}.state`;
  const long = open(`?code=${codeOf(length)}&state=state`);
  const name = `paste_of_${length}`;
  is(`${name}_is_shown`, long.shown, 'there');
  is(`${name}_comes_in_${count}`, long.texts.length, count);
  is(`${name}_says_so`, long.places.parts.hidden, count === 1);
  if (count === 1) {
    is(`${name}_is_whole`, long.texts[0], text);
    continue;
  }
  is(`${name}_is_numbered`, long.texts.every((part, i) => part.startsWith(`${i + 1}/${count} `)), true);
  is(`${name}_pieces_are_short`, long.texts.every(part => part.length <= 404), true);
  is(`${name}_is_all_there`, long.texts.map(part => part.slice(4)).join(''), text);
  is(`${name}_says_which`, long.sentences[1], `Piece 2 of ${count}, when the terminal asks for it:`);
  long.buttons[1].click();
  is(`${name}_copies_one_piece`, long.copied, long.texts[1]);
}
const over = open(`?code=${codeOf(2401)}&state=state`);
is('paste_that_is_too_long_is_none', over.shown + over.texts.length, 'toolong0');

for (const [name, search] of Object.entries({
  nothing: '', no_state: '?code=c', no_code: '?state=s', two_codes: '?code=c&code=d&state=s',
  two_states: '?code=c&state=s&state=t', control_bytes: '?code=c%1b%5b2J&state=s',
  blanks: '?code=c%20d&state=s', odd_state: '?code=c&state=s.t', markup: '?code=c&state=%3Cb%3E',
})) {
  const seen = open(search);
  is(`paste_shows_no_code_for_${name}`, seen.shown + seen.texts.join('|'), 'nothing');
  is(`paste_clears_the_address_for_${name}`, seen.address, '/orglogin/');
}
const refused = open('?error=access_denied%3Cb%3E&error_description=x&state=s');
is('paste_tells_a_refusal_as_text', refused.shown + refused.places.why.textContent, 'refusedaccess_denied<b>');
is('paste_shows_nothing_in_a_frame', open('?code=c&state=s', true).shown, '');
process.exit(failed ? 1 : 0);
