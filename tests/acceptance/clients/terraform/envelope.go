package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// refusal is a failed answer, in any of the API's forms.
type refusal struct {
	Name    string
	Message string
	Body    string
}

func (r *refusal) Error() string {
	if r.Name != "" {
		return fmt.Sprintf("invapi error (%s): %s", r.Name, r.Message)
	}
	return "invapi error: " + r.Message
}

// saysGone reports whether a server may be dropped from the state, and so made again.
func (r *refusal) saysGone() bool {
	said := strings.ToLower(r.Message + " " + r.Body)
	for _, words := range []string{"not found", "no such", "unknown server", "server not exist", "does not exist"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// readEnvelope returns the error of an answer. Its fields have the types that the provider decodes them into.
func readEnvelope(body []byte) error {
	var answer struct {
		Code    json.RawMessage `json:"code"`
		Message string          `json:"message"`
		Error   string          `json:"error"`
		Result  json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("invalid JSON response: %w", err)
	}
	said := answer.Message
	if said == "" {
		said = answer.Error
	}
	coded := len(answer.Code) > 0 && string(answer.Code) != "0" && string(answer.Code) != "null"
	result, fails := badResult(answer.Result)
	if !fails && !coded && said == "" {
		return nil
	}
	if said == "" {
		said = "result=" + result
	}
	return &refusal{Name: nameIn(answer.Code), Message: said, Body: string(body)}
}

func badResult(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		switch strings.ToLower(text) {
		case "", "ok", "success", "not ready":
			return text, false
		}
		return text, true
	}
	var number float64
	if json.Unmarshal(raw, &number) == nil {
		return string(raw), number != 0 && number != 1
	}
	return "", false
}

// nameIn returns a code that is a word, such as NO_APPROPRIATE_SERVERS.
func nameIn(code json.RawMessage) string {
	var name string
	_ = json.Unmarshal(code, &name)
	return name
}
