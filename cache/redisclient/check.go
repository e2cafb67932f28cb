package redisclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Role is what a user of a Redis needs, for Check.
type Role struct {
	Stores string // what it stores there: "pages"
	// Durable says that no key without a lifetime may be lost.
	Durable bool
	// Version is the oldest version of Redis that works ("4.0"), and Because the
	// reason ("for UNLINK").
	Version, Because string
	// Keys is the pattern of the role's keys, in the form of an ACL.
	Keys string
	// Uses are all commands, with harmless arguments: keys that match Keys and are
	// never used. All are tried.
	Uses [][]any
}

// Check checks whether the servers behind client are fit for a role. It returns one
// line for each fault, with what to type against it. A setting that cannot be read
// is not a fault; one line says so if nothing could be read at all. It never takes
// longer than ctx allows.
//
// User is the user in the address.
func Check(ctx context.Context, client redis.UniversalClient, user string, role Role) []string {
	var mu sync.Mutex
	var wrong []string
	say := func(lines ...string) {
		mu.Lock()
		defer mu.Unlock()
		for _, l := range lines {
			if !slices.Contains(wrong, l) { // every node may have the same
				wrong = append(wrong, l)
			}
		}
	}
	err := EachMaster(ctx, client, func(ctx context.Context, node *redis.Client) error {
		refused, err := try(ctx, node, role.Uses)
		if err != nil {
			return err
		}
		infos, err := node.InfoMap(ctx, "server", "memory").Result()
		switch {
		case Denied(err):
			refused.commands = append(refused.commands, "info")
		case err == nil:
			info := map[string]string{}
			for _, section := range infos {
				for name, value := range section {
					info[name] = value
				}
			}
			say(role.judge(info)...)
		}
		say(refused.says(user, role)...)
		return nil
	})
	if err != nil {
		say(explain(err, user))
	}
	slices.Sort(wrong)
	return wrong
}

// explain says what to do about an error that ended the check.
func explain(err error, user string) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "NOPERM"):
		_, command, _ := strings.Cut(text, "run the '") // such as cluster|slots, which the client itself needs
		command, _, _ = strings.Cut(command, "'")
		return fmt.Sprintf("Redis does not let the user %s look at the Cluster; as an administrator type on every node: ACL SETUSER %s +%s", user, user, cmp.Or(command, "cluster"))
	case strings.Contains(text, "WRONGPASS"), strings.Contains(text, "NOAUTH"), strings.Contains(text, "invalid password"):
		return "Redis does not accept the user or the password of the address (" + text + "); expected before the host the user, a colon, the password and @, with signs such as / and @ in them written as %2F and %40"
	case strings.Contains(text, "cluster support disabled"):
		return "Redis is no Cluster, though the address names several hosts or says cluster=true; expected one host, redis://HOST"
	}
	return "Redis could not be checked: " + text
}

// refusals are what the user may not do.
type refusals struct {
	commands []string
	keys     bool // the commands, but not with these keys
}

// try runs every command and collects those that the user may not run. Redis checks
// rights first, so any other error (another node has the key's slot, the server is
// full or a replica) means that the user may.
func try(ctx context.Context, node *redis.Client, uses [][]any) (refusals, error) {
	var r refusals
	for _, args := range uses {
		err := node.Do(ctx, args...).Err()
		var answered redis.Error
		switch {
		case err == nil || err == redis.Nil:
		case Denied(err) && strings.Contains(err.Error(), "to access"): // of a key; the name of a command may contain "key", too
			r.keys = true
		case Denied(err):
			r.commands = append(r.commands, strings.ToLower(fmt.Sprint(args[0])))
		case strings.Contains(err.Error(), "WRONGPASS"), strings.Contains(err.Error(), "NOAUTH"):
			return r, err
		case errors.As(err, &answered):
		default:
			return r, err
		}
	}
	return r, nil
}

// Denied reports whether a server refused a call because the user lacks a right.
func Denied(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "NOPERM") }

func (r refusals) says(user string, role Role) []string {
	var rights []string
	if r.keys {
		rights = append(rights, "~"+role.Keys)
	}
	slices.Sort(r.commands)
	for _, c := range slices.Compact(r.commands) {
		rights = append(rights, "+"+c)
	}
	if len(rights) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Redis does not let the user %s do all that %s need; as an administrator type on every node: ACL SETUSER %s %s",
		user, role.Stores, user, strings.Join(rights, " "))}
}

// someMemory is the suggested limit: that of a page store in a file.
const someMemory = "256mb"

// judge checks what a server reports in INFO.
func (role Role) judge(info map[string]string) []string {
	var wrong []string
	if v := info["redis_version"]; v != "" && older(v, role.Version) {
		wrong = append(wrong, fmt.Sprintf("Redis %s is too old for %s: %s or newer is needed %s; install it, or any Valkey",
			v, role.Stores, role.Version, role.Because))
	}
	policy, limit := info["maxmemory_policy"], info["maxmemory"]
	if !role.Durable && limit == "0" {
		wrong = append(wrong, fmt.Sprintf("Redis has no limit of memory (maxmemory 0), and %s are kept for days; type: CONFIG SET maxmemory %s, and write it into redis.conf",
			role.Stores, someMemory))
	}
	switch {
	case role.Durable && strings.HasPrefix(policy, "allkeys-"):
		wrong = append(wrong, fmt.Sprintf("Redis may throw %s away when its memory is full (maxmemory-policy %s); type: CONFIG SET maxmemory-policy %s, and write it into redis.conf",
			role.Stores, policy, strings.Replace(policy, "allkeys-", "volatile-", 1)))
	case !role.Durable && policy == "noeviction":
		wrong = append(wrong, fmt.Sprintf("Redis refuses new %s when its memory is full (maxmemory %s, maxmemory-policy noeviction) instead of replacing old ones; type: CONFIG SET maxmemory-policy volatile-lru, and write it into redis.conf",
			role.Stores, cmp.Or(info["maxmemory_human"], limit)))
	}
	return wrong
}

// older compares versions number by number; anything else counts as 0.
func older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range b {
		var x, y int
		if i < len(a) {
			x, _ = strconv.Atoi(a[i])
		}
		y, _ = strconv.Atoi(b[i])
		if x != y {
			return x < y
		}
	}
	return false
}
