package main

import (
	"encoding/json"
	"net/url"
	"strconv"
)

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
	return idsIn(body)
}

func idsIn(body []byte) ([]int, error) {
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

func (c *client) power(id int, action string) error {
	_, err := c.eq(action, id, nil)
	return err
}
