// Uses InvAPI like a panel that manages snapshots: panel.mjs VM list | look KEY ACTION | create NAME | remove NAME | restore NAME
//
// Prints one line of JSON: what was read, or the error and whether the outcome is unknown.

import { Session } from './session.mjs'
import { Snapshots } from './snapshots.mjs'

const [vm, command, ...words] = process.argv.slice(2)
const snapshots = new Snapshots(new Session(process.env.HOSTKEY_API_KEY), vm, Number(process.env.POLL_MS ?? 500))
const commands = {
  list: () => snapshots.list(),
  look: (key, action) => snapshots.look(key, action),
  create: (name) => snapshots.create(name),
  remove: (name) => snapshots.act('remove_snapshot', name),
  restore: (name) => snapshots.act('restore_snapshot', name),
}

try {
  console.log(JSON.stringify({ read: await commands[command](...words) }))
} catch ({ message, status, outcomeUnknown }) {
  console.log(JSON.stringify({ error: message, status, outcomeUnknown }))
  process.exitCode = 1
}
