package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"time"
)

const (
	lifetime = 3600
	lead     = 2 * time.Minute
)

// token returns the session's token, and logs in if there is none or its end is near.
func (c *client) token() (string, error) {
	if c.session != "" && time.Now().Before(c.expires.Add(-lead)) {
		return c.session, nil
	}
	form := url.Values{"action": {"login"}, "key": {c.key}, "ttl": {strconv.Itoa(lifetime)}}
	body, err := c.ask("auth", form, false)
	if err != nil {
		return "", err
	}
	var answer struct {
		Result struct {
			Token   string          `json:"token"`
			Expire  int64           `json:"token_expire"`
			Role    string          `json:"role"`
			Servers json.RawMessage `json:"servers"`
		} `json:"result"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	if answer.Result.Token == "" {
		return "", errors.New("auth/login: empty token")
	}
	c.session, c.expires = answer.Result.Token, time.Unix(answer.Result.Expire, 0)
	return c.session, nil
}
