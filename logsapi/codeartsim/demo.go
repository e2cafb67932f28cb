package codeartsim

import (
	"embed"
	"io/fs"
)

//go:embed demo
var demo embed.FS

// Demo is the folder of the demo: failing builds of a Maven, a Go, a Jest and a
// C project, one that succeeded, one of 200,000 lines, and a check run.
// demo/README.md says where the logs are from.
func Demo() fs.FS { return demo }
