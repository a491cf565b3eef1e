<?php

// Calls InvAPI like the vendor's WHMCS module: with curl, one token a page, and no repeated calls.

declare(strict_types=1);

final class CallFailed extends Exception
{
}

final class InvApi
{
    private ?string $token = null;

    /** @param string $url "API Url" of the module's settings; it must end with a slash. */
    public function __construct(private string $url, private string $key)
    {
    }

    /** The login is a GET with the key in its query, at the address exactly as it is set. */
    public function token(): string
    {
        if ($this->token === null) {
            $answer = $this->read($this->url . 'auth.php?action=login&key=' . $this->key);
            $token = $answer['result']['token'] ?? null;
            if (!$token) {
                throw new CallFailed('Attempt to get a token. Token error');
            }
            $this->token = $token;
        }
        return $this->token;
    }

    /** A form, posted to the address's scheme and host: the module drops its port and path. */
    public function call(string $module, string $action, array $fields = []): ?array
    {
        $fields = ['token' => $this->token(), ...$fields, 'action' => $action];
        $address = parse_url($this->url);
        $url = "{$address['scheme']}://{$address['host']}/$module.php";
        return $this->read($url, [CURLOPT_POST => 1, CURLOPT_POSTFIELDS => http_build_query($fields)]);
    }

    /** The list of presets: a POST without a token, the action in its query and the currency in its body. */
    public function presets(): array
    {
        $form = http_build_query(['currencies' => $this->currency()]);
        $url = $this->url . 'presets.php?action=info';
        $answer = $this->read($url, [CURLOPT_POST => 1, CURLOPT_POSTFIELDS => $form]);
        if (($answer['result'] ?? null) != 'OK') {
            throw new CallFailed('Attempt to get the preset list. Result=' . json_encode($answer['result'] ?? null));
        }
        return $answer['presets'];
    }

    /** The currency of an import follows from the last part of the host's name. */
    public function currency(): string
    {
        $parts = explode('.', parse_url($this->url, PHP_URL_HOST));
        return match (end($parts)) {
            'com' => 'EUR',
            'ru' => 'RUB',
            default => 'USD',
        };
    }

    /** The status is ignored. A body that is not valid JSON becomes null. */
    private function read(string $url, array $options = []): ?array
    {
        $curl = curl_init();
        curl_setopt_array($curl, $options + [CURLOPT_URL => $url, CURLOPT_RETURNTRANSFER => true] + $this->ledHere());
        $body = curl_exec($curl);
        if (!$body) {
            throw new CallFailed('Attempt to call invapi. ' . curl_error($curl));
        }
        return json_decode($body, true);
    }

    /** The port of the test's emulator, instead of ports 80 and 443 of every host. */
    private function ledHere(): array
    {
        $there = getenv('CONNECT_TO');
        return $there ? [CURLOPT_CONNECT_TO => ["::$there"]] : [];
    }
}
