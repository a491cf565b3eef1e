// Orders, watches and cancels servers, and pays their invoices, like the panel: an order carries a marker in its hostname,
// by which the panel finds the server and the invoice again. No change is ever repeated.

import { randomBytes } from 'node:crypto'
import { PanelError } from './transport.mjs'

const MARKER = /^gw-[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}$/
const IDENTITY = /^[1-9]\d*$/
const identity = (value) => (IDENTITY.test(String(value ?? '')) ? String(value) : undefined)
const cents = (amount) => {
  const [, whole, part = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(String(amount)) ?? []
  return whole === undefined ? NaN : Number(whole) * 100 + Number(part.padEnd(2, '0'))
}

export class Orders {
  constructor(session, account) {
    Object.assign(this, { session, account })
  }

  // Only a plan without a surcharge may be chosen without asking anybody. It is asked for with a GET.
  async plan(location, preset, currency) {
    const filters = { location, instance: preset }
    const { traffic_plans: plans } = await this.session.call('traffic_plans', 'list', filters, { inQuery: true })
    const group = { EUR: 0, USD: 0, RUB: 1 }[currency]
    const free = plans.filter(
      (plan) => plan.active === 1 && plan.price === 0 && plan.currency_id === group && plan.locations.split(',').includes(location)
    )
    if (!free.length) throw new PanelError(409, false, 'no traffic plan without a surcharge; nothing was ordered')
    return String(Math.min(...free.map(({ id }) => id)))
  }

  async create(name, marker, preset, location, image) {
    if (!MARKER.test(marker)) throw new PanelError(400, false, 'invalid marker')
    const { currency, sizes, images } = await this.account.catalogue()
    const size = sizes.find((one) => one.id === preset && location in one.prices)
    if (!size || !images.some(({ id }) => id === image)) throw new PanelError(400, false, 'preset, location or OS is unavailable')
    const traffic = await this.plan(location, preset, currency)
    const answer = await this.session.call('eq', 'order_instance', {
      preset: size.name,
      location_name: location,
      os_id: image,
      hostname: `${name.slice(0, 63 - marker.length - 1)}-${marker}`,
      root_pass: `A${randomBytes(18).toString('base64url')}a1%`,
      deploy_period: 'monthly',
      traffic_plan: traffic,
    }, { changes: true })
    return operation(answer)
  }

  // A cancellation has no task: it is over when the server is no longer listed.
  async cancel(vm) {
    await this.session.call('whmcs', 'request_cancellation', { id: vm, cancellation_reason: 'cancelled in the panel' }, { changes: true })
    return { id: `cancel:${vm}`, resource: vm, status: 'pending' }
  }

  async watch(id) {
    if (id.startsWith('cancel:')) {
      return { id, status: (await this.account.resource(id.slice(7))) ? 'pending' : 'succeeded' }
    }
    const task = await this.session.call('eq_callback', 'check', { key: id }, { looks: true })
    const failed = Number(task.code) < 0 || /^(?:fail|failed|error)$/i.test(task.result)
    const status = failed ? 'failed' : task.result === 'OK' ? 'succeeded' : 'running'
    return { id, resource: identity(task.context?.id), status }
  }

  async invoice(id) {
    const data = await this.session.call('whmcs', 'get_invoice', { invoice_id: id })
    if (typeof data.invoiceid !== 'number' || String(data.invoiceid) !== id) throw new PanelError(502, false, 'another invoice')
    return data
  }

  // After an answer that was lost: the one invoice whose only item names the marker.
  async find(marker) {
    const list = await this.session.call('whmcs', 'get_invoices', { limitstart: 0, limitnum: 100 })
    const rows = list.invoices.invoice
    if (list.totalresults !== rows.length || rows.length > 100) throw new PanelError(502, false, 'the list of invoices is incomplete')
    const found = []
    for (const { id } of rows) if (isOf(await this.invoice(String(id)), marker)) found.push(String(id))
    if (found.length > 1) throw new PanelError(409, false, 'several invoices for one order')
    return found[0] ?? null
  }

  // Pays an order's invoice from the credit, if it is that order's alone and costs no more than what was agreed.
  async pay(id, marker, agreed, currency) {
    const client = await this.account.client()
    const data = await this.invoice(id)
    if (String(data.userid) !== client.id || !isOf(data, marker)) throw new PanelError(409, false, 'not the invoice of this order')
    const dear = data.currencycode !== currency || client.currency !== currency || !(cents(data.total) <= cents(agreed))
    if (dear) throw new PanelError(409, false, 'currency or amount differs from what was confirmed')
    if (data.status === 'Paid') return { paid: '0.00' }
    if (data.status !== 'Unpaid') throw new PanelError(409, false, 'the invoice is not unpaid')
    const { balance: amount } = data
    if (!(cents(client.credit) >= cents(amount))) throw new PanelError(409, false, 'not enough credit')
    const paid = await this.session.call('whmcs', 'apply_credit', { invoice_id: id, amount }, { changes: true })
    return { paid: paid.amount }
  }

  async topUp(amount, marker) {
    const fields = { amount, 'params[amount]': amount, 'params[description]': `Gateway hosting ${marker}`, subscribe: false }
    const { invoice } = await this.session.call('whmcs', 'create_addfunds', fields, { changes: true })
    return { invoice: identity(invoice), amount }
  }
}

// The panel reads `invoiceid` of an order, which the answer does not have, and so learns of a payment by `deploy_status`.
function operation(answer) {
  const [key, resource] = [answer.callback || null, identity(answer.id)]
  const waits = identity(answer.invoiceid ?? answer.invoice_id) || answer.deploy_status === 'awaiting_payment'
  return { id: key, resource, status: waits ? 'awaiting_payment' : key || resource ? 'running' : 'unknown' }
}

function isOf({ items }, marker) {
  const exact = new RegExp(`(?:^|[^a-zA-Z0-9])${marker}(?![a-zA-Z0-9-])`, 'i')
  const { item } = items
  return MARKER.test(marker) && item.length === 1 && item[0].type === 'Hosting' && exact.test(item[0].description)
}
