// The tools: what each calls, and which of them only run after confirmation.

import { orderServer, reinstallServer } from './orders.mjs'
import { withToken, withoutToken } from './reads.mjs'

const SECRETS = new Set(['token', 'key', 'root_pass', 'password', 'api_key'])
const DANGEROUS = /^(delete|remove|off|reboot|reinstall|order_instance|restore_snapshot)/i

const changes = {
  apply_credit: ['whmcs', 'apply_credit'],
  create_addfunds_invoice: ['whmcs', 'create_addfunds'],
  delete_cancellation_request: ['whmcs', 'delete_cancellation_request'],
  request_cancellation: ['whmcs', 'request_cancellation'],
  create_api_key: ['api_keys', 'add', ({ active, ...params }) => ({ params: { ...params, active: active ? 1 : 0 } })],
  create_snapshot: ['vm', 'create_snapshot'],
  delete_api_key: ['api_keys', 'delete', (params) => ({ params })],
  power_off: ['eq', 'off'],
  power_on: ['eq', 'on'],
  reboot_server: ['eq', 'reboot'],
  remove_snapshot: ['vm', 'remove_snapshot'],
  restore_snapshot: ['vm', 'restore_snapshot'],
}

// These are refused, confirmed or not, unless destruction is allowed.
const GUARDED = new Set(['request_cancellation'])

function masked(value) {
  if (Array.isArray(value)) return value.map(masked)
  if (!value || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, SECRETS.has(name) ? '***' : masked(inner)]))
}

function withHint(answer) {
  const text = JSON.stringify(masked(answer), null, 2)
  return answer.callback ? `${text}\n\nAsync job. Callback: ${answer.callback}. Track with check_task.` : text
}

async function inventory(api, action, parameters) {
  await api.refreshServers()
  return JSON.stringify(await api.call('eq', action, parameters), null, 2)
}

async function read(api, [module, action, form], given, session) {
  return JSON.stringify(await api.call(module, action, form(given), { withToken: session }), null, 2)
}

async function raw(api, { resource, action, params = {}, auth = true, confirm }, allowed) {
  if (confirm !== true) return 'call_api_raw was not run: it always needs confirm=true.'
  if (DANGEROUS.test(action) && !allowed) return `${action} was refused: set HOSTKEY_ALLOW_DESTRUCTIVE=1.`
  return withHint(await api.call(resource, action, params, { withToken: auth }))
}

async function checkTask(api, { key }) {
  return JSON.stringify(await api.call('eq_callback', 'check', { key }, { withToken: false }), null, 2)
}

const tables = [withToken, withoutToken, changes].flatMap(Object.keys)
export const names = [...tables, 'get_servers', 'get_server', 'check_task', 'call_api_raw', 'order_server', 'reinstall_server']

// Runs a tool and returns the text that the model reads.
export async function run(api, name, given, allowed) {
  if (name === 'get_servers') return inventory(api, 'list', given)
  if (name === 'get_server') return inventory(api, 'show', given)
  if (name === 'check_task') return checkTask(api, given)
  if (name === 'call_api_raw') return raw(api, given, allowed)
  if (name === 'order_server') return orderServer(api, given, masked)
  if (name === 'reinstall_server') return reinstallServer(api, given, masked, allowed)
  if (withToken[name]) return read(api, withToken[name], given, true)
  if (withoutToken[name]) return read(api, withoutToken[name], given, false)
  if (!changes[name]) throw new Error(`no such tool: ${name}`)
  if (GUARDED.has(name) && !allowed) return `${name} is disabled: set HOSTKEY_ALLOW_DESTRUCTIVE=1.`
  const { confirm, ...parameters } = given
  if (confirm !== true) return `${name} was not run. Call again with confirm=true if the user agrees.`
  const [module, action, form = (given) => given] = changes[name]
  return withHint(await api.call(module, action, form(parameters)))
}
