// The tools for VMs: what each calls, and which of them only run after confirmation.

const SECRETS = new Set(['token', 'key', 'root_pass', 'password', 'api_key'])
const DANGEROUS = /^(delete|remove|off|reboot|reinstall|order_instance|restore_snapshot)/i

const reads = {
  get_account_info: ['auth', 'info'],
  get_power_status: ['eq', 'status'],
  get_snapshots: ['vm', 'get_snapshot'],
  get_vm_engine: ['vm', 'get_engine'],
  get_vm_stats: ['vm', 'load_stats'],
  logout: ['auth', 'logout'],
}

const changes = {
  create_snapshot: ['vm', 'create_snapshot'],
  power_off: ['eq', 'off'],
  power_on: ['eq', 'on'],
  reboot_server: ['eq', 'reboot'],
  remove_snapshot: ['vm', 'remove_snapshot'],
  restore_snapshot: ['vm', 'restore_snapshot'],
}

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

async function raw(api, { resource, action, params = {}, auth = true, confirm }, allowed) {
  if (confirm !== true) return 'call_api_raw was not run: it always needs confirm=true.'
  if (DANGEROUS.test(action) && !allowed) return `${action} was refused: set HOSTKEY_ALLOW_DESTRUCTIVE=1.`
  return withHint(await api.call(resource, action, params, { withToken: auth }))
}

async function checkTask(api, { key }) {
  return JSON.stringify(await api.call('eq_callback', 'check', { key }, { withToken: false }), null, 2)
}

export const names = [...Object.keys(reads), ...Object.keys(changes), 'get_servers', 'get_server', 'check_task', 'call_api_raw']

// Runs a tool and returns the text that the model reads.
export async function run(api, name, given, allowed) {
  if (name === 'get_servers') return inventory(api, 'list', given)
  if (name === 'get_server') return inventory(api, 'show', given)
  if (name === 'check_task') return checkTask(api, given)
  if (name === 'call_api_raw') return raw(api, given, allowed)
  if (reads[name]) return JSON.stringify(await api.call(...reads[name], given), null, 2)
  if (!changes[name]) throw new Error(`no such tool: ${name}`)
  const { confirm, ...parameters } = given
  if (confirm !== true) return `${name} was not run. Call again with confirm=true if the user agrees.`
  return withHint(await api.call(...changes[name], parameters))
}
