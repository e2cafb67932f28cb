package main

import (
	"io"
	"sync"

	"github.com/spf13/cobra"
)

// What a short command does not need is not made at its start: making the help of all
// commands, or the tables that mask, takes longer than most of them.

// filters are the subcommands that end with their input. In a pipe, such as "kubectl logs
// -f job/build | logbot excerpt", Ctrl-C ends only what writes the log, and what was read is
// told. They need not be told of signals, which takes a thread.
var filters = []string{"excerpt", "mask", "version"}

// A subcommand is one of the root, and how it is made.
type subcommand struct {
	name string
	make func() *cobra.Command
}

// subcommandsFor makes the subcommand that args begin with, or all if they begin with none: for
// the help, completion, and errors that name others.
func subcommandsFor(args []string, all []subcommand) []*cobra.Command {
	var made []*cobra.Command
	for _, s := range all {
		if len(args) > 0 && args[0] == s.name {
			return []*cobra.Command{s.make()}
		}
	}
	for _, s := range all {
		made = append(made, s.make())
	}
	return made
}

// A lateWriter opens what it writes to at the first Write.
type lateWriter struct {
	open func() io.WriteCloser

	mu sync.Mutex
	to io.WriteCloser // nil until then
}

// Write implements io.Writer.
func (w *lateWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	if w.to == nil {
		w.to = w.open()
	}
	w.mu.Unlock()
	return w.to.Write(p)
}

// Close closes what was opened.
func (w *lateWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to == nil {
		return nil
	}
	return w.to.Close()
}
