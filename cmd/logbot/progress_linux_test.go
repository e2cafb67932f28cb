package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pseudoTerminal returns a terminal to write to, and its other end, where a person
// would read.
func pseudoTerminal(t *testing.T) (terminal, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	var locked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(value)))
		require.Zero(t, errno)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { terminal.Close() })
	return terminal, screen
}

func TestALongCommandShowsItsProgressInATerminal(t *testing.T) {
	_, env := codearts(t, "latency=50ms@finished-log", "not-published=further") // in pages, the whole log takes ten seconds
	env["LOGBOT_RATE"] = "1000"
	terminal, screen := pseudoTerminal(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	shown := make(chan string, 1)
	go func() {
		defer interrupt()
		var text strings.Builder
		buffer := make([]byte, 1<<10)
		for !strings.Contains(text.String(), " MB") {
			n, err := screen.Read(buffer)
			if err != nil { // nobody holds the terminal any more
				break
			}
			text.Write(buffer[:n])
		}
		shown <- text.String()
	}()
	args := []string{"run", "full d41c9e70b85f4a1eb6207c3f91ea58d2 2000 all", "-o", filepath.Join(t.TempDir(), "whole.log")}
	run(ctx, args, lines(env), strings.NewReader(""), io.Discard, terminal)
	require.NoError(t, terminal.Close())
	assert.Regexp(t, `\r\[[#.]+\] \d+\.\d of \d+\.\d MB`, <-shown)
}
