package redact

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pieces are what random texts are made of: secrets, halves of them, and what
// stands around them in logs.
var pieces = []string{
	own, own[:5], own[5:], random, "密钥", "令牌：", "，", "abc", " ", " ", "\n", "\n", "\r\n", "\t", `\n`, `"`, "@", ":", "/", "-", "=", "%20", "***",
	Mask, Mask[:3], Mask[3:], "\xff", "\xe5",
	"Authorization: Bearer ", "authorization", "Basic dTpw", "X-Auth-Token: ", `"X-Auth-Token":"`, "bearer ", "Signature=", "https://ann:", "https://", "@host/", "hunter2",
	aJWT, aJWT[:30], aJWT[30:], "eyJ", "gh" + "p_" + strings.Repeat("a1", 18), "AKI" + "A0123456789ABCDEF", "https://hooks.slack.com/services/T1/B2/abcdefgh",
	"[2026/09/10 17:26:22.772 GMT+08:00] ", "[INFO] [构建:x] : ", begin, end, line1, line2, line3, key, strings.ReplaceAll(key, "\n", `\n`), "Proc-Type: 4,ENCRYPTED\n",
	strings.Repeat(line2+"\n", 4) + end, strings.Repeat(long, 2), long[:480],
}

// long is an own value that is longer than the windows of the tests.
var long = strings.Repeat("长长的token-", 60)

func randomText(r *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(strings.Repeat(pieces[r.IntN(len(pieces))], 1+r.IntN(2)))
	}
	return b.String()
}

// cutReader returns its text in pieces of random sizes, sometimes none.
type cutReader struct {
	rest string
	r    *rand.Rand
}

func (c *cutReader) Read(p []byte) (int, error) {
	if c.rest == "" {
		return 0, io.EOF
	}
	n := copy(p[:c.r.IntN(min(len(p), 200)+1)], c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// checkGate checks what must hold for any text.
func checkGate(t *testing.T, g *Gate, text string, r *rand.Rand) {
	t.Helper()
	whole, hidden := g.String(text)
	again, more := g.String(whole)
	require.Equal(t, whole, again, "masking again changes %q", text)
	require.Zero(t, more, "masking again counts")
	require.Equal(t, strings.Count(text, "\n"), strings.Count(whole, "\n"), "newlines of %q", text)
	require.Equal(t, hidden > 0, whole != text)
	if utf8.ValidString(text) {
		require.True(t, utf8.ValidString(whole), "a rune is cut: %q", whole)
	}
	if !strings.Contains(text, Mask) {
		require.Equal(t, hidden, strings.Count(whole, Mask))
		require.NotContains(t, whole, own)
	}

	reader := g.Reader(&cutReader{text, r})
	streamed, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, whole, string(streamed), "read in pieces: %q", text)
	require.Equal(t, hidden, reader.Hidden())

	var written bytes.Buffer
	writer := g.Writer(&written)
	for rest := text; rest != ""; {
		n := min(len(rest), 1+r.IntN(200))
		_, err := writer.Write([]byte(rest[:n]))
		require.NoError(t, err)
		rest = rest[n:]
	}
	require.NoError(t, writer.Close())
	require.Equal(t, strings.Count(text, "\n"), strings.Count(written.String(), "\n"))
	if !strings.Contains(text, "PRIVATE KEY") && whole == byLine(g, text) {
		require.Equal(t, whole, written.String(), "written in pieces: %q", text)
	}
	if !strings.Contains(text, Mask) {
		require.NotContains(t, written.String(), own)
	}
}

// byLine masks each line alone, as a Writer has to.
func byLine(g *Gate, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(g.Text(line))
	}
	return b.String()
}

// Small windows bring many borders into short texts.
func TestPiecesOfATextAreMaskedLikeTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	knows := New(own, "S3cr/t+", "密钥令牌", "hunter2\nhidden", long).anchors // finding the spellings takes as long as masking
	for range 250 {
		g := &Gate{anchors: knows, reach: 64 + r.IntN(400), fresh: 1 + r.IntN(300)}
		checkGate(t, g, randomText(r, r.IntN(6000)), r)
	}
}

func TestPiecesOfALongTextAreMaskedLikeTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var value strings.Builder
	for value.Len() < 2*Reach {
		value.WriteByte("0123456789abcdef"[r.IntN(16)])
	}
	longer := value.String()
	g := New(own, longer)
	for range 3 {
		checkGate(t, g, randomText(r, 2*Reach)+longer+randomText(r, 2*Reach), r)
	}
}

func FuzzGate(f *testing.F) {
	for i, piece := range pieces {
		f.Add(piece+pieces[(i*7+3)%len(pieces)], uint64(i))
	}
	f.Add(key+own+"密钥\n", uint64(9))
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		g := newGate(64+r.IntN(200), 1+r.IntN(300), []string{own, "S3cr/t+", "密钥令牌", "hidden", text[:min(len(text), 9)]})
		if r.IntN(2) == 0 { // the text at a border between windows
			text = randomText(r, r.IntN(1500)) + text + randomText(r, r.IntN(1500))
		}
		checkGate(t, g, text, r)
	})
}

func TestASecretAcrossAnyBorderOfReadsIsMasked(t *testing.T) {
	for _, secret := range []string{own, "https://u:hunter2@h", aJWT, key} {
		want := New(own).Text("a " + secret + " b")
		for cut := range len(secret) + 4 {
			text := "a " + secret + " b"
			got, err := io.ReadAll(New(own).Reader(io.MultiReader(strings.NewReader(text[:cut]), strings.NewReader(text[cut:]))))
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		}
	}
}

func TestALineWithoutEndNeedsBoundedMemory(t *testing.T) {
	const size = 16 * Reach // above each bound
	for name, piece := range map[string]string{
		"clean": "x", "a value": "X-Auth-Token: x1xxxxx", "values": "https://u:p@", "key lines": begin + line1, "names": "authorization=", "one run": "eyJ",
	} {
		t.Run(name, func(t *testing.T) {
			piece := []byte(strings.Repeat(piece, 8<<10/len(piece)))
			reader := New(own).Reader(&repeated{piece: piece, left: size})
			_, err := io.Copy(io.Discard, reader)
			require.NoError(t, err)
			assert.LessOrEqual(t, cap(reader.passes.streams[0].text), 6*Reach)
			assert.LessOrEqual(t, cap(reader.passes.streams[2].out), 12*Reach)
			assert.LessOrEqual(t, cap(reader.passes.streams[0].pending), Reach)

			writer := New(own).Writer(io.Discard)
			_, err = io.Copy(writer, &repeated{piece: piece, left: 3 * Reach})
			require.NoError(t, err)
			assert.LessOrEqual(t, cap(writer.passes.streams[0].text), 6*Reach)
		})
	}
}

type repeated struct {
	piece []byte
	left  int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.piece)
	r.left -= n
	return n, nil
}

func TestAnErrorOfTheReaderComesAfterItsText(t *testing.T) {
	broken := errors.New("connection reset")
	got, err := io.ReadAll(New(own).Reader(io.MultiReader(strings.NewReader("a "+own+" b"), iotest.ErrReader(broken))))
	assert.Equal(t, "a "+Mask+" b", string(got))
	assert.Same(t, broken, err)
}

func TestTheReaderKeepsTheRulesOfReaders(t *testing.T) {
	text := strings.Repeat("line "+own+" 密钥\n", 200)
	want := New(own).Text(text)
	require.NoError(t, iotest.TestReader(New(own).Reader(strings.NewReader(text)), []byte(want)))
	require.NoError(t, iotest.TestReader(New(own).Reader(iotest.DataErrReader(strings.NewReader(text))), []byte(want)))
}

func TestAReaderWithoutProgressIsAnError(t *testing.T) {
	_, err := io.ReadAll(New().Reader(stuck{}))
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestTheWriterPassesLinesOnAtOnce(t *testing.T) {
	var out bytes.Buffer
	w := New(own).Writer(&out)
	write := func(text string) {
		n, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.Equal(t, len(text), n)
	}
	write("one " + own + "\ntwo " + own[:4])
	assert.Equal(t, "one "+Mask+"\n", out.String())
	write(own[4:])
	assert.Equal(t, "one "+Mask+"\n", out.String())
	write("\n")
	assert.Equal(t, "one "+Mask+"\ntwo "+Mask+"\n", out.String())
	out.Reset()
	write("name: ")
	require.NoError(t, w.Flush())
	assert.Equal(t, "name: ", out.String())
	require.NoError(t, w.Close())
	_, err := w.Write([]byte("more"))
	assert.ErrorContains(t, err, "closed")
}

func TestTheWriterMasksAKeyThatComesLineByLine(t *testing.T) {
	const before = "the key of the server follows\n"
	for size := range 100 { // of windows
		var out bytes.Buffer
		w := newGate(300, 1+size, nil).Writer(&out)
		text := strings.Repeat(before, 20)
		for line := range strings.Lines(text + prefixed("web | ", key) + "b\n") {
			_, err := io.WriteString(w, line)
			require.NoError(t, err)
		}
		assert.Equal(t, text+"web | "+begin+"\nweb | "+Mask+"\n\n\nweb | "+end+"\nb\n", out.String())
	}
}

func TestTheWriterCannotTakeBackLinesBeforeTheEndOfAKey(t *testing.T) {
	var out bytes.Buffer
	w := New().Writer(&out)
	for _, line := range []string{"log\n", line2 + "\n", end + "\n"} {
		_, err := io.WriteString(w, line)
		require.NoError(t, err)
	}
	assert.Equal(t, "log\n"+line2+"\n"+end+"\n", out.String())
}

func TestTheWriterReportsAnErrorBelow(t *testing.T) {
	w := New().Writer(failing{})
	n, err := io.WriteString(w, "line\n")
	assert.Zero(t, n)
	assert.ErrorIs(t, err, io.ErrClosedPipe)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestTheGateIsForManyAtOnce(t *testing.T) {
	g := New(own)
	var out bytes.Buffer
	w := g.Writer(&out)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				assert.Equal(t, "a "+Mask, g.Text("a "+own))
				_, err := io.WriteString(w, "line "+own+"\n")
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.Equal(t, strings.Repeat("line "+Mask+"\n", 800), out.String())
}
