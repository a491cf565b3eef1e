// The panel's session: an API key gives a token. Reading calls are repeated with a new one, changes never are.

import { PanelError, post } from './transport.mjs'

const EXPIRED = /\b(?:invalid (?:api )?token|(?:token|session) (?:has |is )?expired)\b/i
const GONE = /(?:callback|key).*(?:not found|expired|invalid)/i
const DENIED = /\b(?:access denied|forbidden|unauthorized|invalid (?:api )?token)\b/i
const words = (answer) => String(answer.error ?? answer.message ?? '')
const fails = (value) => Number(value) < 0 || /^(?:fail|failed|error)$/i.test(String(value))

export class Session {
  constructor(key) {
    Object.assign(this, { key, token: null, expires: 0 })
  }

  // Returns a successful answer; for a check of a task, also one that is not ready or failed.
  async call(module, action, parameters, { changes = false, looks = false, inQuery = false } = {}) {
    const answer = await this.asked(module, { action, ...parameters }, changes, inQuery)
    const failed = fails(answer.code) || fails(answer.result)
    if (!failed && (['OK', 'success'].includes(answer.result) || (looks && ['Not ready', 'Stage'].includes(answer.result)))) return answer
    const denied = Number(answer.code) === -2 || DENIED.test(words(answer))
    if (looks && failed && !denied && !GONE.test(words(answer))) return answer
    throw new PanelError(denied ? 403 : 400, changes && !failed, `${module}/${action}: ${words(answer)}`)
  }

  // With fields in the query, the token alone is in the body: a GET with a form.
  async asked(module, fields, changes, inQuery) {
    const send = async () => {
      const token = await this.current()
      return inQuery ? post(module, { token }, changes, fields) : post(module, { ...fields, token }, changes)
    }
    let answer
    try {
      answer = await send()
    } catch (error) {
      if (error.status !== 401) throw error
      this.token = null
      if (changes) throw error
      return send()
    }
    if (!(Number(answer.code ?? answer.result) < 0 && EXPIRED.test(words(answer)))) return answer
    this.token = null
    return changes ? answer : send()
  }

  async current() {
    if (this.token && this.expires > Date.now() + 30_000) return this.token
    const answer = await post('auth', { action: 'login', key: this.key, ttl: 3600 }, false)
    if (fails(answer.code) || fails(answer.result)) throw new PanelError(403, false, `login: ${words(answer)}`)
    const { token, token_expire: expires } = answer.result
    if (typeof token !== 'string' || !token) throw new PanelError(502, false, 'login: no usable session token')
    const until = Math.min(expires * 1000, Date.now() + 3_600_000)
    if (until <= Date.now() + 30_000) throw new PanelError(403, false, 'login: an expired session; check the time')
    Object.assign(this, { token, expires: until })
    return token
  }
}
