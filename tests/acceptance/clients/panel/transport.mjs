// HTTPS like the panel's: one request a connection, its own lookup of names, no redirects, and nothing sent before the
// certificate is verified. The panel uses port 443; here it is the emulator's port.

import { request } from 'node:https'

export class PanelError extends Error {
  constructor(status, outcomeUnknown, message) {
    super(message)
    Object.assign(this, { status, outcomeUnknown })
  }
}

const ORIGIN = 'https://invapi.hostkey.com'
const [address, port] = (process.env.EMULATOR_HTTPS || '127.0.0.1:8653').split(':')

function options(body, method) {
  return {
    method,
    agent: false,
    port,
    family: 4,
    lookup: (_host, _options, done) => done(null, address, 4),
    servername: new URL(ORIGIN).hostname,
    timeout: 20_000,
    headers: {
      Accept: 'application/json',
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': Buffer.byteLength(body),
    },
  }
}

async function read(response) {
  const parts = []
  for await (const part of response) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

// Makes one request, a GET if there is a query. After a change was sent, a failure leaves its outcome unknown.
export function post(module, fields, changes, query) {
  const url = new URL(`/${module}.php`, ORIGIN)
  url.search = new URLSearchParams(query).toString()
  const body = new URLSearchParams(fields).toString()
  return new Promise((resolve, reject) => {
    const lost = (error) => reject(new PanelError(502, changes, `connection failed (${error.code ?? error.message})`))
    const asking = request(url, options(body, query ? 'GET' : 'POST'), async (response) => {
      const status = response.statusCode
      try {
        const text = await read(response)
        if (status !== 200) reject(new PanelError(status, changes && status >= 500, `HTTP ${status}`))
        else resolve(JSON.parse(text))
      } catch (error) {
        if (!(error instanceof SyntaxError)) lost(error)
        else reject(new PanelError(status, changes, 'Provider returned an invalid response'))
      }
    })
    asking.on('socket', (socket) => socket.once('secureConnect', () => asking.end(body)))
    asking.once('timeout', () => asking.destroy(new Error('timeout')))
    asking.once('error', lost)
  })
}
