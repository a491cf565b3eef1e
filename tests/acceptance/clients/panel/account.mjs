// Whose account a key belongs to, what it has, and what it could order, like the panel reads them.

import { PanelError } from './transport.mjs'

const VIRTUAL = /^(vm|vps|vds|virtual|server)$/i
const RUNNING = /^(power_on|on|running)$/i
const STOPPED = /^(power_off|off|stopped)$/i
const number = (value) => (value !== '' && Number.isFinite(Number(value ?? NaN)) ? Number(value) : null)

export class Account {
  constructor(session) {
    this.session = session
  }

  // A key without access to billing, as one server's, still has an identity in `auth/info`, if that is flat.
  async client() {
    try {
      const { client, billing_location: place } = await this.session.call('whmcs', 'get_client', {})
      return { id: String(client.id), name: client.companyname, place, currency: client.currency_code, credit: client.credit }
    } catch (error) {
      if (error.status !== 403) throw error
    }
    const info = await this.session.call('auth', 'info', {})
    const [whmcs, customer] = [String(info.whmcs_id ?? ''), String(info.customer_id ?? '')]
    if (!whmcs && !customer) throw new PanelError(403, false, 'the key does not expose an account identity')
    if (whmcs && customer && whmcs !== customer) throw new PanelError(502, false, 'conflicting account identities')
    return { id: whmcs || customer, name: info.data?.username, place: info.whmcs_location }
  }

  async rows() {
    const { servers } = await this.session.call('eq', 'list', {})
    if (!Array.isArray(servers)) throw new PanelError(502, false, 'incomplete inventory')
    return servers.map((entry) => String(entry.id ?? entry))
  }

  // The connection test.
  async test() {
    const { id, name, place, credit } = await this.client()
    await this.rows()
    return { authority: `hostkey:${place ?? 'default'}:${id}`, name, billing: credit !== undefined }
  }

  async inventory() {
    await this.client()
    const found = []
    for (const id of await this.rows()) {
      const detail = await this.session.call('eq', 'show', { id })
      const { virtual, ref_tableName: table, type } = detail.server_data
      if (Number(virtual) !== 0 && VIRTUAL.test(table ?? type)) found.push(described(id, detail))
    }
    return found
  }

  // Only absence from the whole list proves that a server is gone.
  async resource(id) {
    await this.client()
    return (await this.rows()).includes(id) ? described(id, await this.session.call('eq', 'show', { id })) : null
  }

  async catalogue() {
    const { currency } = await this.client()
    const { presets } = await this.session.call('presets', 'list', {})
    const { os_list: images } = await this.session.call('os', 'list', {})
    return {
      currency,
      sizes: presets.filter((preset) => Number(preset.virtual) === 1).map((preset) => size(preset, currency)),
      images: images.map(({ id, name }) => ({ id: String(id), name })),
    }
  }

  // The balance and the invoices. The panel asks for transactions too, which are not emulated.
  async summary() {
    const { credit, currency } = await this.client()
    const { totalresults, invoices } = await this.session.call('whmcs', 'get_invoices', {})
    return { balance: `${credit} ${currency}`, invoices: invoices.invoice.map(({ id, status }) => `${id} ${status}`), totalresults }
  }
}

function described(id, { server_data: server, hardware, IP, interfaces, tags, location }) {
  if (String(server.id) !== id) throw new PanelError(502, false, 'a different resource identity')
  const names = new Set(tags.filter(({ tag }) => tag === 'hostname').map(({ value }) => value))
  if (names.size > 1) throw new PanelError(502, false, 'conflicting VM hostnames')
  const condition = String(server.power_status ?? server.Condition_Component)
  return {
    id,
    name: [...names][0] ?? server.hostname,
    location: location.dc_location,
    power: RUNNING.test(condition) ? 'running' : STOPPED.test(condition) ? 'stopped' : 'unknown',
    cpu: number(hardware.cpu_count),
    memoryMb: number(hardware.ram_mb),
    diskGb: number(hardware.disk_gb),
    addresses: IP.map((entry) => ({ ip: entry.IP ?? entry.ip, mac: entry.MAC ?? interfaces[0]?.mac })),
    incarnation: server.uuid ? `uuid:${server.uuid}` : `created:${server.created_at}`,
  }
}

// A price of -1 at a location means the monthly one.
function size({ id, name, cpu, ram, hdd, locations, price, ...monthly }, currency) {
  const usual = { EUR: monthly.monthly_com, USD: monthly.monthly_usd, RUB: monthly.monthly_ru }[currency]
  const prices = locations.split(',').map((place) => {
    const quoted = price[place]?.[currency] ?? -1
    return [place, quoted >= 0 ? quoted : usual]
  })
  return { id: String(id), name, cpu, memoryMb: ram * 1024, diskGb: number(hdd), prices: Object.fromEntries(prices) }
}
