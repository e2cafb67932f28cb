package cache

// Logger takes warnings for the people who run the bot; a *logrus.Logger is one.
type Logger interface {
	Warnf(format string, args ...any)
}

// warnf logs to l; nil is silence.
func warnf(l Logger) func(format string, args ...any) {
	if l == nil {
		return func(string, ...any) {}
	}
	return l.Warnf
}
