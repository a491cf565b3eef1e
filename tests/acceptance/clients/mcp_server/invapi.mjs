// Calls InvAPI like the vendor's MCP server: one address, a session that is renewed, no other repetition of calls.

// The server for the other portal has the other address built in.
const ADDRESS = `https://invapi.hostkey.${process.env.PORTAL ?? 'com'}`
const EXPIRED = /invalid token|token.*(invalid|expired)/i

export class CallFailed extends Error {
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

// Arrays become name[], objects name[key]. Undefined and null are not sent.
function* formFields(value, name) {
  if (value === undefined || value === null) return
  if (typeof value !== 'object') yield [name, String(value)]
  else if (Array.isArray(value)) for (const item of value) yield* formFields(item, `${name}[]`)
  else for (const [key, inner] of Object.entries(value)) yield* formFields(inner, name ? `${name}[${key}]` : key)
}

export class InvApi {
  constructor({ key, lifetime = 3600, timeout = 60 }) {
    if (!key) throw new CallFailed('HOSTKEY_API_KEY is missing')
    Object.assign(this, { key, lifetime, timeout, token: null, expires: 0, refreshed: false })
  }

  async call(module, action, parameters = {}, { withToken = true, again = false } = {}) {
    const fields = { action, ...parameters }
    if (withToken) fields.token = await this.session()
    try {
      const answer = await this.post(module, fields)
      if (answer?.result === -1) throw new CallFailed(`InvAPI ${module}/${action}: ${answer.error ?? 'unknown error'}`)
      return answer
    } catch (error) {
      const refused = error instanceof CallFailed && (error.status === 401 || EXPIRED.test(error.message))
      if (!withToken || again || !refused) throw error
      this.token = null
      return this.call(module, action, parameters, { withToken, again: true })
    }
  }

  // The session counts as valid until a minute before its end, by this process's own clock.
  async session() {
    if (this.token && Date.now() < this.expires - 60_000) return this.token
    const login = { action: 'login', key: this.key, ttl: this.lifetime, fix_ip: 0 }
    const answer = await this.post('auth', login)
    const token = answer.result?.token ?? answer.token
    if (typeof token !== 'string' || !token) throw new CallFailed('auth/login did not return a session token')
    Object.assign(this, { token, expires: Date.now() + this.lifetime * 1000, refreshed: false })
    return token
  }

  // The inventory is refreshed once for each session, before servers are listed or shown.
  async refreshServers() {
    if (this.refreshed) return
    await this.call('eq', 'update_servers')
    this.refreshed = true
  }

  async post(module, fields) {
    const answer = await this.send(module, new URLSearchParams([...formFields(fields, '')]))
    const text = await answer.text()
    let body
    try {
      body = JSON.parse(text)
    } catch {
      throw new CallFailed(`InvAPI ${module}: HTTP ${answer.status}, non-JSON: ${text.slice(0, 300)}`, answer.status)
    }
    if (!answer.ok) throw new CallFailed(`InvAPI ${module}: HTTP ${answer.status}: ${body.error}`, answer.status)
    return body
  }

  async send(module, body) {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const signal = AbortSignal.timeout(this.timeout * 1000)
    try {
      return await fetch(`${ADDRESS}/${module}.php`, { method: 'POST', headers, body, signal })
    } catch (error) {
      throw new CallFailed(`InvAPI ${module}: network error (${error.cause?.code ?? error})`)
    }
  }
}
