// The tools that spend money: a trial run comes first, then an order or a reinstallation. Neither is ever repeated.

const text = (answer, callback) => (callback ? `${answer}\n\nAsync job. Callback: ${callback}. Track with check_task.` : answer)

// Without `dry_run: false` it asks what is free, and which systems there are, and orders nothing.
export async function orderServer(api, { dry_run: dry = true, confirm = false, ...given }, masked) {
  if (dry) {
    const { preset, location_name: location } = given
    const free = await api.call('presets', 'search', { name: String(preset), location, scope: 'free' })
    const systems = await api.call('os', 'list', {}, { withToken: false })
    return `DRY-RUN: nothing was ordered.\n${JSON.stringify({ preset_availability: free, os_lookup: systems }, null, 2)}`
  }
  if (!confirm) return 'order_server was not run: it needs confirm=true and a customer who agrees to the price.'
  return sent(api, given, masked)
}

export async function reinstallServer(api, { confirm, ...given }, masked, allowed) {
  if (!allowed) return 'reinstall_server is disabled: set HOSTKEY_ALLOW_DESTRUCTIVE=1.'
  if (!confirm) return `reinstall_server was not run: server ${given.id} (${given.hostname}) would lose its data.`
  return sent(api, given, masked)
}

async function sent(api, given, masked) {
  const answer = await api.call('eq', 'order_instance', given)
  return text(JSON.stringify(masked(answer), null, 2), answer.callback)
}
