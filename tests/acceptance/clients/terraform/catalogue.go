package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

type named struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Active int    `json:"active"`
}

type preset struct {
	named
	Locations string `json:"locations"`
	Virtual   int    `json:"virtual"`
}

type trafficPlan struct {
	named
	Price float64 `json:"price"`
}

// The panel shows a plan's price behind its name, and the provider takes both.
var (
	free   = regexp.MustCompile(`(?i)\s*-\s*FREE\s*$`)
	priced = regexp.MustCompile(`(?i)\s*\((\d+(?:\.\d+)?)\s*P\)\s*$`)
)

// listed returns the rows of a catalogue's list. The same list is asked for once.
func listed[Row any](c *client, module, field string, narrow map[string]string, withToken bool) ([]Row, error) {
	form := url.Values{"action": {"list"}}
	for name, value := range narrow {
		if value != "" && value != "0" {
			form.Set(name, value)
		}
	}
	key := module + "?" + form.Encode()
	body, known := c.catalogue[key]
	if !known {
		var err error
		if body, err = c.ask(module, form, withToken); err != nil {
			return nil, err
		}
		c.catalogue[key] = body
	}
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var rows []Row
	return rows, json.Unmarshal(answer[field], &rows)
}

func (c *client) presets(location string) ([]preset, error) {
	return listed[preset](c, "presets", "presets", map[string]string{"location": location}, true)
}

// fitting returns the active entries of a module that fit a preset at a location.
func (c *client) fitting(module, field, location string, presetID int) ([]named, error) {
	narrow := map[string]string{"location": location, "instance_id": strconv.Itoa(presetID)}
	rows, err := listed[named](c, module, field, narrow, true)
	active := []named{}
	for _, one := range rows {
		if one.Active != 0 {
			active = append(active, one)
		}
	}
	return active, err
}

// trafficPlans asks without a token: the real API is said to refuse a customer's.
func (c *client) trafficPlans(location string, presetID int) ([]trafficPlan, error) {
	narrow := map[string]string{"location": location, "instance": strconv.Itoa(presetID)}
	return listed[trafficPlan](c, "traffic_plans", "traffic_plans", narrow, false)
}

// match finds the one entry with exactly this name; only the case may differ.
func match(name string, items []named) (int, error) {
	found := []named{}
	for _, one := range items {
		if strings.EqualFold(strings.TrimSpace(one.Name), strings.TrimSpace(name)) {
			found = append(found, one)
		}
	}
	switch len(found) {
	case 0:
		return 0, fmt.Errorf("name %q not found (exact catalog match required)", name)
	case 1:
		return found[0].ID, nil
	}
	return 0, fmt.Errorf("name %q is ambiguous (%d matches)", name, len(found))
}

// matchPlan finds a traffic plan by its name and, where several have it, by the price behind it.
func matchPlan(name string, plans []trafficPlan) (int, error) {
	price, base := -1.0, name
	if free.MatchString(name) {
		price, base = 0, free.ReplaceAllString(name, "")
	} else if hint := priced.FindStringSubmatch(name); hint != nil {
		price, _ = strconv.ParseFloat(hint[1], 64)
		base = priced.ReplaceAllString(name, "")
	}
	items := []named{}
	for _, one := range plans {
		if one.Active != 0 && (price < 0 || one.Price == price) {
			items = append(items, one.named)
		}
	}
	return match(strings.TrimSpace(base), items)
}
