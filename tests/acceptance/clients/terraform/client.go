package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

type client struct {
	base  string
	key   string
	tries int
	// patience is how many polls fit into the time that a configuration gives an apply.
	patience int
	http     *http.Client
	pause    *pauses
	session  string
	expires  time.Time
	// catalogue has the lists that were read, by module and filter.
	catalogue map[string][]byte
}

// made is an attempt, with its answer if there was one.
type made struct {
	status int
	body   []byte
	after  time.Duration
	err    error
}

// ask posts a form, logs in again once if the session is refused, and repeats attempts that may succeed later.
func (c *client) ask(module string, form url.Values, withToken bool) ([]byte, error) {
	tries, loggedInAgain := c.tries, false
	if createsWithoutAName(module, form.Get("action")) {
		tries = 1
	}
	var last error
	for attempt := 0; attempt < tries; attempt++ {
		got := c.once(module, form, withToken)
		if got.err == nil {
			return got.body, nil
		}
		last = fmt.Errorf("invapi %s (HTTP %d): %w", module, got.status, got.err)
		if withToken && !loggedInAgain && tries > 1 && sessionRefused(got.status, got.err) {
			loggedInAgain, c.session = true, ""
			continue
		}
		if tries == 1 || !mayPass(got.status) {
			return nil, last
		}
		c.pause.before(attempt, got.after)
	}
	return nil, fmt.Errorf("request failed after retries: %w", last)
}

func (c *client) once(module string, form url.Values, withToken bool) made {
	sent := url.Values{}
	for name, values := range form {
		sent[name] = values
	}
	if withToken {
		token, err := c.token()
		if err != nil {
			return made{err: err}
		}
		sent.Set("token", token)
	}
	request, err := http.NewRequest(http.MethodPost, c.base+module+".php", strings.NewReader(sent.Encode()))
	if err != nil {
		return made{err: err}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", "terraform-provider-hostkey-com/dev")
	response, err := c.http.Do(request)
	if err != nil {
		return made{err: err}
	}
	defer response.Body.Close()
	got := made{status: response.StatusCode, after: retryAfter(response.Header.Get("Retry-After"))}
	got.body, got.err = io.ReadAll(response.Body)
	switch {
	case got.err != nil:
	case got.status >= 400:
		got.err = fmt.Errorf("HTTP %d: %s", got.status, got.body)
	default:
		got.err = readEnvelope(got.body)
	}
	return got
}

// createsWithoutAName reports calls that would create twice if repeated after a lost answer.
func createsWithoutAName(module, action string) bool {
	switch module + "/" + action {
	case "eq/order_instance", "net/add_ipv4", "pdns/add_domain", "pdns/add_dns", "ssh_keys/add", "tags/add":
		return true
	}
	return false
}

// mayPass reports statuses that are worth another try. 0 is a failed connection.
func mayPass(status int) bool {
	return status == 0 || status == http.StatusTooManyRequests || status >= 500
}

func sessionRefused(status int, err error) bool {
	said := strings.ToLower(err.Error())
	for _, words := range []string{"invalid token", "token expired", "token is invalid", "unauthorized", "not authorized"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return status == http.StatusUnauthorized
}
