package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

const rootPassword = "Secret-12345"

// ordered is the answer of an order. A number that comes as a string is an error.
type ordered struct {
	Callback string `json:"callback"`
	Status   string `json:"status"`
	Deploy   string `json:"deploy_status"`
	ID       int    `json:"id"`
	Invoice  int    `json:"invoice"`
	OSName   string `json:"os_name"`
	SoftName string `json:"soft_name"`
}

// updated is the answer of update_servers.
type updated struct {
	ids     []int
	keys    map[string]string
	Billing []struct {
		ID     int    `json:"id"`
		Name   string `json:"name"`
		Status string `json:"status"`
		Config string `json:"config"`
	} `json:"billing_servers"`
}

func (c *client) updateServers() (*updated, error) {
	body, err := c.ask("eq", url.Values{"action": {"update_servers"}}, true)
	if err != nil {
		return nil, err
	}
	answer := &updated{keys: map[string]string{}}
	var raw struct {
		Keys json.RawMessage `json:"deploy_keys"`
	}
	if err := both(json.Unmarshal(body, answer), json.Unmarshal(body, &raw)); err != nil {
		return nil, fmt.Errorf("eq/update_servers decode: %w", err)
	}
	_ = json.Unmarshal(raw.Keys, &answer.keys) // an empty array is no key
	answer.ids, err = idsIn(body)
	return answer, err
}

// orderInstance orders, or reinstalls the server whose id is among the fields.
func (c *client) orderInstance(fields url.Values) (*ordered, error) {
	fields.Set("action", "order_instance")
	body, err := c.ask("eq", fields, true)
	if err != nil {
		return nil, err
	}
	var answer ordered
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fmt.Errorf("eq/order_instance decode: %w", err)
	}
	return &answer, nil
}

// installation has the fields that an order and a reinstallation share.
func installation(want wanted, found *order) url.Values {
	fields := url.Values{
		"location_name": {want.location}, "hostname": {want.hostname}, "root_pass": {rootPassword},
		"os_id": {strconv.Itoa(found.OSID)},
	}
	if found.SoftID > 0 {
		fields.Set("soft_id", strconv.Itoa(found.SoftID))
	}
	return fields
}

// create looks the names up again, notes which servers there are, and orders. It sends the order once.
func (c *client) create(want wanted) (*kept, error) {
	found, err := c.plan(want)
	if err != nil {
		return nil, err
	}
	known, err := c.servers()
	if err != nil {
		return nil, fmt.Errorf("no order without the list of servers: %w", err)
	}
	if also, err := c.updateServers(); err == nil { // it does without
		known = union(known, also.ids)
	}
	fields := installation(want, found)
	fields.Set("preset", want.preset)
	if found.TrafficPlanID > 0 {
		fields.Set("traffic_plan", strconv.Itoa(found.TrafficPlanID))
	}
	for name, values := range want.fields {
		fields[name] = values
	}
	answer, err := c.orderInstance(fields)
	if err != nil {
		return nil, fmt.Errorf("Order failed: %w", err)
	}
	state := &kept{
		order: *found, Invoice: answer.Invoice, Callback: answer.Callback, Known: known,
		Hostname: want.hostname, Status: answer.Status,
	}
	return c.follow(state, answer, want)
}

// union returns the ids of both lists, each once. Either list may be behind.
func union(some, others []int) []int {
	state := kept{Known: some}
	for _, id := range others {
		if !state.knows(id) {
			state.Known = append(state.Known, id)
		}
	}
	return state.Known
}

// follow waits for what was ordered: for its payment, then for its server.
func (c *client) follow(state *kept, answer *ordered, want wanted) (*kept, error) {
	if answer.Invoice > 0 && awaitsPayment(answer.Status) {
		if err := c.waitForPayment(answer.Invoice); err != nil {
			return state.warned("Waiting for invoice payment", err), nil
		}
	}
	if answer.ID == 0 {
		return c.awaited(state, want)
	}
	if state.knows(answer.ID) {
		return nil, fmt.Errorf("Unexpected order id: server %d was there before the order", answer.ID)
	}
	state.ID = answer.ID
	return c.linked(state, want)
}

// linked reads the server of an order that is done, and sees to its hostname and tags.
func (c *client) linked(state *kept, want wanted) (*kept, error) {
	read, err := c.described(state.ID)
	if err != nil {
		return nil, fmt.Errorf("Read server failed: %w", err)
	}
	if want.hostname != "" && !sameName(read.Hostname, want.hostname) {
		if _, err := c.rename(state.ID, want.hostname); err != nil {
			state.warned("Hostname was not applied by order_instance", err)
		}
	}
	state.MainIPv4, state.Status, state.Hostname = read.MainIPv4, read.Status, want.hostname
	if len(want.tags) > 0 {
		live, err := c.syncTags(state.ID, settings(want.tags))
		if err != nil {
			state.warned("Tags", err)
		}
		state.Tags = managed(want.tags, live)
	}
	return state, nil
}

func both(first, second error) error {
	if first != nil {
		return first
	}
	return second
}
