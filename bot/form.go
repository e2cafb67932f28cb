package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/bot/render"
	"logbot/commands/texts"
	"logbot/commands/typed"

	"github.com/slack-go/slack"
)

// formLives is how long a form counts whose channel Slack does not tell about: who
// pressed the button then saw the channel not long ago.
const formLives = 15 * time.Minute

// formOrigin is what a submitted form needs to know about the button that opened it.
// It is the form's metadata, which is signed: it says whose rights in which channel the
// answer needs.
type formOrigin struct {
	Line   string           `json:"l"`
	To     delivery.Address `json:"t"`
	Alone  bool             `json:"a"` // one person alone sees the message with the button
	Lang   texts.Lang       `json:"g"`
	Opened time.Time        `json:"o"`

	Removes *removal `json:"r,omitempty"` // of the form that asks whether to delete the message
}

// forms write and read the metadata of forms. All replicas have the same token, so that
// one reads what another wrote.
type forms struct{ key []byte }

func newForms(botToken string) forms {
	key := sha256.Sum256([]byte("metadata of forms\n" + botToken))
	return forms{key[:]}
}

// metadata is a signed origin.
func (f forms) metadata(o formOrigin) (string, error) {
	content, err := json.Marshal(o)
	return f.signature(content) + "." + string(content), err
}

// read returns the origin that was signed for the user; ok is false if it was not.
func (f forms) read(metadata, user string) (o formOrigin, ok bool) {
	signature, content, _ := strings.Cut(metadata, ".")
	if !hmac.Equal([]byte(signature), []byte(f.signature([]byte(content)))) {
		return formOrigin{}, false
	}
	err := json.Unmarshal([]byte(content), &o)
	return o, err == nil && user != "" && o.To.User == user
}

func (f forms) signature(content []byte) string {
	mac := hmac.New(sha256.New, f.key)
	mac.Write(content)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// submitted is the search that a submitted form asks for. If the form is filled in
// wrongly, or its metadata is not what the bot wrote, wrong is the response that says so.
func (f forms) submitted(c envelope.Content, lang texts.Lang) (j job, wrong *slack.ViewSubmissionResponse, ok bool) {
	if c.Form.Callback != render.SearchForm {
		return job{}, nil, false
	}
	o, genuine := f.read(c.Form.Metadata, c.From.User)
	if !genuine {
		return job{}, render.SearchError(texts.Bot.FormOld.In(lang)), true
	}
	expression, around, step := render.SearchInput(c.Form.Values)
	whole, err := typed.SearchLine(o.Line, typed.SearchForm{Expression: expression, Context: around, Step: step})
	if err != nil {
		return job{}, render.SearchError(typed.Sentence(err, o.Lang)), true
	}
	return job{From: c.From, Text: withoutSlash(whole), Again: whole, To: o.To, Alone: o.Alone, Opened: o.Opened}, nil, true
}
