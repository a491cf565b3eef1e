<?php

// What pages and hooks of the vendor's WHMCS module do with InvAPI. The module's own tables are arguments here.

declare(strict_types=1);

const LOCATION = 'NL';
const CHOICE = '/^(.+) \(#(\d+)\)$/';

/** One product a preset and location, with its price and the choices that an order form shows. */
function import(InvApi $api): array
{
    $products = [];
    foreach ($api->presets() as $preset) {
        foreach (explode(',', $preset['locations']) as $location) {
            $products["{$preset['name']} ($location)"] = [
                'hkid' => $preset['id'],
                'price' => $preset['price'][$location][$api->currency()] ?? null,
                'OS' => choices($preset['OS'] ?? []),
                'soft' => ['Do not install', ...choices($preset['soft'] ?? [])],
                'traffic' => choices($preset['traffic_plans'][$location] ?? []),
            ];
        }
    }
    return $products;
}

/** Options are named as an order reads them back: `Debian 12 (#219)`. */
function choices(array $items): array
{
    return array_map(fn (array $item): string => "{$item['name']} (#{$item['id']})", $items);
}

/** The data of a server on a client's page, and the state that it gives the service in WHMCS. */
function server(InvApi $api, string $id): array
{
    $answer = $api->call('eq', 'show', ['id' => $id]);
    if (($answer['result'] ?? null) != 'OK') {
        return ['server' => false, 'state' => ''];
    }
    $state = match ($answer['server_data']['Condition_Component'] ?? '') {
        'power_off', 'presale' => 'Suspended',
        'rent' => 'Active',
        'TT' => 'Pending',
        default => '',
    };
    return ['server' => $answer['server_data'], 'state' => $state];
}

/** A client's page: the server of the invoice, a key for it if it has none, and its state. */
function page(InvApi $api, string $invoice): array
{
    $id = serverOfInvoice($api, $invoice);
    $key = null;
    if ($id > 0 && count(keys($api, (string) $id)) == 0) {
        $key = addKey($api, (string) $id, "API key [$id.$invoice]");
    }
    return ['id' => $id, 'key' => $key, ...server($api, (string) $id)];
}

/** The server of an invoice; 0 if it is unknown. */
function serverOfInvoice(InvApi $api, string $id): int
{
    $answer = $api->call('whmcs', 'get_invoice', ['invoice_id' => $id, 'location' => LOCATION]);
    $items = ($answer['result'] ?? null) == 'OK' ? $answer['items']['item'] : [];
    return $items ? max(intval($items[0]['inv_id']), 0) : 0;
}

function keys(InvApi $api, string $id): array
{
    return $api->call('api_keys', 'list_for_server', ['params' => ['server_id' => $id]])['data'] ?? [];
}

function addKey(InvApi $api, string $id, string $name): ?string
{
    $params = [
        'name' => $name,
        'server_id' => $id,
        'active' => 1,
        'ip' => '',
        'login_notify_method' => 'none',
        'login_notify_address' => client($api)['email'] ?? '',
    ];
    return $api->call('api_keys', 'add', ['params' => $params])['data']['api_key'] ?? null;
}

function client(InvApi $api): ?array
{
    $answer = $api->call('whmcs', 'get_client');
    return ($answer['result'] ?? null) == 'success' ? $answer['client'] : null;
}

/**
 * What the hook of a customer's payment for a new service does: one order, whose invoice it notes and pays.
 * It takes the choices as the import names them, and does not look whether an order was made before.
 */
function buy(InvApi $api, string $product, string $cycle, string $os, string $plan, string $software): array
{
    [$preset, $location] = split('/^(.*) \(([A-Z]{2})\)$/', $product);
    [$osName, $osId] = split(CHOICE, $os);
    [$softName, $softId] = split(CHOICE, $software);
    $fields = [
        'deploy_period' => strtolower($cycle),
        'deploy_notify' => '1',
        'email' => client($api)['email'] ?? '',
        'os_id' => $osId,
        'root_pass' => 'Secret_12345',
        'hostname' => 'shop.example.com',
        'os_name' => $osName,
        'traffic_plan' => split(CHOICE, $plan)[1],
        'preset' => $preset,
        'location_name' => $location,
        'post_install_callback' => 'http://whmcs.test/modules/gateways/callback/hostkeyresellermod.php?hosting=1',
    ];
    $fields += $softId ? ['soft_id' => $softId, 'soft_name' => $softName] : [];
    $order = $api->call('eq', 'order_instance', $fields);
    $invoice = $order['invoice'] ?? null;
    return ['invoice' => $invoice, 'order' => $order, 'paid' => is_int($invoice) ? pay($api, (string) $invoice) : null];
}

/** What a pattern finds in a name; empty words if it does not fit. */
function split(string $pattern, string $name): array
{
    return preg_match($pattern, $name, $found) ? array_slice($found, 1) : ['', ''];
}

/** What a customer's payment for a server that there is pays of the account's own invoices for it. */
function renew(InvApi $api, string $id, string $paid): array
{
    $server = $api->call('eq', 'show', ['id' => $id]);
    $service = ['product' => $server['account_id'], 'location' => $server['type_billing']];
    $invoices = $api->call('whmcs', 'get_product_invoice', $service)['invoices'] ?? [];
    $left = floatval($paid);
    $answers = [];
    foreach ($invoices as $invoice) {
        if ($invoice['status'] == 'Unpaid' && $left >= floatval($invoice['total'])) {
            $left -= floatval($invoice['total']);
            $answers[$invoice['invoiceid']] = pay($api, (string) $invoice['invoiceid']);
        }
    }
    return ['invoices' => $invoices, 'answers' => $answers];
}

function pay(InvApi $api, string $invoice): ?array
{
    $answer = $api->call('whmcs', 'get_invoice', ['invoice_id' => $invoice]);
    if (($answer['result'] ?? null) != 'OK') {
        return ['result' => 'Fail', 'message' => 'No invoice'];
    }
    return $api->call('whmcs', 'apply_credit', ['invoice_id' => $invoice, 'amount' => $answer['total']]);
}

/** What the hook of a cancellation does: it finds the server by the invoice, and looks at no answer. */
function cancel(InvApi $api, string $invoice, string $when): ?array
{
    return $api->call('whmcs', 'request_cancellation', [
        'id' => serverOfInvoice($api, $invoice),
        'pin' => 'not_set',
        'cancellation_type' => ['Immediate' => 1, 'End of Billing Period' => 0][$when],
        'cancellation_reason' => 'no longer needed',
    ]);
}
