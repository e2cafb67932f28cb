package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// Run answers a request. It always returns a reply, and every text and file in
// that reply has been masked; nothing else leaves this package.
func (c *Commands) Run(ctx context.Context, r Request) reply.Reply {
	r = c.greeted(ctx, r)
	answer, err := c.answer(ctx, r, nil)
	if err != nil {
		verb := answer.Verb
		answer = apology(err, r.Lang)
		answer.Verb = verb
		if line := c.again(ctx, r, err); len(answer.Try) == 0 && line != "" {
			answer.Try = []reply.Example{{Line: line}}
		}
	}
	return c.mask(answer, r.Lang)
}

// answer takes a command from its text to its answer: parse, resolve what the words
// name, authorize the caller to read it, read, explain. resolved is the task that
// the first word names, if that is known; the access to it is checked all the same.
func (c *Commands) answer(ctx context.Context, r Request, resolved *find.Task) (answer reply.Reply, err error) {
	working, end := context.WithCancel(ctx)
	defer end() // also requests that the verb began and did not wait for

	in, verb, err := c.parse(working, r)
	if err != nil {
		return reply.Reply{}, err
	}
	defer func() { c.auditCommand(ctx, in, &answer, err) }() // also what is refused, or ends in a panic
	defer func() { answer.Verb = verb.Name }()

	in.resolved = resolved
	if err := verb.check(in); err != nil {
		return reply.Reply{}, err
	}
	in.stage = resolving
	if err := verb.resolve(working, c.names, in); err != nil { // and authorize
		return reply.Reply{}, err
	}
	if verb.posts(in) && !in.mayPost() {
		return reply.Reply{}, in.notPosted()
	}
	answer, err = verb.answer(working, in) // read and explain
	if err == nil {
		answer, err = c.forMe(ctx, in, c.permitted(in, answer))
		answer.Amend = c.amending(in, answer)
	}
	in.stage = over
	if err != nil {
		return reply.Reply{}, err
	}
	about := reply.About{Task: in.task.ID(), Name: in.task.Name, Build: in.build}
	if answer.Notice == nil {
		answer.Notice = reply.NoticeOf(about, in.meter.Exposed)
	}
	if answer.File != nil {
		answer.File.About = about
	}
	return answer, nil
}

// amending makes the later edit of an answer as ready to leave as the answer, if by then its
// caller may still post it. An answer for one person alone stays as it is: Slack lets an app
// change such a message only after a button of it was pressed.
func (c *Commands) amending(in *command, answer reply.Reply) func(context.Context) (reply.Reply, bool) {
	if answer.Amend == nil || answer.Private || answer.Failure != nil {
		return nil
	}
	return func(ctx context.Context) (reply.Reply, bool) {
		r, more := answer.Amend(ctx)
		if !more {
			return reply.Reply{}, false
		}
		by, err := now(ctx, c.callers, in.request)
		if err != nil {
			return reply.Reply{}, false
		}
		later := newCommand(in.Command, by)
		later.task, err = c.names.Resolved(ctx, later.Query, in.task.ID(), in.task.Label)
		if err != nil || !later.mayPost() {
			return reply.Reply{}, false
		}
		r = c.permitted(later, r)
		r.Verb = in.Verb.Name
		return c.mask(r, in.request.Lang), true
	}
}

// permitted is an answer without the lines that no rule lets the caller use on its task.
func (c *Commands) permitted(in *command, answer reply.Reply) reply.Reply {
	if in.task.ID() == "" {
		return answer
	}
	answer.Try = slices.DeleteFunc(answer.Try, func(e reply.Example) bool {
		word, _, _ := strings.Cut(e.Line, " ")
		v := c.verbNamed(word)
		return v != nil && v.names != nil && !c.names.Allows(in.Query, in.task, v.Name)
	})
	return answer
}

func (c *Commands) verbNamed(name string) *verb {
	if i := slices.IndexFunc(c.verbs, func(v *verb) bool { return v.Name == name }); i >= 0 {
		return c.verbs[i]
	}
	return nil
}

// greeted is a request that asks for the short help if it only greets, in Chinese
// if it greets in Chinese. A greeting that is the name of a task stays as it is.
func (c *Commands) greeted(ctx context.Context, r Request) Request {
	lang, greets := texts.Greeting(r.Text)
	if !greets || c.names.Known(ctx, r.caller(), strings.TrimSpace(r.Text)) {
		return r
	}
	if lang != texts.English {
		r.Lang = lang
	}
	r.Text = typed.Help
	return r
}

// parse reads the text of a request as a command of its caller.
func (c *Commands) parse(ctx context.Context, r Request) (*command, *verb, error) {
	parser := c.known
	parser.IsAlias = func(word string) bool { return c.names.IsAlias(r.caller(), word) }
	parser.IsTask = func(word string) bool { return c.names.IsTask(r.caller(), word) }
	parser.Examples = func(v *typed.Verb) []string { return c.names.Examples(r.caller(), v) }
	words, err := typed.Split(r.Text)
	if err != nil {
		return nil, nil, parser.Mended(err)
	}
	parsed, err := parser.Parse(c.aliasFirst(ctx, r, words))
	if err != nil {
		return nil, nil, err
	}
	return newCommand(parsed, r), c.verbNamed(parsed.Verb.Name), nil
}

// knownWithin is how long a command waits for lists to learn whether a word that may
// mean a verb is the name of a task.
const knownWithin = time.Second

// aliasFirst puts the verb that may be left out before an alias that somebody set
// and that looks like a mistyped verb, and before a task whose name is another word
// for a verb.
func (c *Commands) aliasFirst(ctx context.Context, r Request, words []string) []string {
	verbs := c.known.Verbs
	if len(words) == 0 || verbs.Named(words[0]) != nil {
		return words
	}
	called := verbs.Called(words[0]) != nil
	if !called && verbs.Near(words[0]) == "" {
		return words
	}
	ctx, cancel := context.WithTimeout(ctx, knownWithin)
	defer cancel()
	if c.names.IsSet(ctx, r.caller(), words[0]) || called && c.names.Known(ctx, r.caller(), words[0]) {
		return append([]string{typed.Fail}, words...)
	}
	return words
}

// forMe makes an answer one for the caller alone, because of --me or because no rule
// lets it be posted. A file, and what promises later messages, is sent as a direct
// message then: others would see it here.
func (c *Commands) forMe(ctx context.Context, in *command, answer reply.Reply) (reply.Reply, error) {
	switch later := answer.Undo != nil || answer.Follow != nil; {
	case answer.Private, answer.Direct:
		return answer, nil
	case answer.File != nil && in.Has(typed.Me):
		answer.Direct = true
		return answer, nil
	case (answer.File != nil || later) && !in.mayPost(): // answer checked the access
		return reply.Reply{}, in.notPosted()
	case !in.Has(typed.Me) && (answer.File != nil || later || !in.alone()):
		return answer, nil
	}
	answer.Private = true
	var try []reply.Example
	for _, e := range answer.Try {
		if line, ok := c.lineForMe(ctx, e); ok {
			e.Line = line
			try = append(try, e)
		}
	}
	switch {
	case in.alone():
		answer.Source = strings.TrimPrefix(answer.Source+" · ", " · ") + in.say(texts.PrivateAlone)
	case in.Channel != "":
		try = append(try, reply.Example{
			Line: in.Without(typed.Me).Line(), Does: in.say(texts.DoesShare), Button: in.say(texts.Share), Place: reply.InChannel,
		})
	}
	answer.Try = try
	return answer, nil
}

// lineForMe is an example's line with --me, so that what it answers is for the
// caller alone, too.
func (c *Commands) lineForMe(ctx context.Context, e reply.Example) (string, bool) {
	line, asked := e.Line, ""
	if e.Place == reply.AskFirst {
		line, asked = strings.TrimSuffix(line, typed.SearchEnd), typed.SearchEnd
	}
	in, _, err := c.parse(ctx, Request{Text: line})
	if err != nil {
		return "", false
	}
	return in.Again(typed.Me, "") + asked, true
}

// again is the line of a request that may be answered later: CodeArts or a store refused
// it, or it took too long. It is empty if the request itself is wrong.
func (c *Commands) again(ctx context.Context, r Request, err error) string {
	if _, wrong := errors.AsType[*typed.Problem](err); wrong {
		return ""
	}
	in, _, err := c.parse(ctx, r)
	if err != nil {
		return ""
	}
	return in.Line()
}

// apology is the private reply to an error.
func apology(err error, l texts.Lang) reply.Reply {
	p := typed.ProblemOf(err)
	r := reply.Reply{Private: true, Refused: true, Body: p.Says.In(l), Failure: failureOf(err)}
	for _, s := range p.Try {
		r.Try = append(r.Try, reply.Example{Line: s.Line, Does: s.Does.In(l)})
	}
	return r
}

// mask makes a reply ready to leave: its lines can be copied as they are, and all
// of it is masked.
func (c *Commands) mask(answer reply.Reply, l texts.Lang) reply.Reply {
	answer.Lang = l
	for i := range answer.Try {
		e := &answer.Try[i]
		e.Line = c.name + " " + e.Line
		if shown, unfilled := texts.Unfilled(e.Line, l); unfilled && e.Shown == "" {
			e.Shown = shown
		}
	}
	return reply.Mask(c.gate, answer)
}
