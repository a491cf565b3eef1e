package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

type sshKey struct {
	ID         int    `json:"id"`
	CustomerID int    `json:"customer_id"`
	Name       string `json:"name"`
	Key        string `json:"key"`
	Default    int    `json:"default"`
	Created    string `json:"created"`
}

func (c *client) addSSHKey(name, key string, isDefault bool) (*sshKey, error) {
	form := url.Values{"action": {"add"}, "params[name]": {name}, "params[key]": {key}, "params[default]": {"0"}}
	if isDefault {
		form.Set("params[default]", "1")
	}
	body, err := c.ask("ssh_keys", form, true)
	if err != nil {
		return nil, err
	}
	var answer struct {
		SSHKey sshKey `json:"sshkey"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if answer.SSHKey.ID == 0 {
		return nil, fmt.Errorf("ssh_keys/add: empty id in response: %s", body)
	}
	return &answer.SSHKey, nil
}

// readSSHKey looks for a key in the whole list: the provider knows no call for one.
func (c *client) readSSHKey(id int) (*sshKey, error) {
	body, err := c.ask("ssh_keys", url.Values{"action": {"list"}}, true)
	if err != nil {
		return nil, err
	}
	var answer struct {
		SSHKeys []sshKey `json:"sshkeys"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	for _, one := range answer.SSHKeys {
		if one.ID == id {
			return &one, nil
		}
	}
	return nil, fmt.Errorf("ssh_keys: key id %d not found", id)
}

func (c *client) deleteSSHKey(id int) error {
	_, err := c.ask("ssh_keys", url.Values{"action": {"delete"}, "id": {strconv.Itoa(id)}}, true)
	return err
}
