// An MCP server over stdio: it reads and writes one JSON-RPC message a line. It ends when its input ends.

import { createInterface } from 'node:readline'
import { InvApi } from './invapi.mjs'
import { names, run } from './tools.mjs'

const api = new InvApi({
  key: process.env.HOSTKEY_API_KEY,
  lifetime: Number(process.env.HOSTKEY_TOKEN_TTL) || undefined,
  timeout: Number(process.env.HOSTKEY_HTTP_TIMEOUT) || undefined,
})
const allowed = process.env.HOSTKEY_ALLOW_DESTRUCTIVE === '1'

async function called({ name, arguments: given = {} }) {
  try {
    return { content: [{ type: 'text', text: await run(api, name, given, allowed) }] }
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: `Error: ${error.message}` }] }
  }
}

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'speaks-as-the-mcp-server', version: '0' },
  }),
  'tools/list': () => ({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) }),
  'tools/call': called,
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params = {} } = JSON.parse(line)
  if (id === undefined) continue // a notification wants no answer
  const answer = methods[method] ? { result: await methods[method](params) } : { error: { code: -32601, message: method } }
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
}
