package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const portal = "hostkey.com"

// configured does what the provider does before its first resource: reads the environment, and logs in.
func configured(pause *pauses) (*client, error) {
	key := firstSet("HOSTKEY_API_KEY", "HOSTKEY_API_TOKEN")
	if key == "" {
		return nil, errors.New("Missing API key")
	}
	base := firstSet("HOSTKEY_BASE_URL", "HOSTKEY_API_URL")
	if base == "" {
		base = "https://invapi." + portal + "/"
	}
	if err := allowed(base); err != nil {
		return nil, fmt.Errorf("Invalid base_url: %w", err)
	}
	client := &client{
		base:     strings.TrimSuffix(base, "/") + "/",
		key:      key,
		tries:    3,
		patience: patience(os.Getenv("PATIENCE")),
		http:     &http.Client{Timeout: time.Minute, Transport: transport(os.Getenv("CONNECT_TO"))},
		pause:    pause,

		catalogue: map[string][]byte{},
	}
	_, err := client.token()
	return client, err
}

func firstSet(names ...string) string {
	for _, name := range names {
		if value := strings.TrimSpace(os.Getenv(name)); value != "" {
			return value
		}
	}
	return ""
}

// allowed says which servers the key may be sent to: this machine, or the vendor's over HTTPS.
func allowed(base string) error {
	address, err := url.Parse(base)
	if err != nil {
		return err
	}
	host := address.Hostname()
	switch {
	case isLoopback(host) && (address.Scheme == "http" || address.Scheme == "https"):
		return nil
	case address.Scheme != "https":
		return fmt.Errorf("URL scheme must be https (http is allowed only for localhost); got %q", base)
	case host == portal || strings.HasSuffix(host, "."+portal):
		return nil
	}
	return fmt.Errorf("host %q is none of *.%s or localhost", host, portal)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (ip != nil && ip.IsLoopback())
}

// transport is Go's default one, but connects to the test's address for every name, like a hosts entry.
func transport(address string) http.RoundTripper {
	usual := http.DefaultTransport.(*http.Transport).Clone()
	if address == "" {
		return usual
	}
	dialer := &net.Dialer{Timeout: 15 * time.Second}
	usual.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}
	return usual
}
