// Package logging is the log for the people who run a bot: its formats, the id of the
// request on every line, and failures as one line a minute instead of one for each
// command.
package logging

import (
	"io"

	"github.com/sirupsen/logrus"

	"logbot/logsapi/requestid"
)

// New returns a log that writes to out: an object a line if json is set, else text. A
// line that was logged with a context has the id of its request. It masks nothing.
func New(level logrus.Level, json bool, out io.Writer) *logrus.Logger {
	log := logrus.New()
	log.SetLevel(level)
	log.SetOutput(out)
	if json {
		log.SetFormatter(&logrus.JSONFormatter{})
	} else {
		log.SetFormatter(&logrus.TextFormatter{DisableColors: true, FullTimestamp: true})
	}
	log.AddHook(requests{})
	return log
}

// requests adds the id of the request.
type requests struct{}

func (requests) Levels() []logrus.Level { return logrus.AllLevels }

func (requests) Fire(e *logrus.Entry) error {
	if e.Context == nil {
		return nil
	}
	if id := requestid.Of(e.Context); id != "" {
		e.Data["request"] = id
	}
	return nil
}
