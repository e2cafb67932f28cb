package slacksim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"logbot/logsapi/lazyregexp"
)

// Fault is something that goes wrong on purpose, either at every Every-th occasion
// or by chance.
type Fault struct {
	Name string // one of Faults
	// Method limits a fault whose name begins with "call-" to one method of the Web
	// API, to "response_url" or to "upload"; empty means all of them.
	Method string
	// Channel limits a fault whose name begins with "call-" to calls about one
	// conversation, as the call names it; empty means all calls.
	Channel string
	Every   int     // 1 or more; 0 if Chance is set
	Chance  float64 // that an occasion fails, above 0 and up to 1
	Seed    uint64  // of Chance: the same seed hits the same occasions
	Error   string  // of "call-error": the error of the answer; empty means fatal_error
}

// String returns the form that ParseFault reads.
func (f Fault) String() string {
	name := f.Name
	if f.Method != "" {
		name += "@" + f.Method
	}
	if f.Channel != "" {
		name += "#" + f.Channel
	}
	if f.Error != "" {
		name += "=" + f.Error
	}
	if f.Chance == 0 {
		return name + ":" + strconv.Itoa(f.Every)
	}
	return name + ":" + strconv.FormatFloat(f.Chance*100, 'g', -1, 64) + "%/" + strconv.FormatUint(f.Seed, 10)
}

// FaultKind describes a fault that can be enabled.
type FaultKind struct {
	Name, Does string

	call   callFault // what it does to a call; empty if it concerns no calls
	method string    // the one method it concerns, if its name implies one
}

// Faults that do not concern calls.
const (
	faultUploadSlow   = "upload-slow"
	faultUploadBroken = "upload-broken"
	faultFileSlow     = "file-slow"
	faultFileLost     = "file-lost"
	faultAckLost      = "ack-lost"
	faultAckElsewhere = "ack-elsewhere-lost"
	faultWarning      = "socket-warning"
	faultRefresh      = "socket-refresh"
	faultLinkDisabled = "socket-link-disabled"
	faultTooMany      = "socket-too-many"
	faultReset        = "socket-reset"
	faultFreeze       = "socket-freeze"
	faultGhost        = "socket-ghost"
	faultLate         = "socket-late"
	faultFragmented   = "socket-fragmented"
	faultMute         = "socket-mute"
	faultRefused      = "socket-refused"
	faultTwice        = "socket-twice"
)

// Faults returns every fault that ParseFault knows.
func Faults() []FaultKind {
	return []FaultKind{
		{Name: "call-slow", Does: "a call is carried out after 2 s", call: callSlow},
		{Name: "call-hang", Does: "a call is not answered until the client gives up", call: callHang},
		{Name: "call-429", Does: "a call is refused: 429 with Retry-After: 1", call: call429},
		{Name: "call-429-bare", Does: "a call is refused: 429 without Retry-After", call: call429Bare},
		{Name: "call-200-limited", Does: "a call is refused: 200 with the error ratelimited", call: callLimited},
		{Name: "call-500", Does: "a call is refused: 500 with JSON", call: call500},
		{Name: "call-503", Does: "a call is refused: 503 with a page of HTML", call: call503},
		{Name: "call-error", Does: "a call is refused with an error of choice: call-error@METHOD=ERROR, else fatal_error", call: callError},
		{Name: "call-403", Does: "a call is refused: 403 with a page of HTML, as a proxy does", call: call403},
		{Name: "call-404", Does: "a call is refused: 404 with a page of HTML, as a proxy does", call: call404},
		{Name: "call-reset-before", Does: "the connection is reset, the call not carried out", call: callResetBefore},
		{Name: "call-reset", Does: "a call is carried out, then the connection reset instead of answering", call: callReset},
		{Name: "post-429", Does: "call-429@chat.postMessage", call: call429, method: "chat.postMessage"},
		{Name: "post-429-bare", Does: "call-429-bare@chat.postMessage", call: call429Bare, method: "chat.postMessage"},
		{Name: "post-500", Does: "call-500@chat.postMessage", call: call500, method: "chat.postMessage"},
		{Name: "post-reset", Does: "call-reset@chat.postMessage", call: callReset, method: "chat.postMessage"},
		{Name: "open-hang", Does: "call-hang@apps.connections.open", call: callHang, method: "apps.connections.open"},
		{Name: faultUploadSlow, Does: "the bytes of a file are read at 256 KiB every 100 ms"},
		{Name: faultUploadBroken, Does: "the connection is reset after half of a file's bytes"},
		{Name: faultFileSlow, Does: "files.info knows the shares of a file after 30 s, not 1 s"},
		{Name: faultFileLost, Does: "a shared file is accepted and never appears"},
		{Name: faultAckLost, Does: "an acknowledgement gets lost"},
		{Name: faultAckElsewhere, Does: "an acknowledgement on another socket than its envelope's gets lost"},
		{Name: faultWarning, Does: "after an envelope the socket gets a disconnect warning, 10 s later refresh_requested"},
		{Name: faultRefresh, Does: "after an envelope the socket is closed with refresh_requested"},
		{Name: faultLinkDisabled, Does: "after an envelope the socket is closed with link_disabled"},
		{Name: faultTooMany, Does: "after an envelope the socket is closed with too_many_websockets"},
		{Name: faultReset, Does: "after an envelope the socket is cut without a word"},
		{Name: faultFreeze, Does: "after an envelope the socket is half open: it stays, and nothing passes any more"},
		{Name: faultGhost, Does: "an envelope goes to a half-open socket that swallows it"},
		{Name: faultLate, Does: "an envelope reaches the socket 2 s late"},
		{Name: faultFragmented, Does: "an envelope comes in several fragments"},
		{Name: faultTwice, Does: "an envelope comes over every socket"},
		{Name: faultMute, Does: "a ping is left out"},
		{Name: faultRefused, Does: "a new socket is refused with too_many_websockets"},
	}
}

func (f Fault) kind() (FaultKind, bool) {
	all := Faults()
	i := slices.IndexFunc(all, func(k FaultKind) bool { return k.Name == f.Name })
	if i < 0 {
		return FaultKind{}, false
	}
	return all[i], true
}

// ParseFault reads NAME, NAME:N (every N-th occasion; 1 by default) or NAME:P%/SEED
// (P percent by chance; seed 0 by default). A name that begins with "call-" may be
// followed by @METHOD and #CHANNEL, and call-error by =ERROR for another error than
// fatal_error.
func ParseFault(text string) (Fault, error) {
	text, often, counted := strings.Cut(text, ":")
	f := Fault{Every: 1}
	text, chosen, named := strings.Cut(text, "=")
	text, f.Channel, _ = strings.Cut(text, "#")
	f.Name, f.Method, _ = strings.Cut(text, "@")
	if f.Error = chosen; named && chosen == "" {
		return Fault{}, fmt.Errorf("fault %s: an error is expected after =, such as token_revoked", f.Name)
	}
	var err error
	switch chance, seed, random := strings.Cut(often, "%"); {
	case random:
		f.Every = 0
		if f.Chance, err = strconv.ParseFloat(chance, 64); err != nil {
			return Fault{}, fmt.Errorf("fault %s: %q is not a percentage", f.Name, chance)
		}
		f.Chance /= 100
		if seed != "" {
			if f.Seed, err = strconv.ParseUint(strings.TrimPrefix(seed, "/"), 10, 64); err != nil {
				return Fault{}, fmt.Errorf("fault %s: %q is not a seed; write /1, for example", f.Name, seed)
			}
		}
	case counted:
		if f.Every, err = strconv.Atoi(often); err != nil {
			return Fault{}, fmt.Errorf("fault %s: %q is not a number from 1", f.Name, often)
		}
	}
	return f, f.check()
}

var errorName = lazyregexp.New(`^[a-z][a-z0-9_]{1,99}$`)

func (f Fault) check() error {
	kind, known := f.kind()
	_, isMethod := methodTable()[f.Method]
	switch {
	case !known:
		var names []string
		for _, k := range Faults() {
			names = append(names, k.Name)
		}
		return fmt.Errorf("fault %q is not known; there are %s", f.Name, strings.Join(names, ", "))
	case f.Method != "" && (kind.call == "" || kind.method != ""):
		return fmt.Errorf("fault %s does not take a method such as %q", f.Name, f.Method)
	case f.Channel != "" && kind.call == "":
		return fmt.Errorf("fault %s does not take a channel such as %q", f.Name, f.Channel)
	case f.Method != "" && !isMethod && f.Method != viaResponseURL && f.Method != viaUpload:
		return fmt.Errorf("fault %s: no method %q", f.Name, f.Method)
	case kind.call == callError && f.Error != "" && !errorName.MatchString(f.Error):
		return fmt.Errorf("fault %s: %q is not the form of a Slack error; write =token_revoked, for example", f.Name, f.Error)
	case kind.call != callError && f.Error != "":
		return fmt.Errorf("fault %s does not take an error such as %q", f.Name, f.Error)
	case f.Chance != 0 && f.Every != 0:
		return fmt.Errorf("fault %s: either every %d or by chance", f.Name, f.Every)
	case f.Chance == 0 && f.Every < 1:
		return fmt.Errorf("fault %s: %d is not a number from 1", f.Name, f.Every)
	case !(f.Chance >= 0 && f.Chance <= 1): // also catches NaN
		return fmt.Errorf("fault %s: %g %% is not above 0 and up to 100", f.Name, f.Chance*100)
	}
	return nil
}

// callFault is what a fault does to a call.
type callFault string

const (
	callSlow        callFault = "slow"
	callHang        callFault = "hang"
	call429         callFault = "429"
	call429Bare     callFault = "429 bare"
	callLimited     callFault = "200 limited"
	call500         callFault = "500"
	call503         callFault = "503"
	callError       callFault = "error"
	call403         callFault = "403"
	call404         callFault = "404"
	callResetBefore callFault = "reset before"
	callReset       callFault = "reset"
)
