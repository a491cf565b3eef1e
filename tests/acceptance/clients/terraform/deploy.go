package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const pollInterval = 15 * time.Second

type checked struct {
	Result  string          `json:"result"`
	Scope   json.RawMessage `json:"scope"`
	Context json.RawMessage `json:"context"`
	Debug   string          `json:"debug"`
}

func (c *client) check(key string) (*checked, error) {
	body, err := c.ask("eq_callback", url.Values{"action": {"check"}, "key": {key}}, true)
	if err != nil {
		return nil, err
	}
	var answer checked
	return &answer, json.Unmarshal(body, &answer)
}

// wait polls a key until it reports a deployed server. Only orders and reinstallations are waited for; power is switched
// without checking its key.
func (c *client) wait(key string) (*checked, error) {
	for poll := 0; poll < c.patience; poll++ {
		answer, err := c.check(key)
		if err != nil {
			return nil, err
		}
		if done, err := answer.over(); done {
			return answer, err
		}
		c.pause.sleep(pollInterval, fmt.Sprintf("%s: poll", answer.Result))
	}
	return nil, fmt.Errorf("callback %s timed out", key)
}

// over reports whether a task has ended, and the failure that its words tell of.
func (a *checked) over() (bool, error) {
	scope := strings.ToLower(string(a.Scope))
	var context struct {
		ID string `json:"id"`
		IP string `json:"ip"`
	}
	known := json.Unmarshal(a.Context, &context) == nil && context.ID != "" && context.IP != ""
	if known || strings.Contains(scope, "deploy_done") || strings.Contains(scope, "autodeploy completed") {
		return true, nil
	}
	if why := failureIn(scope + " " + string(a.Context) + " " + a.Debug); why != "" {
		return true, &ended{fmt.Sprintf("deploy failed (%s): %s", why, a.Context)}
	}
	return false, nil
}

// server returns the id that the context names, or else the scope; 0 for none.
func (a *checked) server() int {
	for _, raw := range []json.RawMessage{a.Context, a.Scope} {
		var number struct {
			ID int `json:"id"`
		}
		if json.Unmarshal(raw, &number) == nil && number.ID > 0 {
			return number.ID
		}
		var text struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &text) == nil {
			if id, err := strconv.Atoi(text.ID); err == nil && id > 0 {
				return id
			}
		}
	}
	return 0
}

// failureIn returns a word that tells of a failed or cancelled deploy.
func failureIn(said string) string {
	said = strings.ToLower(said)
	for _, word := range []string{"cancelled", "canceled", "cancel_request", "aborted", "rejected", "failure", "failed", "error"} {
		if strings.Contains(said, word) {
			return word
		}
	}
	return ""
}

// endsDeploy returns an error if a refusal is the end of a deploy: its result, or any of its words, tells of a failure.
func (r *refusal) endsDeploy() error {
	if why := failureIn(r.Message + " " + r.Body); why != "" {
		return &ended{fmt.Sprintf("deploy failed (%s): %v", why, r)}
	}
	return nil
}
