package codeartsim

import "logbot/logsapi/codeartsim/folder"

// Faults about what is told of builds.
const (
	StateWord Fault = "state"
)

func stateFaults() []Switch {
	return []Switch{
		{Fault: StateWord, Takes: takesWord, Default: "UNSTABLE", Does: "a build that failed has this state, which no documentation lists",
			hooks: hooks{build: func(_ *exchange, s *setting, b *folder.Snapshot) {
				if b.State == folder.Failure {
					b.State = s.name
				}
			}}},
	}
}
