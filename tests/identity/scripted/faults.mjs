// Faults on order: which request gets one, and how a faulty answer is sent.

const replaces = ['status', 'body', 'redirect'];

export function makeFaults() {
  const faults = [];
  return {
    reset: () => { faults.length = 0; },
    add: fault => faults.push({ ...fault }),
    // The fault of this request, counted down; text is its URL and body.
    take(endpoint, text) {
      for (const fault of faults) {
        if (fault.endpoint !== '*' && fault.endpoint !== endpoint) continue;
        if (fault.match !== undefined && !text.includes(fault.match)) continue;
        if (fault.after > 0) { fault.after--; continue; }
        if (fault.times === 0) continue;
        if (fault.times !== undefined) fault.times--;
        return fault;
      }
      return {};
    },
  };
}

// True if the endpoint itself must not see the request: a server that fails
// has not redeemed anything. "lose" is for the opposite.
export const isReplaced = fault => fault.close || fault.hang || replaces.some(name => fault[name] !== undefined);

const text = body => (typeof body === 'string' ? body : JSON.stringify(body));

// Every text a number and every number a text.
const otherType = value => JSON.parse(JSON.stringify(value, (key, part) =>
  typeof part === 'string' ? 7 : typeof part === 'number' ? `${part}` : part));

function bodyOf(answer, fault) {
  const body = fault.wrong_type && typeof answer.body === 'object' ? otherType(answer.body) : answer.body ?? '';
  return fault.double ? text(body).repeat(2) : text(body);
}

function withFault(answer, fault) {
  const headers = { 'content-type': 'application/json', ...answer.headers };
  if (fault.content_type === null) delete headers['content-type'];
  else if (fault.content_type !== undefined) headers['content-type'] = fault.content_type;
  if (fault.redirect !== undefined) headers.location = fault.redirect;
  Object.assign(headers, fault.headers);
  const replaced = isReplaced(fault);
  return {
    status: fault.status ?? (fault.redirect === undefined ? answer.status ?? 200 : 302),
    headers,
    body: Buffer.from(replaced ? text(fault.body ?? '') : bodyOf(answer, fault)),
  };
}

function drip(res, body, bytesPerSecond) {
  let sent = 0;
  const timer = setInterval(() => {
    const next = body.subarray(sent, sent += Math.max(1, Math.round(bytesPerSecond / 10)));
    res.write(next);
    if (sent >= body.length) { clearInterval(timer); res.end(); }
  }, bytesPerSecond < 10 ? 1000 / bytesPerSecond : 100);
  res.on('close', () => clearInterval(timer));
}

// Sends the answer as the fault orders; resolves when there is no more to do.
export async function send(res, answer, fault) {
  if (fault.delay_ms) await new Promise(resolve => setTimeout(resolve, fault.delay_ms));
  if (fault.hang) return;
  if (fault.close || fault.lose) { res.destroy(); return; }
  const { status, headers, body } = withFault(answer, fault);
  // White space after JSON is still JSON: only a cap on the size refuses it.
  const padding = Math.max(0, (fault.oversize ?? 0) - body.length);
  const whole = padding ? Buffer.concat([body, Buffer.alloc(padding, ' ')]) : body;
  res.writeHead(status, fault.chunked ? headers : { ...headers, 'content-length': whole.length });
  if (fault.truncate !== undefined)
    res.write(whole.subarray(0, fault.truncate), () => res.destroy());
  else if (fault.drip_bytes_per_s) drip(res, whole, fault.drip_bytes_per_s);
  else res.end(whole);
}
