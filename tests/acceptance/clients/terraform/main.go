// Uses InvAPI like the vendor's Terraform provider: the calls of plan and apply, without Terraform.
//
//	list | wait KEY | plan PRESET LOCATION [OS [TRAFFIC [SOFTWARE]]] | create HOSTNAME PRESET LOCATION OS TRAFFIC
//	read ID | power ID on|off|hard_off|reboot | rename ID NAME | tags ID NAME=VALUE|-NAME... | destroy ID
//	add-key NAME KEY [default] | read-key ID | delete-key ID
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
	"plan":    func(c *client, words []string) (any, error) { return c.plan(wantedOf(words)) },
	"create":  func(c *client, words []string) (any, error) { return nil, c.create(wantedOf(words[1:]), words[0]) },
	"add-key": func(c *client, words []string) (any, error) { return c.addSSHKey(words[0], words[1], len(words) > 2) },
}

var ofServer = map[string]func(*client, int, []string) (any, error){
	"read":       func(c *client, id int, _ []string) (any, error) { return c.state(id) },
	"power":      func(c *client, id int, words []string) (any, error) { return nil, c.power(id, words[0]) },
	"rename":     func(c *client, id int, words []string) (any, error) { return c.rename(id, words[0]) },
	"tags":       func(c *client, id int, words []string) (any, error) { return c.syncTags(id, words) },
	"destroy":    func(c *client, id int, _ []string) (any, error) { return nil, c.destroy(id) },
	"read-key":   func(c *client, id int, _ []string) (any, error) { return c.readSSHKey(id) },
	"delete-key": func(c *client, id int, _ []string) (any, error) { return nil, c.deleteSSHKey(id) },
}

// wantedOf reads preset, location, OS, traffic plan and software, of which the last three may be missing.
func wantedOf(words []string) wanted {
	five := make([]string, 5)
	copy(five, words)
	return wanted{five[0], five[1], five[2], five[3], five[4]}
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
