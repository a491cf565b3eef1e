package main

import (
	"encoding/json"
	"fmt"
	"net/url"
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

// wait polls a key until it reports a deployed server. Only orders and reinstallations are waited for; power is switched
// without checking its key.
func (c *client) wait(key string) (*checked, error) {
	for {
		body, err := c.ask("eq_callback", url.Values{"action": {"check"}, "key": {key}}, true)
		if err != nil {
			return nil, err
		}
		var answer checked
		if err := json.Unmarshal(body, &answer); err != nil {
			return nil, err
		}
		if answer.deployed() {
			return &answer, nil
		}
		c.pause.sleep(pollInterval, fmt.Sprintf("%s: poll", answer.Result))
	}
}

func (a *checked) deployed() bool {
	scope := strings.ToLower(string(a.Scope))
	var context struct {
		ID string `json:"id"`
		IP string `json:"ip"`
	}
	known := json.Unmarshal(a.Context, &context) == nil && context.ID != "" && context.IP != ""
	return known || strings.Contains(scope, "deploy_done") || strings.Contains(scope, "autodeploy completed")
}
