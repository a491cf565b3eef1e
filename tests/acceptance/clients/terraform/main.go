// Uses InvAPI like the vendor's Terraform provider: the calls of plan and apply, without Terraform.
//
//	list | wait KEY | plan PRESET LOCATION [OS [TRAFFIC [SOFTWARE]]]
//	create CONFIGURATION | differences STATE CONFIGURATION | apply STATE CONFIGURATION
//	read ID | power ID on|off|hard_off|reboot | rename ID NAME | tags ID NAME=VALUE|-NAME... | destroy ID [TYPE]
//	add-key NAME KEY [default] | read-key ID | delete-key ID
//
// A CONFIGURATION is HOSTNAME PRESET LOCATION [OS [TRAFFIC [SOFTWARE]]] with FIELD=VALUE and tag:NAME=VALUE anywhere.
// A STATE is what create or apply printed.
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
	name := words[0]
	if act, known := ofAccount[name]; known {
		return act(client, words[1:])
	}
	if act, known := ofState[name]; known {
		state, err := keptOf(words[1])
		if err != nil {
			return nil, err
		}
		return act(client, state, wantedOf(words[2:]))
	}
	act, known := ofServer[name]
	if !known {
		return nil, errors.New("no such command")
	}
	id, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, err
	}
	return act(client, id, words[2:])
}

var ofAccount = map[string]func(*client, []string) (any, error){
	"list":    func(c *client, _ []string) (any, error) { return c.servers() },
	"wait":    func(c *client, words []string) (any, error) { return c.wait(words[0]) },
	"plan":    func(c *client, words []string) (any, error) { return c.plan(wantedOf(append([]string{""}, words...))) },
	"create":  func(c *client, words []string) (any, error) { return c.create(wantedOf(words)) },
	"add-key": func(c *client, words []string) (any, error) { return c.addSSHKey(words[0], words[1], len(words) > 2) },
}

var ofState = map[string]func(*client, *kept, wanted) (any, error){
	"differences": func(c *client, state *kept, want wanted) (any, error) { return c.differences(state, want) },
	"apply":       func(c *client, state *kept, want wanted) (any, error) { return c.apply(state, want) },
}

var ofServer = map[string]func(*client, int, []string) (any, error){
	"read":       func(c *client, id int, _ []string) (any, error) { return c.state(id) },
	"power":      func(c *client, id int, words []string) (any, error) { return nil, c.power(id, words[0]) },
	"rename":     func(c *client, id int, words []string) (any, error) { return c.rename(id, words[0]) },
	"tags":       func(c *client, id int, words []string) (any, error) { return c.syncTags(id, words) },
	"destroy":    func(c *client, id int, words []string) (any, error) { return c.destroy(id, words) },
	"read-key":   func(c *client, id int, _ []string) (any, error) { return c.readSSHKey(id) },
	"delete-key": func(c *client, id int, _ []string) (any, error) { return nil, c.deleteSSHKey(id) },
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
