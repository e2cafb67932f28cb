package folder

import (
	"slices"

	"logbot/logsapi/codeartsim/logtext"
)

// Check is one document of a check.yaml: one run of a check task. The runs of a
// task share its id.
type Check struct {
	Name       string  `yaml:"name"`      // of the task
	Task       string  `yaml:"task"`      // its id, 32 hex digits; if missing, only the log is served
	Project    Project `yaml:"project"`   // of the task
	Execution  string  `yaml:"execution"` // 32 hex digits
	Run        string  `yaml:"run"`       // 32 hex digits: the sub-task of the execution that has the log
	Outcome    `yaml:",inline"`
	source     `yaml:",inline"`
	Repository string `yaml:"repository"`
	Branch     string `yaml:"branch"`
	Language   string `yaml:"language"`

	file string // its file
	Log  *logtext.Text
}

// Check returns a check run, or nil.
func (f *Folder) Check(run string) *Check {
	i := slices.IndexFunc(f.Checks, func(c *Check) bool { return c.Run == run })
	if i < 0 {
		return nil
	}
	return f.Checks[i]
}
