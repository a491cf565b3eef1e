package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// wanted is a server as a configuration names it. An empty name asks for nothing.
type wanted struct {
	hostname, preset, location, os, traffic, software string
	// fields are further ones of the order, such as deploy_notify; tags are those that the configuration manages.
	fields url.Values
	tags   map[string]string
}

// kept is what Terraform keeps of a server between two runs. Without an id the server is that of an invoice.
type kept struct {
	order
	ID        int               `json:"id"`
	Invoice   int               `json:"invoice"`
	Callback  string            `json:"callback"`
	Reinstall string            `json:"reinstall_callback"`
	Known     []int             `json:"known"`
	Failed    string            `json:"failed"`
	Hostname  string            `json:"hostname"`
	Tags      map[string]string `json:"tags"`
	MainIPv4  string            `json:"main_ipv4"`
	Status    string            `json:"status"`
	Warnings  []string          `json:"warnings"`
}

func (k *kept) warned(title string, err error) *kept {
	k.Warnings = append(k.Warnings, fmt.Sprintf("%s: %v", title, err))
	return k
}

func (k *kept) knows(id int) bool {
	for _, one := range k.Known {
		if one == id {
			return true
		}
	}
	return false
}

// wantedOf reads hostname, preset, location, OS, traffic plan and software, of which the last three may be missing.
// Words with an equals sign are further fields of the order, or tags: tag:role=web.
func wantedOf(words []string) wanted {
	names, fields, tags := []string{}, url.Values{}, map[string]string{}
	for _, word := range words {
		name, value, isField := strings.Cut(word, "=")
		switch {
		case isField && strings.HasPrefix(name, "tag:"):
			tags[strings.TrimPrefix(name, "tag:")] = value
		case isField:
			fields.Set(name, value)
		default:
			names = append(names, word)
		}
	}
	six := append(names, make([]string, 6)...)
	return wanted{six[0], six[1], six[2], six[3], six[4], six[5], fields, tags}
}

// keptOf reads what an earlier run printed. Its warnings were for that run.
func keptOf(text string) (*kept, error) {
	var state kept
	err := json.Unmarshal([]byte(text), &state)
	state.Warnings = nil
	return &state, err
}
