// Lists and changes snapshots like the panel: a list is a task whose key is polled. Answers about other VMs do not count.

import { setTimeout as sleep } from 'node:timers/promises'
import { PanelError } from './transport.mjs'

const ENGINES = ['ovirt', 'openstack']
const NAME = /^[A-Za-z0-9_.-]{1,100}$/
const LOOKS = 20

export class Snapshots {
  constructor(session, vm, pause) {
    Object.assign(this, { session, vm, pause })
  }

  async supported() {
    const { server_data: server, ipmi } = await this.session.call('eq', 'show', { id: this.vm })
    const model = String(ipmi?.model ?? server.ipmi?.model ?? '').toLowerCase()
    if (ENGINES.includes(model) && !/^vds/i.test(server.type)) return
    throw new PanelError(409, false, 'snapshots need an oVirt or OpenStack VM, not a VDS')
  }

  async list() {
    await this.supported()
    const start = await this.session.call('vm', 'get_snapshot', { id: this.vm, type: 'snapshot' })
    if (!start.callback) throw new PanelError(502, false, 'no snapshot list task')
    for (let look = 0; look < LOOKS; look += 1) {
      const task = await this.session.call('eq_callback', 'check', { key: start.callback }, { looks: true })
      if (task.result === 'OK') return this.listed(start, task)
      if (!['Not ready', 'Stage'].includes(task.result)) throw new PanelError(502, false, 'snapshot listing failed')
      await sleep(this.pause)
    }
    throw new PanelError(503, false, 'still preparing the snapshot list')
  }

  listed(start, task) {
    if (!this.mine(task, 'get_snapshot')) throw new PanelError(502, false, 'snapshot list belongs to a different VM')
    const { snapshots } = typeof task.scope === 'string' ? JSON.parse(task.scope) : task.scope
    if (!Array.isArray(snapshots)) throw new PanelError(502, false, 'incomplete snapshot list')
    const max = Number({ ...start.settings, ...task.settings }.num_max ?? 1)
    return { max, rows: snapshots.map(row) }
  }

  mine({ context = {} }, action) {
    return String(context.id) === this.vm && context.action === action
  }

  async look(key, action) {
    const task = await this.session.call('eq_callback', 'check', { key }, { looks: true })
    if (['Not ready', 'Stage'].includes(task.result)) return { status: 'running' }
    if (!this.mine(task, action)) throw new PanelError(502, true, 'task is not of the requested VM and action')
    return { status: task.result === 'OK' ? 'succeeded' : 'failed' }
  }

  // Reads the list before the call: the panel wants no rotation, so it stops at a full list.
  async create(name) {
    if (!NAME.test(name)) throw new PanelError(400, false, 'not a snapshot name')
    const { rows, max } = await this.list()
    if (rows.length >= max) throw new PanelError(409, false, 'snapshot limit reached')
    if (rows.some((one) => one.name === name)) throw new PanelError(409, false, 'name already exists')
    return this.change('create_snapshot', { name })
  }

  async change(action, fields) {
    const parameters = { id: this.vm, type: 'snapshot', ...fields }
    const { callback } = await this.session.call('vm', action, parameters, { changes: true })
    if (!callback) throw new PanelError(502, true, 'snapshot task was not confirmed')
    return { key: callback }
  }

  async act(action, name) {
    const found = (await this.list()).rows.find((one) => one.name === name)
    return this.change(action, { name, openstack_id: found.image })
  }
}

function row({ name, date, created_at: created, total_size: total, size, openstack_image_id: image }) {
  if (!NAME.test(name)) throw new PanelError(502, false, 'invalid snapshot name')
  return { name, created: date ?? created, sizeGb: Number(total ?? size) / 1024 ** 3, image }
}
