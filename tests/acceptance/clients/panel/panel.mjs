// Uses InvAPI like a panel that manages servers and their snapshots:
//
//     panel.mjs VM list | look KEY ACTION | create NAME | remove NAME | restore NAME | resource
//     panel.mjs 0 test | inventory | catalogue | summary | order NAME MARKER PRESET LOCATION OS | watch OPERATION
//     panel.mjs 0 find MARKER | pay INVOICE MARKER AMOUNT CURRENCY | top-up AMOUNT MARKER
//     panel.mjs VM cancel
//
// Prints one line of JSON: what was read, or the error and whether the outcome is unknown.

import { Account } from './account.mjs'
import { Orders } from './orders.mjs'
import { Session } from './session.mjs'
import { Snapshots } from './snapshots.mjs'

const [vm, command, ...words] = process.argv.slice(2)
const session = new Session(process.env.HOSTKEY_API_KEY)
const account = new Account(session)
const orders = new Orders(session, account)
const snapshots = new Snapshots(session, vm, Number(process.env.POLL_MS ?? 500))
const commands = {
  list: () => snapshots.list(),
  look: (key, action) => snapshots.look(key, action),
  create: (name) => snapshots.create(name),
  remove: (name) => snapshots.act('remove_snapshot', name),
  restore: (name) => snapshots.act('restore_snapshot', name),
  resource: () => account.resource(vm),
  test: () => account.test(),
  inventory: () => account.inventory(),
  catalogue: () => account.catalogue(),
  summary: () => account.summary(),
  order: (name, marker, preset, location, image) => orders.create(name, marker, preset, location, image),
  watch: (operation) => orders.watch(operation),
  find: (marker) => orders.find(marker),
  pay: (invoice, marker, amount, currency) => orders.pay(invoice, marker, amount, currency),
  'top-up': (amount, marker) => orders.topUp(amount, marker),
  cancel: () => orders.cancel(vm),
}

try {
  console.log(JSON.stringify({ read: await commands[command](...words) }))
} catch ({ message, status, outcomeUnknown }) {
  console.log(JSON.stringify({ error: message, status, outcomeUnknown }))
  process.exitCode = 1
}
