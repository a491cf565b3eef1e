<?php

// Uses InvAPI like pages of the vendor's WHMCS module:
//
//     module.php import | server ID | page INVOICE | renew ID AMOUNT | client
//     module.php buy PRODUCT CYCLE OS PLAN SOFTWARE | cancel INVOICE Immediate|'End of Billing Period'
//
// Prints one line of JSON: what was read, or the error.

declare(strict_types=1);

require __DIR__ . '/invapi.php';
require __DIR__ . '/pages.php';

try {
    $api = new InvApi(getenv('API_URL'), getenv('API_KEY'));
    $read = match ($argv[1]) {
        'import' => import($api),
        'server' => server($api, $argv[2]),
        'page' => page($api, $argv[2]),
        'renew' => renew($api, $argv[2], $argv[3]),
        'client' => client($api),
        'buy' => buy($api, ...array_slice($argv, 2)),
        'cancel' => cancel($api, $argv[2], $argv[3]),
    };
    echo json_encode(['read' => $read]), "\n";
} catch (CallFailed $failed) {
    echo json_encode(['error' => $failed->getMessage()]), "\n";
    exit(1);
}
