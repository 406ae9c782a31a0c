<?php

/**
 * A merchant backend for LanderPay in one file: PHP 8.1 with curl and pdo_sqlite. Pages name it in
 * data-backend="/landerpay.php" and post to landerpay.php/import-order and landerpay.php/import-upsale.
 * The contract: docs/backend.md. The settings, and what this does not do: docs/backend-php.md.
 */

declare(strict_types=1);

/** The file that returns the settings. Outside the web root: it holds the CRM's password. */
const SETTINGS_FILE = __DIR__ . '/../landerpay-settings.php';
/** Each with its default; null: required. From the file, or else from the environment. */
const SETTINGS = [
    'LANDERPAY_CRM_URL' => 'https://api.konnektive.com',
    'LANDERPAY_CRM_LOGIN_ID' => null,
    'LANDERPAY_CRM_PASSWORD' => null,
    'LANDERPAY_CRM_CAMPAIGN_ID' => '', // empty: the page says it
    'LANDERPAY_AMAZON_BILLER_ID' => '', // the same
    'LANDERPAY_CRM_TIMEOUT' => '120', // seconds: it waits for the payment processor
    'LANDERPAY_AMAZON_CLIENT_ID' => null,
    'LANDERPAY_AMAZON_URL' => 'https://api.amazon.com',
    'LANDERPAY_ALLOWED_ORIGINS' => '', // of pages on other sites, with commas between them
    'LANDERPAY_JOURNAL' => null, // a file outside the web root
    'LANDERPAY_JOURNAL_DAYS' => '200',
];

/** At the CRM. "upsale" is its spelling, and it wants the slash at the end. */
const ADDRESSES = ['import-order' => 'order/import/', 'import-upsale' => 'upsale/import/'];
const TOKEN = 'amazonAddressConsent';
const REQUIRED = [
    'import-order' => ['amazonOrderId', TOKEN, 'amazonBillerId', 'campaignId'],
    'import-upsale' => ['amazonOrderId', TOKEN, 'amazonBillerId', 'orderId'],
];
const ANYTHING = ['//', ''];
const EMPTY_TEXT = 'This field must not be empty.';
const NOT_EMPTY = ['/\S/u', EMPTY_TEXT];
const SHAPES = [
    'amazonOrderId' => ['/^[A-Z]\d\d-\d{7}-\d{7}$/D', 'This is not an Amazon order reference or billing agreement id.'],
    TOKEN => ['/^Atza\|[!-~]{0,2043}$/D', 'This is not an access token, decoded once: it starts with Atza|.'],
    'paySource' => ['/^AMAZON$/D', 'Only AMAZON is taken here.'],
    'amazonBillerId' => NOT_EMPTY,
    'campaignId' => NOT_EMPTY,
    'emailAddress' => ['/^(?=.*\S).{1,255}$/Ds', 'This is empty, or longer than 255 characters.'],
    'firstName' => NOT_EMPTY,
    'lastName' => ['/\S|^ $/Du', EMPTY_TEXT], // the CRM's own kit sends one blank where there is none
    'orderId' => ['/^[\w-]{1,32}$/D', 'This is not an order id of the CRM.'],
    'productId' => ['/^[1-9]\d*$/D', 'This is not a campaign product id: digits without a zero in front.'],
    'orderItems' => ANYTHING,
];
/** Of the buyer, once Amazon was asked. */
const BUYER = ['emailAddress', 'firstName', 'lastName'];
/** What a page must not decide: credentials, prices, overrides, other ways to pay. */
const MERCHANTS = '/^(loginid|password|ipaddress|product(price|shipprice|salestax)|salestax|force(merchantid|qa)|skipqa'
    . '|customerid|paysourceid|iban|ddbic|accountholder|(preauth|card|ach).*|.*_(price|shipprice|salestax))$/iD';
const FAILURES = [
    'content_type_unsupported' => [415, 'Send the order as application/json or application/x-www-form-urlencoded.'],
    'body_too_large' => [413, 'The order is larger than 64 KiB.'],
    'body_unreadable' => [400, 'The body is not a JSON object, or has more than 100 fields.'],
    'fields_invalid' => [422, 'Some fields are wrong.'],
    'idempotency_key_invalid' => [400, 'The Idempotency-Key header must be 16 to 128 visible ASCII characters.'],
    'idempotency_conflict' => [409, 'This Idempotency-Key was already used for another order.'],
    'order_outcome_unknown' => [409, 'An earlier attempt may have gone through. Do not pay again: ask the shop first.'],
    'product_taken' => [409, 'Part of this order already, or on the way into it; nothing was charged now: product '],
    'foreign_origin' => [403, 'Orders are only taken from pages of this site.'],
    'token_refused' => [401, 'Amazon does not accept this sign-in any more. Please sign in again.'],
    'amazon_unreachable' => [503, 'Amazon cannot be reached. Nothing was ordered; please try again.'],
    'journal_unavailable' => [503, 'The shop cannot take orders at the moment. Nothing new was ordered.'],
    'crm_unreachable' => [502, 'The order system cannot be reached. Nothing was ordered; please try again.'],
    'crm_reply_unreadable' => [502, 'The order system gave an answer that makes no sense. The order may exist.'],
    'crm_answer_lost' => [504, 'The order system did not answer in time. The order may exist.'],
    'not_found' => [404, 'There is nothing at this address.'],
    'method_not_allowed' => [405, 'This address takes another HTTP method.'],
];

/** Why there is no answer of the CRM, by a code that the page knows. */
final class Failure extends Exception
{
    /** What any other error means. */
    public static string $otherwise = 'journal_unavailable';

    public function __construct(public readonly string $name, public readonly object|string $told = '')
    {
        parent::__construct($name);
    }
}

ini_set('display_errors', '0'); // answers are JSON, and an error may quote what it is about
ini_set('zend.exception_ignore_args', '1'); // the log gets no password as a function's argument
set_error_handler(fn (int $level, string $text) => throw new ErrorException($text), E_WARNING | E_NOTICE);
ignore_user_abort(true); // a buyer who closes the page must not cut an import in half
umask(0077); // the journal is for this account only
ob_start(); // not even a blank line of the settings comes before the headers

try {
    answer(200, handle());
} catch (Throwable $error) {
    if (!$error instanceof Failure) {
        note($error::class . " in line {$error->getLine()}: {$error->getMessage()}");
        $error = new Failure(Failure::$otherwise);
    }
    [$status, $sentence] = FAILURES[$error->name];
    $message = is_object($error->told) ? $error->told : $sentence . $error->told;
    answer($status, (object) ['result' => 'ERROR', 'message' => $message, 'code' => $error->name]);
}

function handle(): object
{
    // The end of the address, be it PATH_INFO or rewritten by the web server.
    $action = basename((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
    isset(ADDRESSES[$action]) || throw new Failure('not_found');
    check_origin();
    $method = $_SERVER['REQUEST_METHOD'];
    if ($method !== 'POST') {
        header('Allow: POST, OPTIONS');
        $method === 'OPTIONS' ? answer(204) : throw new Failure('method_not_allowed');
    }
    $purchase = purchase($action, checked($action, posted_fields()));
    $journal = journal();
    set_time_limit(4 * (int) setting('LANDERPAY_CRM_TIMEOUT'));

    // Before Amazon is asked: what was answered already needs no sign-in that is still valid.
    $attempt = begin($journal, $purchase, claim: false);
    if (!$attempt) {
        $purchase->fields = with_profile($action, $purchase->fields);
        $attempt = begin($journal, $purchase, claim: true) ?? import($journal, $purchase);
    }
    return told($purchase, $attempt);
}

function answer(int $status, ?object $body = null): never
{
    ob_end_clean();
    http_response_code($status);
    header_remove('X-Powered-By');
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    header('X-Content-Type-Options: nosniff');
    echo $body ? json($body) : '';
    exit;
}

function json(mixed $value): string
{
    $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;
    return json_encode($value, $flags | JSON_PRESERVE_ZERO_FRACTION | JSON_THROW_ON_ERROR);
}

function note(string $text): void
{
    error_log("landerpay: $text");
}

function setting(string $name): string
{
    static $all = null;
    $all ??= settings();
    return $all[$name];
}

/** All of them, so that none turns out to be missing when a purchase is under way. */
function settings(): array
{
    $file = is_file(SETTINGS_FILE) ? require SETTINGS_FILE : [];
    $all = [];
    foreach (SETTINGS as $name => $default) {
        $value = (string) ($file[$name] ?? getenv($name));
        $isGiven = trim($value) !== '';
        $all[$name] = $isGiven ? $value : $default ?? throw new RuntimeException("The setting $name is missing.");
        // A password may begin or end with a blank.
        $all[$name] = $name === 'LANDERPAY_CRM_PASSWORD' ? $all[$name] : trim($all[$name]);
    }
    str_contains($all['LANDERPAY_CRM_PASSWORD'], '&')
        && throw new RuntimeException('LANDERPAY_CRM_PASSWORD has an & in it, which the CRM does not take.');
    preg_match('/^amzn1\.application-oa2-client\.[a-z\d]+$/iD', $all['LANDERPAY_AMAZON_CLIENT_ID'])
        || throw new RuntimeException('LANDERPAY_AMAZON_CLIENT_ID must look like amzn1.application-oa2-client.0a1b2c.');
    origins($all['LANDERPAY_ALLOWED_ORIGINS']);
    foreach (['LANDERPAY_CRM_TIMEOUT', 'LANDERPAY_JOURNAL_DAYS'] as $name) {
        preg_match('/^[1-9]\d{0,3}$/D', $all[$name])
            || throw new RuntimeException("The setting $name must be a number.");
    }
    foreach (['LANDERPAY_CRM_URL', 'LANDERPAY_AMAZON_URL'] as $name) {
        // They are told secrets; unencrypted only on this machine.
        preg_match('~^(https://|http://(localhost|127\.0\.0\.1)(:\d+)?(/|$))~', $all[$name])
            || throw new RuntimeException("The setting $name must start with https://.");
    }
    $folder = realpath(dirname($all['LANDERPAY_JOURNAL'])) . '/';
    $root = realpath($_SERVER['DOCUMENT_ROOT'] ?? '') ?: __DIR__; // as much of it as is known
    str_starts_with($folder, "$root/")
        && throw new RuntimeException('LANDERPAY_JOURNAL lies in the web root, where everybody can read it.');
    return $all;
}

/** A list of origins, as browsers write them: without the slash and the port that need not be there. */
function origins(string $list): array
{
    $origins = [];
    foreach (array_filter(array_map(trim(...), explode(',', $list)), strlen(...)) as $text) {
        preg_match('~^(https://[a-z\d.-]+|http://(?:localhost|127\.0\.0\.1))(:\d{1,5})?/?$~iD', $text, $parts)
            || throw new RuntimeException('LANDERPAY_ALLOWED_ORIGINS must be like https://shop.example, with commas.');
        $origins[] = preg_replace('/^(https:.*):443$/', '$1', strtolower($parts[1]) . ($parts[2] ?? ''));
    }
    return $origins;
}

/** Lets in pages of this site and of LANDERPAY_ALLOWED_ORIGINS. What sends neither header is no browser's page. */
function check_origin(): void
{
    $origin = $_SERVER['HTTP_ORIGIN'] ?? '';
    $site = $_SERVER['HTTP_SEC_FETCH_SITE'] ?? '';
    $allowed = origins(setting('LANDERPAY_ALLOWED_ORIGINS'));
    header('Vary: Origin');
    if ($origin && in_array($origin, $allowed, true)) {
        header("Access-Control-Allow-Origin: $origin");
        header('Access-Control-Allow-Methods: POST');
        header('Access-Control-Allow-Headers: Content-Type, Idempotency-Key');
        header('Access-Control-Max-Age: 3600');
    } elseif ($site) {
        in_array($site, ['same-origin', 'none'], true) || throw new Failure('foreign_origin');
    } elseif ($origin) {
        // Without the scheme, which is not known behind a proxy that ends TLS.
        $host = explode('://', $origin, 2)[1] ?? 'null';
        strcasecmp($host, $_SERVER['HTTP_HOST'] ?? '') === 0 || throw new Failure('foreign_origin');
    }
}

/** The flat fields of a JSON object or a form: name => text. */
function posted_fields(): array
{
    $type = strtolower(trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]));
    $body = (string) file_get_contents('php://input', length: 64 * 1024 + 1);
    strlen($body) <= 64 * 1024 || throw new Failure('body_too_large');
    $pairs = match ($type) {
        'application/json' => json_pairs($body),
        'application/x-www-form-urlencoded' => form_pairs($body),
        default => throw new Failure('content_type_unsupported'),
    };
    count($pairs) <= 100 || throw new Failure('body_unreadable');
    $fields = $wrong = [];
    foreach ($pairs as [$name, $value]) {
        $problem = match (true) {
            !preg_match('/^\w+$/D', $name) => 'A field name is made of letters, digits and _ only.',
            isset(array_change_key_case($fields)[strtolower($name)]) => 'This field is given twice.',
            !is_string($value) => 'Must be a text, a number or true/false.',
            !preg_match('//u', $value) => 'This is not UTF-8.',
            default => null,
        };
        $problem ? $wrong[substr($name, 0, 64)] = $problem : $fields[$name] = $value;
    }
    return $wrong ? throw new Failure('fields_invalid', (object) $wrong) : $fields;
}

function json_pairs(string $body): array
{
    $object = json_decode($body, flags: JSON_BIGINT_AS_STRING);
    is_object($object) || throw new Failure('body_unreadable');
    // Of a name that is given twice, PHP shows the last; so they are read where they stand.
    preg_match_all('/("(?:[^"\\\\]++|\\\\.)*+")\s*+(:?)/', $body, $texts, PREG_SET_ORDER);
    $names = array_map(fn ($text) => json_decode($text[1]), array_filter($texts, fn ($text) => $text[2]));
    $times = array_count_values($names);
    $pairs = [];
    foreach ($names as $name) {
        $value = $object->$name ?? null;
        $value = is_bool($value) ? (int) $value : $value; // the CRM's true is 1
        if ($value !== null || $times[$name] > 1) {
            // 345.0 is 345
            $pairs[] = [$name, is_int($value) || is_float($value) ? json_encode($value) : $value];
        }
    }
    return $pairs;
}

/** Not $_POST, which renames fields, makes arrays of brackets, and hides what is given twice. */
function form_pairs(string $body): array
{
    $pairs = array_filter(explode('&', $body), strlen(...));
    return array_map(fn ($pair) => array_map(urldecode(...), explode('=', $pair, 2)) + [1 => ''], $pairs);
}

/** The fields without what a page has no say in, with what the merchant decided. */
function checked(string $action, array $fields): array
{
    $decided = array_filter([
        'campaignId' => setting('LANDERPAY_CRM_CAMPAIGN_ID'),
        'amazonBillerId' => setting('LANDERPAY_AMAZON_BILLER_ID'),
    ], strlen(...));
    $wrong = [];
    foreach ($fields as $name => $value) {
        $name = (string) $name; // PHP makes a number of one that is all digits
        if (preg_match(MERCHANTS, $name)) {
            note('dropped the field ' . substr($name, 0, 64) . ', which a page must not set'); // not its value
            unset($fields[$name]);
        } elseif (preg_grep("/^$name$/iD", array_keys($decided))) {
            unset($fields[$name]); // pages send it, for backends that do not know it
        } else {
            $wrong[$name] = problem($name, $value);
        }
    }
    $fields = $decided + $fields;
    $missing = array_diff(REQUIRED[$action], array_keys($fields));
    $wrong = array_filter($wrong) + array_fill_keys($missing, 'This field is missing.');
    if ($action === 'import-order') {
        $fields['paySource'] = 'AMAZON';
    } else {
        unset($fields['paySource']); // an upsale has none
        $wrong = array_diff_key($wrong, array_flip(BUYER)); // nor a buyer: its order has
        // Said in two ways, who knows for which the CRM charges?
        $isClear = isset($fields['productId']) !== isset($fields['product1_id']) && !isset($fields['orderItems']);
        $wrong += $isClear ? [] : ['productId' => 'Name the product by productId, or by product1_id.'];
    }
    return $wrong ? throw new Failure('fields_invalid', (object) $wrong) : $fields;
}

function problem(string $name, string $value): ?string
{
    $isProduct = preg_match('/^product\d+_id$/iD', $name);
    $ours = $isProduct ? [strtolower($name)] : preg_grep("/^$name$/iD", array_keys(SHAPES));
    $spelling = reset($ours) ?: $name;
    [$shape, $sentence] = SHAPES[$isProduct ? 'productId' : $spelling] ?? ANYTHING;
    return match (true) {
        // Spelled otherwise it would reach the CRM unread, beside ours.
        $name !== $spelling => "This field is spelled $spelling.",
        !preg_match($shape, $value) => $sentence,
        default => null,
    };
}

/** A purchase, and how it is known again. */
function purchase(string $action, array $fields): object
{
    $key = $_SERVER['HTTP_IDEMPOTENCY_KEY'] ?? null;
    $key === null || preg_match('/^[!-~]{16,128}$/D', $key) || throw new Failure('idempotency_key_invalid');
    $isUpsale = $action === 'import-upsale';
    $names = preg_grep('/^product(Id|\d+_id)$/D', array_keys($fields));
    $products = $isUpsale ? array_unique(array_intersect_key($fields, array_flip($names))) : [];
    sort($products);
    $content = array_diff_key($fields, [TOKEN => 0]); // with a renewed token it is the same purchase
    ksort($content);
    $subject = $isUpsale ? [$fields['orderId'], $products] : $fields['emailAddress'] ?? '';
    return (object) [
        'action' => $action,
        'fields' => $fields,
        'key' => $key,
        'content' => hash('sha256', json([$action, $content])),
        'subject' => hash('sha256', json([$action, $subject])),
        'payer' => hash('sha256', $fields[TOKEN]), // known again, but not to be read
        'order_id' => $isUpsale ? $fields['orderId'] : null,
        'products' => $products,
    ];
}

/** Asks Amazon whether the token was given to this shop, and takes its word about who the buyer is. */
function with_profile(string $action, array $fields): array
{
    $about = ask_amazon('auth/o2/tokeninfo?access_token=' . rawurlencode($fields[TOKEN]));
    ($about->aud ?? '') === setting('LANDERPAY_AMAZON_CLIENT_ID') || throw new Failure('token_refused');
    if ($action === 'import-upsale') {
        return $fields; // its order has a name
    }
    $profile = ask_amazon('user/profile', "Authorization: bearer {$fields[TOKEN]}");
    if (preg_match('/^\s*(\S+)\s*(.*?)\s*$/us', $profile->name ?? '', $name)) {
        $fields['firstName'] = $name[1];
        $fields['lastName'] = $name[2] === '' ? ' ' : $name[2];
    }
    if (trim($profile->email ?? '') !== '') {
        $fields['emailAddress'] = trim($profile->email);
    }
    $wrong = [];
    foreach (BUYER as $name) {
        preg_match(SHAPES[$name][0], $fields[$name] ?? '') || $wrong[$name] = 'This field is missing.';
    }
    $wrong && throw new Failure('fields_invalid', (object) $wrong);
    foreach (['firstName', 'lastName'] as $name) {
        // Whole characters, as many as the CRM takes.
        $fields[$name] = preg_replace('/^(.{50}).*$/us', '$1', $fields[$name]);
    }
    return $fields;
}

function ask_amazon(string $path, string ...$headers): object
{
    [$status, $body] = http(setting('LANDERPAY_AMAZON_URL'), $path, 10, [CURLOPT_HTTPHEADER => $headers]);
    in_array($status, [400, 401, 403], true) && throw new Failure('token_refused');
    $answer = $status === 200 ? json_decode($body) : null;
    return is_object($answer) ? $answer : throw new Failure('amazon_unreachable');
}

/** @return array{int, string, bool} status, or 0 without a whole answer; body; whether it may have been sent */
function http(string $base, string $path, int $seconds, array $options): array
{
    $curl = curl_init(rtrim($base, '/') . "/$path");
    curl_setopt_array($curl, $options + [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FOLLOWLOCATION => false, // a redirect would carry the secrets to somebody else
        CURLOPT_SSL_VERIFYPEER => true,
        CURLOPT_SSL_VERIFYHOST => 2,
        CURLOPT_PROXY => '', // the CRM lists the addresses that may call it
        CURLOPT_CONNECTTIMEOUT => 10,
        CURLOPT_TIMEOUT => $seconds,
        CURLOPT_NOPROGRESS => false,
        CURLOPT_PROGRESSFUNCTION => fn ($curl, $all, $received) => (int) ($received > 1024 * 1024),
    ]);
    $body = curl_exec($curl);
    $status = $body === false ? 0 : curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
    // Zero until the connection stands, TLS included.
    return [$status, (string) $body, curl_getinfo($curl, CURLINFO_PRETRANSFER_TIME) > 0];
}

/** Sends a purchase that was claimed, once. */
function import(PDO $journal, object $purchase): object
{
    $id = $journal->lastInsertId();
    Failure::$otherwise = 'crm_answer_lost';
    $secrets = ['loginId' => setting('LANDERPAY_CRM_LOGIN_ID'), 'password' => setting('LANDERPAY_CRM_PASSWORD')];
    // The CRM's list of an upsale's fields has no address: it knows the order's.
    $shopper = $purchase->action === 'import-order' ? ['ipAddress' => $_SERVER['REMOTE_ADDR']] : [];
    $form = http_build_query(array_replace($purchase->fields, $shopper, $secrets)); // ours win
    $begun = microtime(true);
    [$status, $body, $sent] = http(
        setting('LANDERPAY_CRM_URL'),
        ADDRESSES[$purchase->action],
        (int) setting('LANDERPAY_CRM_TIMEOUT'),
        [CURLOPT_POSTFIELDS => $form, CURLOPT_HTTPHEADER => ['Expect:']],
    );
    [$verdict, $answer] = read_answer($status, $body, [$secrets['password'], $purchase->fields[TOKEN]]);
    $failure = $status ? 'crm_reply_unreadable' : ($sent ? 'crm_answer_lost' : 'crm_unreachable');
    $end = sprintf('%s after %.1f s', $answer->result ?? $failure, microtime(true) - $begun);
    note("$purchase->action {$purchase->fields['amazonOrderId']}: $end");
    if ($sent) {
        $orderId = $purchase->order_id ?? $answer->message->orderId ?? null;
        $settle = 'UPDATE attempts SET settled = ?, answer = ?, order_id = ? WHERE id = ?';
        rows($journal, $settle, [$verdict, json($answer), $orderId, $id]);
    } else {
        rows($journal, 'DELETE FROM attempts WHERE id = ?', [$id]); // as if it had never been
    }
    $answer || throw new Failure($failure);
    return (object) ['verdict' => $verdict, 'payer' => $purchase->payer, 'answer' => json($answer)];
}

/** @return array{string, ?object} what it means for another attempt, and what of it a page may know */
function read_answer(int $status, string $body, array $secrets): array
{
    $answer = json_decode($body, flags: JSON_BIGINT_AS_STRING);
    $result = is_object($answer) ? $answer->result ?? null : null;
    $verdict = match (true) {
        !is_string($result) => 'lost',
        in_array($result, ['SUCCESS', 'MERC_REDIRECT'], true) => 'taken',
        // A server that broke cannot know that there is no order.
        in_array($result, ['ERROR', 'DECLINE', 'DECLINED'], true) => $status < 500 ? 'refused' : 'lost',
        default => 'unclear',
    };
    if ($verdict === 'lost') {
        return ['lost', null];
    }
    $message = $answer->message ?? null;
    if ($result === 'MERC_REDIRECT' && isset($answer->url)) {
        $message = (object) ['url' => $answer->url]; // some say it beside the message, not in it
    }
    if (is_object($message)) {
        unset($message->script); // nobody should run it
    }
    return [$verdict, (object) ['result' => $result, 'message' => without($secrets, $message)]];
}

/** A value in which the CRM quotes no secret. */
function without(array $secrets, mixed $value): mixed
{
    if (is_string($value)) {
        // Shorter ones would tear holes into ordinary words; so would the login id, which may be one.
        $long = array_filter($secrets, fn ($secret) => strlen($secret) >= 4);
        $isLogin = $value === setting('LANDERPAY_CRM_LOGIN_ID');
        return $isLogin ? '…' : str_replace([...$long, ...array_map(urlencode(...), $long)], '…', $value);
    }
    if (is_array($value) || is_object($value)) {
        foreach ($value as &$inner) {
            $inner = without($secrets, $inner);
        }
    }
    return $value;
}

/**
 * Every attempt, written down before it is sent. SQLite rather than files with flock: one transaction claims the
 * key, Amazon's order and each product together, and nothing is half written when the process is killed.
 */
function journal(): PDO
{
    $journal = new PDO('sqlite:' . setting('LANDERPAY_JOURNAL'), options: [PDO::ATTR_TIMEOUT => 10]);
    $journal->exec('CREATE TABLE IF NOT EXISTS attempts (id INTEGER PRIMARY KEY, key TEXT UNIQUE, content TEXT,
        subject TEXT, payer TEXT, amazon_order TEXT, order_id TEXT, products TEXT, ends INTEGER,
        settled TEXT, answer TEXT);
        CREATE INDEX IF NOT EXISTS by_amazon_order ON attempts (amazon_order);
        CREATE INDEX IF NOT EXISTS by_order ON attempts (order_id)');
    return $journal;
}

function rows(PDO $journal, string $sql, array $values): array
{
    $statement = $journal->prepare($sql);
    $statement->execute($values);
    return $statement->fetchAll(PDO::FETCH_OBJ);
}

/** The earlier attempt that answers this one, once it is over. Or null, and this one is claimed if it is to be. */
function begin(PDO $journal, object $purchase, bool $claim): ?object
{
    while (true) {
        $journal->exec('BEGIN IMMEDIATE'); // of many requests at once, one looks and claims at a time
        try {
            $earlier = earlier($journal, $purchase);
            $earlier || !$claim || claim($journal, $purchase);
        } finally {
            $journal->exec('COMMIT');
        }
        if ($earlier?->verdict !== 'under way') {
            return $earlier;
        }
        usleep(200_000);
    }
}

function claim(PDO $journal, object $purchase): void
{
    $old = time() - 86400 * (int) setting('LANDERPAY_JOURNAL_DAYS');
    rows($journal, 'DELETE FROM attempts WHERE ends < ?', [$old]);
    $ends = time() + 5 + (int) setting('LANDERPAY_CRM_TIMEOUT');
    rows(
        $journal,
        'INSERT INTO attempts (key, content, subject, payer, amazon_order, order_id, products, ends)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        [$purchase->key, $purchase->content, $purchase->subject, $purchase->payer, $purchase->fields['amazonOrderId'],
            $purchase->order_id, json($purchase->products), $ends],
    );
}

/** What decides: the key, where it is known; otherwise the last attempts at the products, then at Amazon's order. */
function earlier(PDO $journal, object $purchase): ?object
{
    $amazonOrder = $purchase->fields['amazonOrderId'];
    // A killed process leaves its attempt open. When its time is over, nobody knows what became of it.
    $sql = "SELECT *, coalesce(settled, CASE WHEN ends < ? THEN 'lost' ELSE 'under way' END) AS verdict FROM attempts
        WHERE key = ? OR amazon_order = ? OR order_id = ? ORDER BY key = ? DESC, amazon_order = ?";
    $values = [time(), $purchase->key, $amazonOrder, $purchase->order_id, $purchase->key, $amazonOrder];
    $taken = [];
    foreach (rows($journal, $sql, $values) as $attempt) {
        if ($purchase->key !== null && $attempt->key === $purchase->key) {
            $attempt->content === $purchase->content || throw new Failure('idempotency_conflict');
            return $attempt->verdict !== 'lost' ? $attempt : throw new Failure('order_outcome_unknown');
        }
        $products = array_intersect($purchase->products, json_decode($attempt->products));
        if ($attempt->verdict === 'refused' || (!$products && $attempt->amazon_order !== $amazonOrder)) {
            continue; // what was refused may be tried again
        }
        $isKnown = in_array($attempt->verdict, ['under way', 'taken'], true);
        if ($isKnown && $attempt->subject === $purchase->subject) {
            return $attempt;
        }
        $isKnown && $products || throw new Failure('order_outcome_unknown');
        $taken = [...$taken, ...$products];
    }
    return $taken ? throw new Failure('product_taken', implode(', ', $taken)) : null;
}

/** The whole answer is for the token with which the order was placed. Anybody else gets its number, or why not. */
function told(object $purchase, object $attempt): object
{
    $answer = json_decode($attempt->answer, flags: JSON_BIGINT_AS_STRING);
    // An upsale's is the whole first order, too, with name and address, and its orderId may be a guess.
    $isBuyer = $attempt->payer === $purchase->payer && $purchase->action === 'import-order';
    if ($isBuyer || $attempt->verdict === 'refused') {
        return $answer;
    }
    $message = is_object($answer->message) ? (array) $answer->message : [];
    $receipt = array_intersect_key($message, ['orderId' => 0, 'url' => 0, 'paypalUrl' => 0, 'paypalSdkParams' => 0]);
    return (object) ['result' => $answer->result, 'message' => (object) $receipt];
}
