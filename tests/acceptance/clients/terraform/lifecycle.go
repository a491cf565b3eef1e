package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	rootPassword   = "Secret-12345"
	hostnamePolls  = 5
	hostnamePause  = 2 * time.Second
	cancelReason   = "Cancelled via Terraform"
	hostnameMisses = "eq/rename_server (and tags/add hostname) accepted %q, but eq/show still reports %q"
)

// create looks the names up again, notes which servers there are, and orders. It sends the order once.
func (c *client) create(want wanted, hostname string) error {
	found, err := c.plan(want)
	if err != nil {
		return err
	}
	if _, err := c.servers(); err != nil {
		return err
	}
	_, _ = c.ask("eq", url.Values{"action": {"update_servers"}}, true) // it does without
	_, err = c.ask("eq", url.Values{
		"action": {"order_instance"}, "preset": {want.preset}, "location_name": {want.location},
		"os_id": {strconv.Itoa(found.OSID)}, "traffic_plan": {strconv.Itoa(found.TrafficPlanID)},
		"hostname": {hostname}, "root_pass": {rootPassword},
	}, true)
	return err
}

// rename sets the hostname, and the tag as well when the server does not show it. It fails if both do not help.
func (c *client) rename(id int, name string) (*state, error) {
	if _, err := c.eq("rename_server", id, url.Values{"hostname": {name}}); err != nil {
		return nil, err
	}
	if c.shows(id, name) {
		return c.described(id)
	}
	if err := c.addTag(id, "hostname", name); err == nil && c.shows(id, name) {
		return c.described(id)
	}
	for poll := 0; poll < hostnamePolls; poll++ {
		c.pause.sleep(hostnamePause, "hostname: poll")
		if c.shows(id, name) {
			return c.described(id)
		}
	}
	answer, err := c.show(id)
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf(hostnameMisses, name, answer.hostname())
}

func (c *client) shows(id int, name string) bool {
	answer, err := c.show(id)
	return err == nil && strings.EqualFold(answer.hostname(), name)
}

// destroy asks for the cancellation, then waits until the server is no longer rented.
func (c *client) destroy(id int) error {
	_, err := c.ask("whmcs", url.Values{
		"action": {"request_cancellation"}, "id": {strconv.Itoa(id)}, "cancellation_reason": {cancelReason},
	}, true)
	if err != nil {
		return err
	}
	for {
		answer, err := c.show(id)
		if err != nil || answer.status() != "rent" {
			return nil
		}
		c.pause.sleep(pollInterval, "rent: poll")
	}
}
