<?php

// Uses InvAPI like pages of the vendor's WHMCS module: module.php server ID | invoice ID | keys ID | client | presets | order
//
// Prints one line of JSON: what was read, or the error.

declare(strict_types=1);

require __DIR__ . '/invapi.php';

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

/** The server of an invoice; 0 if it is unknown. */
function serverOfInvoice(InvApi $api, string $id): int
{
    $answer = $api->call('whmcs', 'get_invoice', ['invoice_id' => $id, 'location' => 'NL']);
    $items = ($answer['result'] ?? null) == 'OK' ? $answer['items']['item'] : [];
    return $items ? intval($items[0]['inv_id']) : 0;
}

function keys(InvApi $api, string $id): array
{
    return $api->call('api_keys', 'list_for_server', ['params' => ['server_id' => $id]])['data'] ?? [];
}

function client(InvApi $api): ?array
{
    $answer = $api->call('whmcs', 'get_client');
    return ($answer['result'] ?? null) == 'success' ? $answer['client'] : null;
}

/** The whole answer. The module reads its `invoice`. */
function order(InvApi $api): ?array
{
    $fields = ['preset' => 'vm.pico', 'location_name' => 'NL', 'deploy_period' => 'monthly', 'root_pass' => 'Secret_12345'];
    return $api->call('eq', 'order_instance', $fields);
}

try {
    $api = new InvApi(getenv('API_URL'), getenv('API_KEY'));
    $read = match ($argv[1]) {
        'server' => server($api, $argv[2]),
        'invoice' => serverOfInvoice($api, $argv[2]),
        'keys' => keys($api, $argv[2]),
        'client' => client($api),
        'presets' => $api->presets(),
        'order' => order($api),
    };
    echo json_encode(['read' => $read]), "\n";
} catch (CallFailed $failed) {
    echo json_encode(['error' => $failed->getMessage()]), "\n";
    exit(1);
}
