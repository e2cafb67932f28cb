package people

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/bot/envelope"
	"logbot/logsapi/lenient"
)

// slackAPI is the base URL of Slack's Web API.
const slackAPI = "https://slack.com/api/"

// maxAnswer bounds an answer of Slack's, in bytes.
const maxAnswer = 1 << 20

// API calls the methods that look something up. slack-go's types lack the fields that
// tell strangers from members, and refuse a channel whose newest message has an
// attachment that they do not know. It is safe for concurrent use.
type API struct {
	base   string
	token  string
	client *http.Client
	sender *send.Sender
}

// NewAPI returns an API; base is of a stand-in for Slack, empty for Slack itself.
func NewAPI(base, token string, client *http.Client, sender *send.Sender) *API {
	if base == "" {
		base = slackAPI
	}
	return &API{base: strings.TrimSuffix(base, "/") + "/", token: token, client: client, sender: sender}
}

// User implements Caller (users.info).
func (a *API) User(ctx context.Context, id string) (User, error) {
	var answer struct {
		User struct {
			TeamID     lenient.Text `json:"team_id"`
			Locale     lenient.Text `json:"locale"`
			Deleted    lenient.Flag `json:"deleted"`
			IsAdmin    lenient.Flag `json:"is_admin"`
			IsOwner    lenient.Flag `json:"is_owner"`
			IsBot      lenient.Flag `json:"is_bot"`
			IsStranger lenient.Flag `json:"is_stranger"`
			Restricted lenient.Flag `json:"is_restricted"`
			Ultra      lenient.Flag `json:"is_ultra_restricted"`
			Name       lenient.Text `json:"name"`
			RealName   lenient.Text `json:"real_name"`
			Profile    struct {
				DisplayName lenient.Text `json:"display_name"`
				RealName    lenient.Text `json:"real_name"`
			} `json:"profile"`
			EnterpriseUser struct {
				EnterpriseID lenient.Text `json:"enterprise_id"`
			} `json:"enterprise_user"`
		} `json:"user"`
	}
	err := a.call(ctx, "users.info", send.Tier4("users.info"), url.Values{"user": {id}, "include_locale": {"true"}}, &answer)
	u := answer.User
	return User{
		Name: string(cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name)),
		Team: string(u.TeamID), Enterprise: string(u.EnterpriseUser.EnterpriseID), Locale: string(u.Locale),
		Guest: bool(u.Restricted || u.Ultra), Foreign: bool(u.IsStranger), App: bool(u.IsBot),
		Admin: bool(u.IsAdmin || u.IsOwner), Left: bool(u.Deleted),
	}, err
}

// Members implements Caller (usergroups.users.list, scope usergroups:read). A group that
// was disabled has no members.
func (a *API) Members(ctx context.Context, group string) ([]string, error) {
	var answer struct {
		Users []string `json:"users"`
	}
	err := a.call(ctx, "usergroups.users.list", send.Tier2("usergroups.users.list"), url.Values{"usergroup": {group}}, &answer)
	return answer.Users, err
}

// Channel implements Caller (conversations.info). A channel that is shared within an
// organisation is not shared.
func (a *API) Channel(ctx context.Context, channel string) (Channel, error) {
	var answer struct {
		Channel struct {
			ExtShared lenient.Flag `json:"is_ext_shared"`
			Private   lenient.Flag `json:"is_private"`
			Group     lenient.Flag `json:"is_mpim"`
		} `json:"channel"`
	}
	err := a.call(ctx, "conversations.info", send.Tier3("conversations.info"), url.Values{"channel": {channel}}, &answer)
	c := answer.Channel
	return Channel{Shared: bool(c.ExtShared), Private: bool(c.Private || c.Group)}, err
}

// InChannel implements Caller (conversations.members).
func (a *API) InChannel(ctx context.Context, user, channel string) (bool, error) {
	args := url.Values{"channel": {channel}, "limit": {strconv.Itoa(pageOfMembers)}}
	for range maxPages {
		var answer struct {
			Members  []string `json:"members"`
			Metadata struct {
				Next lenient.Text `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := a.call(ctx, "conversations.members", send.Tier4("conversations.members"), args, &answer); err != nil {
			return false, err
		}
		if slices.Contains(answer.Members, user) {
			return true, nil
		}
		if answer.Metadata.Next == "" {
			return false, nil
		}
		args.Set("cursor", string(answer.Metadata.Next))
	}
	return false, fmt.Errorf("conversations.members: more than %d members", maxPages*pageOfMembers)
}

// A channel with more members than these is not looked through.
const (
	pageOfMembers = 999 // "must be an integer under 1000" (methods/conversations.members)
	maxPages      = 10
)

// call calls a method, at Slack's pace, and again after failures until ctx ends.
func (a *API) call(ctx context.Context, method string, limit send.Limit, args url.Values, into any) error {
	return a.sender.Step(ctx, &send.Request{What: method},
		a.sender.RetryFreely(), a.sender.Paced(limit),
		send.Attempt(func(ctx context.Context) error { return a.once(ctx, method, args, into) }))
}

func (a *API) once(ctx context.Context, method string, args url.Values, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.base+method, strings.NewReader(args.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+a.token)
	resp, err := a.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	switch {
	case resp.StatusCode == http.StatusTooManyRequests && err == nil:
		return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	case resp.StatusCode != http.StatusOK:
		return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	var answer json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, maxAnswer)).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer of %s: %w", method, err)
	}
	var said struct {
		OK     lenient.Flag `json:"ok"`
		Error  lenient.Text `json:"error"`
		Needed lenient.Text `json:"needed"`
	}
	if err := envelope.Decode(answer, &said); err != nil {
		return err
	}
	if !said.OK {
		return slack.SlackErrorResponse{Err: string(said.Error), Needed: string(said.Needed)}
	}
	return envelope.Decode(answer, into)
}
