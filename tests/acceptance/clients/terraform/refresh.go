package main

import (
	"encoding/json"
	"errors"
	"strings"
)

type address struct {
	IP   string `json:"ip"`
	Main int    `json:"main_ip"`
}

type shown struct {
	Result string          `json:"result"`
	Data   json.RawMessage `json:"server_data"`
	IP     []address       `json:"IP"`
	Tags   json.RawMessage `json:"tags"`
}

type state struct {
	ID       int               `json:"id"`
	Gone     bool              `json:"gone"`
	MainIPv4 string            `json:"main_ipv4"`
	Hostname string            `json:"hostname"`
	Status   string            `json:"status"`
	Power    string            `json:"power_state"`
	Tags     map[string]string `json:"tags"`
}

func (c *client) show(id int) (*shown, error) {
	body, err := c.eq("show", id, nil)
	if err != nil {
		return nil, err
	}
	var answer shown
	return &answer, json.Unmarshal(body, &answer)
}

// state reads a server like a refresh: whether it is gone, then its data, then its tags.
func (c *client) state(id int) (*state, error) {
	_, err := c.show(id)
	var refused *refusal
	if errors.As(err, &refused) && refused.saysGone() {
		return &state{ID: id, Gone: true}, nil
	}
	if err != nil {
		return nil, err
	}
	return c.described(id)
}

func (c *client) described(id int) (*state, error) {
	answer, err := c.show(id)
	if err != nil {
		return nil, err
	}
	status := answer.status()
	read := &state{
		ID: id, MainIPv4: mainIPv4(answer.IP), Hostname: answer.hostname(), Status: status, Power: power(status),
	}
	if tags, err := c.userTags(id); err == nil { // it does without
		read.Tags = tags
	}
	return read, nil
}

func (s *shown) text(names ...string) string {
	var data map[string]any
	_ = json.Unmarshal(s.Data, &data)
	for _, name := range names {
		if value, ok := data[name].(string); ok && strings.TrimSpace(value) != "" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (s *shown) hostname() string { return s.text("hostname", "server_name", "name") }

func (s *shown) status() string { return s.text("status", "Condition_Component") }

func mainIPv4(addresses []address) string {
	for _, one := range addresses {
		if one.Main == 1 && one.IP != "" {
			return one.IP
		}
	}
	if len(addresses) > 0 {
		return addresses[0].IP
	}
	return ""
}

// power derives the state of power from the rental's status, which is all that the provider reads.
func power(status string) string {
	if strings.EqualFold(status, "power_off") {
		return "off"
	}
	return "on"
}
