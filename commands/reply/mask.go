package reply

import "logbot/commands/redact"

// Mask masks every text of r. The lines of a log have been masked before they were
// chosen, whole and in order; masking is idempotent, so masking them again is safe.
func Mask(gate *redact.Gate, r Reply) Reply {
	r.Heading = gate.Text(r.Heading)
	r.Reason = gate.Text(r.Reason)
	r.Source = gate.Text(r.Source)
	r.Body = gate.Text(r.Body)
	for i, s := range r.Context {
		r.Context[i] = gate.Text(s)
	}
	for i := range r.Lines {
		r.Lines[i].Text = gate.Text(r.Lines[i].Text)
	}
	for i := range r.Try {
		r.Try[i].Line = gate.Text(r.Try[i].Line)
		r.Try[i].Does = gate.Text(r.Try[i].Does)
		r.Try[i].Button = gate.Text(r.Try[i].Button)
	}
	r.Channel, r.Link, r.StoppedBy = gate.Text(r.Channel), gate.Text(r.Link), gate.Text(r.StoppedBy)
	r.About.Task, r.About.Name = gate.Text(r.About.Task), gate.Text(r.About.Name)
	if r.File != nil {
		r.File.Name = gate.Text(r.File.Name)
	}
	return r
}
