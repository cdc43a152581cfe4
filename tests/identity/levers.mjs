// Test levers: POST /_test/WHAT with form fields, from loopback only.
const loopback = address => ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(address);

export async function readBody(req) {
  let body = '';
  for await (const chunk of req) body += chunk;
  return body;
}

// Answers the request if it is a lever. A handler gets the fields as a
// URLSearchParams and the last part of the path; what it returns is the answer.
export function lever(req, res, handlers) {
  const url = new URL(req.url, 'https://localhost');
  const [, what, name] = /^\/_test\/(\w+)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  if (!what) return false;
  const answer = (status, value) =>
    res.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
  if (req.method !== 'POST' || !handlers[what] || !loopback(req.socket.remoteAddress))
    answer(404, { error: 'no such lever' });
  else
    readBody(req)
      .then(body => handlers[what](new URLSearchParams(body), decodeURIComponent(name ?? '')))
      .then(value => answer(200, value ?? {}))
      .catch(error => answer(400, { error: error.message }));
  return true;
}

// The field as a boolean; undefined if it was not sent.
export const flag = (fields, name) => (fields.has(name) ? fields.get(name) === '1' : undefined);
