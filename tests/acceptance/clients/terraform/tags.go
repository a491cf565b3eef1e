package main

import (
	"encoding/json"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

type tag struct {
	ID          int    `json:"id"`
	Tag         string `json:"tag"`
	Value       string `json:"value"`
	Internal    int    `json:"internal"`
	ComponentID int    `json:"component_id"`
}

// userTags returns the tags of a server that a configuration may manage: neither internal ones nor the protected names.
func (c *client) userTags(id int) (map[string]string, error) {
	form := url.Values{"action": {"list"}, "id": {strconv.Itoa(id)}, "component": {"eq"}}
	body, err := c.ask("tags", form, true)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Tags []tag `json:"tags"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, one := range answer.Tags {
		if one.Internal == 0 && one.Tag != "" && !protected(one.Tag) {
			found[one.Tag] = one.Value
		}
	}
	return found, nil
}

func protected(name string) bool {
	switch strings.ToLower(name) {
	case "password", "os", "hostname", "root_pass", "rootpassword":
		return true
	}
	return false
}

// syncTags makes the tags what the configuration says: words are name=value, or -name of one that it no longer has.
func (c *client) syncTags(id int, words []string) (map[string]string, error) {
	live, err := c.userTags(id)
	if err != nil {
		return nil, err
	}
	for _, word := range words {
		if err := c.syncTag(id, word, live); err != nil {
			return nil, err
		}
	}
	return c.userTags(id)
}

func (c *client) syncTag(id int, word string, live map[string]string) error {
	name, value, wanted := strings.Cut(word, "=")
	if !wanted {
		name = strings.TrimPrefix(word, "-")
	}
	current, exists := live[name]
	switch {
	case protected(name), wanted && exists && current == value, !wanted && !exists:
		return nil
	case wanted:
		return c.addTag(id, name, value)
	}
	return c.removeTag(id, name)
}

func (c *client) addTag(id int, name, value string) error {
	form := url.Values{"action": {"add"}, "id": {strconv.Itoa(id)}, "tag": {name}}
	if value != "" {
		form.Set("value", value)
	}
	_, err := c.ask("tags", form, true)
	return err
}

func (c *client) removeTag(id int, name string) error {
	server := strconv.Itoa(id)
	_, err := c.ask("tags", url.Values{
		"action": {"remove"}, "tag": {name}, "component": {"eq"}, "component_id": {server}, "id": {server},
	}, true)
	return err
}

// settings turns the tags of a configuration into words for syncTags.
func settings(tags map[string]string) []string {
	words := []string{}
	for name, value := range tags {
		words = append(words, name+"="+value)
	}
	sort.Strings(words)
	return words
}

// managed returns those of the live tags that a configuration names: others are not its business.
func managed(configured, live map[string]string) map[string]string {
	found := map[string]string{}
	for name := range configured {
		if value, exists := live[name]; exists {
			found[name] = value
		}
	}
	return found
}
