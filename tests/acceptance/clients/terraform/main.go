// Uses InvAPI like the vendor's Terraform provider: the calls of plan and apply, without Terraform.
//
//	list | read ID | power ID on|off|hard_off|reboot | rename ID NAME | order PRESET | wait KEY
//
// Prints one line of JSON: what was read, or the error, and what was waited for.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
)

type report struct {
	Read  any      `json:"read,omitempty"`
	Error string   `json:"error,omitempty"`
	Kind  string   `json:"kind,omitempty"`
	Waits []string `json:"waits"`
}

func main() {
	pause := &pauses{share: share(os.Getenv("WAIT_SHARE")), made: []string{}}
	read, err := run(os.Args[1:], pause)
	told := report{Read: read, Waits: pause.made}
	if err != nil {
		told = report{Error: err.Error(), Kind: kindOf(err), Waits: pause.made}
	}
	line, _ := json.Marshal(told)
	fmt.Println(string(line))
	if err != nil {
		os.Exit(1)
	}
}

func run(words []string, pause *pauses) (any, error) {
	client, err := configured(pause)
	if err != nil {
		return nil, err
	}
	if len(words) == 1 && words[0] == "list" {
		return client.servers()
	}
	if len(words) < 2 {
		return nil, errors.New("no such command")
	}
	switch words[0] {
	case "order":
		return nil, client.order(words[1])
	case "wait":
		return client.wait(words[1])
	}
	id, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, err
	}
	switch words[0] {
	case "read":
		return client.state(id)
	case "power":
		return nil, client.power(id, words[2])
	case "rename":
		return nil, client.rename(id, words[2])
	}
	return nil, errors.New("no such command")
}

func kindOf(err error) string {
	var refused *refusal
	switch {
	case errors.As(err, &refused) && refused.Name != "":
		return refused.Name
	case errors.As(err, &refused) && refused.saysGone():
		return "not found"
	case errors.As(err, &refused):
		return "refused"
	}
	return "failed"
}
