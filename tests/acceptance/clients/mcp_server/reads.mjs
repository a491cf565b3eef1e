// The tools that only read: module, action, and how the given arguments become parameters.

const asGiven = (given) => given
const inParams = (given) => ({ params: given })

export const withToken = {
  get_account_info: ['auth', 'info', asGiven],
  get_power_status: ['eq', 'status', asGiven],
  get_server_sensors: ['eq', 'sensors', asGiven],
  get_server_tags: ['tags', 'list', asGiven],
  get_snapshots: ['vm', 'get_snapshot', asGiven],
  get_vm_engine: ['vm', 'get_engine', asGiven],
  get_vm_stats: ['vm', 'load_stats', asGiven],
  logout: ['auth', 'logout', asGiven],
  search_presets: ['presets', 'search', (given) => ({ ...given, scope: given.scope ?? 'free' })],
  get_preset: ['presets', 'show', asGiven],
  search_servers_by_tag: ['tags', 'user_search', asGiven],
  list_api_keys: ['api_keys', 'list', asGiven],
  list_server_api_keys: ['api_keys', 'list_for_server', inParams],
  get_api_key: ['api_keys', 'view', inParams],
  get_billing_client: ['whmcs', 'get_client', asGiven],
  get_credit_history: ['whmcs', 'getcredits', asGiven],
  get_invoices: ['whmcs', 'get_invoices', asGiven],
  get_invoice: ['whmcs', 'get_invoice', asGiven],
  get_server_billing_data: ['whmcs', 'get_billing_data', asGiven],
}

export const withoutToken = {
  list_presets: ['presets', 'list', asGiven],
  get_preset_pricing: ['presets', 'info', (given) => ({ currencies: given.currencies ?? 'EUR' })],
  list_preset_groups: ['presets', 'groups', asGiven],
  list_stock_servers: ['stocks', 'list', asGiven],
  list_os: ['os', 'list', asGiven],
  list_software: ['software', 'list', asGiven],
  list_traffic_plans: ['traffic_plans', 'list', asGiven],
}
