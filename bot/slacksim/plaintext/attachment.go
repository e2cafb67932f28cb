package plaintext

import "encoding/json"

// Attachment is the part of an attachment that people see.
type Attachment struct{ Pretext, Title, Text, Fallback string }

// Attachments returns the lines of the attachments of a message.
func (r Renderer) Attachments(raw json.RawMessage) []string {
	var list []Attachment
	_ = json.Unmarshal(raw, &list) // was checked when posted, or is empty
	var lines []string
	for _, a := range list {
		shown := false
		for _, text := range []string{a.Pretext, a.Title, a.Text} {
			if text != "" {
				lines, shown = append(lines, r.Mrkdwn(text)...), true
			}
		}
		if !shown && a.Fallback != "" {
			lines = append(lines, r.Mrkdwn(a.Fallback)...)
		}
	}
	return lines
}
