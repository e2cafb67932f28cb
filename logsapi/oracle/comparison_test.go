package oracle

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

// comparison is one endpoint, read by both clients.
type comparison interface {
	endpoint() string // its name in codeartsim
	what() string     // is read, where an endpoint is read in several ways
	compare(*testing.T, *service) verdict
}

// verdict is what a comparison says in the table; what is empty does not apply.
type verdict struct{ method, sdk, ours, equal string }

func comparisons() []comparison { return slices.Concat(ofLogs(), ofTheRest()) }

// TestTheSDKAndWeReadTheSame prints the table of logsapi/README.md.
func TestTheSDKAndWeReadTheSame(t *testing.T) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 1, ' ', tabwriter.Debug)
	fmt.Fprintln(w, "| endpoint\t SDK method\t SDK\t logsapi\t equal\t")
	fmt.Fprintln(w, "| ---\t ---\t ---\t ---\t ---\t")
	for _, c := range comparisons() {
		name := strings.TrimSpace(c.endpoint() + " " + c.what())
		t.Run(name, func(t *testing.T) {
			v := c.compare(t, serve(t, keys, codeartsim.OffsetsString))
			fmt.Fprintf(w, "| %s\t %s\t %s\t %s\t %s\t\n",
				name, cmp.Or(v.method, "none"), cmp.Or(v.sdk, "-"), cmp.Or(v.ours, "-"), cmp.Or(v.equal, "-"))
		})
	}
	require.NoError(t, w.Flush())
	fmt.Fprint(t.Output(), table.String())
}

func TestEveryEndpointOfTheSimulatorIsCompared(t *testing.T) {
	var served, compared []string
	for _, e := range codeartsim.Endpoints() {
		served = append(served, e.Name)
	}
	for _, c := range comparisons() {
		compared = append(compared, c.endpoint())
	}
	slices.Sort(served)
	slices.Sort(compared)
	assert.Equal(t, served, slices.Compact(compared))
}

func TestTheReadmeNamesEveryEndpoint(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, e := range codeartsim.Endpoints() {
		assert.Regexp(t, `(?m)^\|[^|]*\b`+e.Name+`( |,)`, string(readme), "in the table of logsapi/README.md")
	}
}

// worked says in a word whether a client could read an endpoint.
func worked(t *testing.T, err error, client string) string {
	t.Helper()
	if assert.NoError(t, err, client) {
		return "ok"
	}
	return "FAILS"
}

// same says in a word whether both read the same.
func same(t *testing.T, sdk, ours any) string {
	t.Helper()
	if assert.ObjectsAreEqual(sdk, ours) {
		return "yes"
	}
	t.Errorf("the SDK reads\n%.3000s\nlogsapi reads\n%.3000s", fmt.Sprintf("%+q", sdk), fmt.Sprintf("%+q", ours))
	return "NO"
}

// lost lists the fields of an answer that are not in what the SDK read of it, or
// differ there. The elements of lists count as one.
func lost(t *testing.T, answer []byte, read any) []string {
	t.Helper()
	kept, err := json.Marshal(read)
	require.NoError(t, err)
	fields := map[string]bool{}
	differ(tree(t, answer), tree(t, kept), "", fields)
	return slices.Sorted(maps.Keys(fields))
}

func tree(t *testing.T, text []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

// differ collects the paths at which kept lacks what full has. Null is nothing.
func differ(full, kept any, path string, fields map[string]bool) {
	switch full := full.(type) {
	case nil:
	case map[string]any:
		kept, _ := kept.(map[string]any)
		for name, value := range full {
			differ(value, kept[name], strings.TrimPrefix(path+"."+name, "."), fields)
		}
	case []any:
		kept, _ := kept.([]any)
		if len(kept) != len(full) {
			fields[path] = true
			return
		}
		for i, value := range full {
			differ(value, kept[i], path+"[]", fields)
		}
	default:
		if full != kept {
			fields[path] = true
		}
	}
}
