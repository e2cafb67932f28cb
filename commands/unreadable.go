package commands

import (
	"net/http"

	"logbot/commands/reply"
	"logbot/commands/texts"
)

// maxUnreadable is how many tasks are named of those that cannot be read.
const maxUnreadable = 5

// Unreadable tells a channel that CodeArts refuses to show tasks that it watches, and
// what an operator must do. status is 401 if it does not accept the credential of logbot,
// and 403 if the account has no right. The announcements are of one channel, at least one.
func (n *Announcer) Unreadable(tasks []Announcement, status int) reply.Reply {
	says := texts.WatchForbidden
	if status == http.StatusUnauthorized {
		says = texts.WatchUnauthorized
	}
	lang := tasks[0].Lang
	return n.finish(reply.Reply{Body: says.With(n.namesOf(tasks)).In(lang)}, lang)
}

// Readable tells a channel that tasks can be read again of which Unreadable has told.
func (n *Announcer) Readable(tasks []Announcement) reply.Reply {
	lang := tasks[0].Lang
	return n.finish(reply.Reply{Body: texts.WatchReadable.With(n.namesOf(tasks)).In(lang)}, lang)
}

func (n *Announcer) namesOf(tasks []Announcement) texts.Phrase {
	var names texts.Names
	for _, a := range tasks[:min(len(tasks), maxUnreadable)] {
		names = append(names, n.names.Label(a.Task, a.Name).Name)
	}
	if more := len(tasks) - len(names); more > 0 {
		return texts.WatchAndMore.With(names, texts.Thousands(more))
	}
	return texts.Join(texts.Nothing, names)
}
