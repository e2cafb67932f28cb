package delivery

import (
	"errors"
	"sync"
	"time"
)

const (
	responseUses = 5
	// responseLife is Slack's 30 minutes, less what an address may have been on its
	// way to us.
	responseLife = 29 * time.Minute
	// forAnswer are the uses that notes of progress leave: for the answer, for its
	// repeat, and for what comes late.
	forAnswer = 3
	// maxBudgets is how many addresses are remembered; the oldest goes first.
	maxBudgets = 8192
)

// errSpent says that a response_url takes no more.
var errSpent = errors.New("the response_url has no uses left")

// budgets count the uses of response URLs.
type budgets struct {
	mu    sync.Mutex
	byURL map[string]*budget
	ring  []string // the addresses in the order of their coming
	next  int
}

type budget struct {
	uses  int
	since time.Time
}

func newBudgets() *budgets {
	return &budgets{byURL: map[string]*budget{}, ring: make([]string, maxBudgets)}
}

// take claims one use, where more than so many are left.
func (b *budgets) take(address string, leave int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of(address)
	if of.uses+leave >= responseUses || time.Since(of.since) > responseLife {
		return errSpent
	}
	of.uses++
	return nil
}

// giveBack undoes a take of a use that has surely not reached Slack.
func (b *budgets) giveBack(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if of := b.of(address); of.uses > 0 && of.uses <= responseUses {
		of.uses--
	}
}

// spend notes that Slack takes no more of an address.
func (b *budgets) spend(address string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(address).uses = responseUses + 1
}

func (b *budgets) of(address string) *budget {
	if of := b.byURL[address]; of != nil {
		return of
	}
	delete(b.byURL, b.ring[b.next])
	of := &budget{since: time.Now()}
	b.byURL[address], b.ring[b.next] = of, address
	b.next = (b.next + 1) % len(b.ring)
	return of
}
