package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	hostnamePolls  = 5
	hostnamePause  = 2 * time.Second
	hostnameMisses = "eq/rename_server (and tags/add hostname) accepted %q, but eq/show still reports %q"
)

// differences lists what a plan would change after a refresh: nothing, if the configuration is what there is.
func (c *client) differences(state *kept, want wanted) ([]string, error) {
	differs := []string{}
	if state.ID == 0 {
		return append(differs, "id"), nil
	}
	live, err := c.state(state.ID)
	if err != nil {
		return nil, err
	}
	if live.Gone {
		return append(differs, "gone"), nil
	}
	found, err := c.plan(want)
	if err != nil {
		return nil, err
	}
	note := func(name string, changed bool) {
		if changed {
			differs = append(differs, name)
		}
	}
	note("preset_id", found.PresetID != state.PresetID)
	note("traffic_plan_id", found.TrafficPlanID != state.TrafficPlanID)
	note("os_id", found.OSID != state.OSID)
	note("soft_id", found.SoftID != state.SoftID)
	note("hostname", live.Hostname != want.hostname)
	note("tags", fmt.Sprint(managed(want.tags, live.Tags)) != fmt.Sprint(want.tags))
	note("main_ipv4", live.MainIPv4 != state.MainIPv4)
	return differs, nil
}

// apply changes a server in place. It goes on waiting for one that was ordered, and never orders.
func (c *client) apply(state *kept, want wanted) (*kept, error) {
	if state.ID == 0 && state.Failed != "" {
		return state.warned("Deploy cancelled or failed", errors.New(state.Failed)), nil
	}
	if state.ID == 0 {
		return c.awaited(state, want)
	}
	found, err := c.plan(want)
	if err != nil {
		return nil, err
	}
	if found.OSID != state.OSID || found.SoftID != state.SoftID {
		if err := c.reinstall(state, found, want); err != nil {
			return state.warned("Reinstall still in progress", err), nil
		}
		state.OSID, state.SoftID = found.OSID, found.SoftID
	}
	return c.linked(state, want)
}

// reinstall installs the system of the plan on the same server. One that was begun before is waited for, not repeated.
func (c *client) reinstall(state *kept, found *order, want wanted) error {
	if state.Reinstall == "" {
		_, _ = c.updateServers() // it does without
		fields := installation(want, found)
		fields.Set("id", strconv.Itoa(state.ID))
		answer, err := c.orderInstance(fields)
		if err != nil {
			return err
		}
		if answer.ID > 0 && answer.ID != state.ID {
			return fmt.Errorf("the reinstallation answered server %d, not %d", answer.ID, state.ID)
		}
		state.Reinstall = answer.Callback
	}
	if state.Reinstall != "" {
		if _, err := c.wait(state.Reinstall); err != nil {
			return err
		}
	}
	state.Reinstall = ""
	_, err := c.show(state.ID)
	return err
}

// rename sets the hostname, and the tag as well when the server does not show it. It fails if both do not help.
func (c *client) rename(id int, name string) (*state, error) {
	if _, err := c.eq("rename_server", id, map[string][]string{"hostname": {name}}); err != nil {
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
	return err == nil && sameName(answer.hostname(), name)
}
