package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
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
	ID       int    `json:"id"`
	Gone     bool   `json:"gone"`
	MainIPv4 string `json:"main_ipv4"`
	Hostname string `json:"hostname"`
	Status   string `json:"status"`
	Power    string `json:"power_state"`
}

func (c *client) eq(action string, id int, fields url.Values) ([]byte, error) {
	form := url.Values{"action": {action}, "id": {strconv.Itoa(id)}}
	for name, values := range fields {
		form[name] = values
	}
	return c.ask("eq", form, true)
}

func (c *client) servers() ([]int, error) {
	body, err := c.ask("eq", url.Values{"action": {"list"}}, true)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Servers []json.RawMessage `json:"servers"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	ids := []int{}
	for _, one := range answer.Servers {
		id, err := idIn(one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// idIn accepts a number, a string with one, or a server that has one.
func idIn(raw json.RawMessage) (int, error) {
	var id int
	if json.Unmarshal(raw, &id) == nil {
		return id, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return strconv.Atoi(text)
	}
	var server struct {
		ID int `json:"id"`
	}
	return server.ID, json.Unmarshal(raw, &server)
}

// state reads a server like a refresh: whether it is gone, its data, and its tags.
func (c *client) state(id int) (*state, error) {
	body, err := c.eq("show", id, nil)
	var refused *refusal
	if errors.As(err, &refused) && refused.saysGone() {
		return &state{ID: id, Gone: true}, nil
	}
	if err != nil {
		return nil, err
	}
	var answer shown
	var data struct {
		Hostname string `json:"hostname"`
		Status   string `json:"status"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return nil, err
	}
	_, _ = c.ask("tags", url.Values{"action": {"list"}, "id": {strconv.Itoa(id)}}, true) // it does without
	return &state{
		ID: id, MainIPv4: mainIPv4(answer.IP), Hostname: data.Hostname, Status: data.Status, Power: power(data.Status),
	}, nil
}

func mainIPv4(addresses []address) string {
	for _, one := range addresses {
		if one.Main == 1 {
			return one.IP
		}
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

func (c *client) power(id int, action string) error {
	_, err := c.eq(action, id, nil)
	return err
}

func (c *client) rename(id int, name string) error {
	_, err := c.eq("rename_server", id, url.Values{"hostname": {name}})
	return err
}

func (c *client) order(preset string) error {
	form := url.Values{"action": {"order_instance"}, "preset": {preset}, "root_pass": {"Secret-12345"}}
	_, err := c.ask("eq", form, true)
	return err
}
