<?php
// A dealership's website in PHP, with the client that openapi-generator makes of the API's document.
// Run as `php program.php FOLDER SITE KEY`, it prints what it saw as JSON.
require '/usr/share/php/GuzzleHttp/autoload.php';
[, $folder, $site, $key] = $argv;

spl_autoload_register(function ($class) use ($folder) {
    $file = $folder . '/lib/' . str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class) . '.php';
    if (is_file($file)) {
        require_once $file;
    }
});
$files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator("$folder/lib", FilesystemIterator::SKIP_DOTS));
foreach ($files as $file) {
    require_once $file; // each must compile, also what is not used below
}

use OpenAPI\Client\Model;

$config = OpenAPI\Client\Configuration::getDefaultConfiguration()->setHost($site)->setAccessToken($key);
$leads = new OpenAPI\Client\Api\LeadsApi(null, $config);
$vehicles = new OpenAPI\Client\Api\VehiclesApi(null, $config);

$car = $vehicles->createVehicle(new Model\NewVehicle(['make' => 'Dacia', 'model' => 'Duster']));
$new = ['action' => 'Call', 'target_name' => 'Élodie Benali', 'target_info' => '+212-600-123456'];
$first = $leads->createLead($car->getId(), new Model\NewLead($new));
$second = $leads->createLead($car->getId(), new Model\NewLead($new + ['order' => 7, 'status' => 'COMPLETED']));
[$page, $status, $headers] = $leads->listLeadsWithHttpInfo(
    status: ['NEW', 'COMPLETED'], sort_by: 'order', sort_order: 'desc', limit: 1, count: true, updated_since: '2024-01-15T10:30:00Z'
);
$changed = $leads->updateLead($first->getId(), new Model\LeadChanges(['status' => 'NOT_NEEDED']));
$history = $leads->getLeadHistory($first->getId());
try {
    $leads->getLead('550e8400-e29b-41d4-a716-446655440000');
} catch (OpenAPI\Client\ApiException $error) {
    $refused = $error->getResponseObject()->getError()->getCode();
}
echo json_encode([
    'page' => [count($page), $headers['X-Total-Count'][0], $page[0]->getOrder(), $page[0]->getCar()->getModel()],
    'changed' => $changed->getStatus(),
    'history' => array_map(fn ($entry) => $entry->getKind(), $history),
    'refused' => $refused,
    'deleted' => $leads->deleteLead($second->getId())->getMessage(),
], JSON_UNESCAPED_UNICODE);
