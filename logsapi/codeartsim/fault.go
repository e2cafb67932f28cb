package codeartsim

// Fault is something that a Server does and that clients were seen to fail on.
// Faults that hit only some requests take a number: "throttle=5" hits the first of
// every five. Others take what Switch.Takes says. An endpoint after @ limits the
// fault to it: "busy=2@full-stages".
type Fault string

const (
	OffsetsString    Fault = "offsets-string"
	OffsetsNull      Fault = "offsets-null"
	OffsetsStuck     Fault = "offsets-stuck"
	OffsetsBack      Fault = "offsets-back"
	NewestFirst      Fault = "newest-first"
	EmptyLog         Fault = "empty-log"
	MoreWhileRunning Fault = "more-while-running"
	CutLine          Fault = "cut-line"
	CutRune          Fault = "cut-rune"
	CutStamp         Fault = "cut-stamp"
	NoLineFeed       Fault = "no-line-feed"
	LogTruncated     Fault = "log-truncated"

	Glued      Fault = "glued"
	NoStamps   Fault = "no-stamps"
	OutOfOrder Fault = "out-of-order"
	BadBytes   Fault = "bad-bytes"

	ErrorEmpty       Fault = "error-empty"
	ErrorNull        Fault = "error-null"
	ErrorBlank       Fault = "error-blank"
	ErrorObject      Fault = "error-object"
	ErrorString      Fault = "error-string"
	ErrorOlder       Fault = "error-older"
	ErrorStringified Fault = "error-stringified"
	Error200         Fault = "error-200"
	Chinese          Fault = "chinese"

	Throttle         Fault = "throttle"
	ThrottleWait     Fault = "throttle-wait"
	Busy             Fault = "busy"
	BadGateway       Fault = "bad-gateway"
	Lost             Fault = "lost"
	Refuse           Fault = "refuse"
	Unauthorized     Fault = "unauthorized"
	UnauthorizedOnce Fault = "unauthorized-once"
	ClockSkew        Fault = "clock-skew"

	RecordInfoMissing Fault = "record-info-missing"
	NotPublished      Fault = "not-published"
	Forbidden         Fault = "forbidden"
	OtherShape        Fault = "other-shape"
	OtherNames        Fault = "other-names"
	OtherIDs          Fault = "other-ids"

	SignOnPage   Fault = "sign-on-page"
	EmptyBody    Fault = "empty-body"
	Gzip         Fault = "gzip"
	BodyCut      Fault = "body-cut"
	BodyStall    Fault = "body-stall"
	Latency      Fault = "latency"
	Bandwidth    Fault = "bandwidth"
	Redirect     Fault = "redirect"
	RedirectAway Fault = "redirect-away"

	FileJSON   Fault = "file-json"
	FileHTML   Fault = "file-html"
	FileGzip   Fault = "file-gzip"
	FileZip    Fault = "file-zip"
	FileRanges Fault = "file-ranges"
	FileBig    Fault = "file-big"
)

// plainFaults are the faults without hooks: the endpoints ask for them by name.
func plainFaults() []Switch {
	return []Switch{
		{Fault: OffsetsString, Does: "offsets are strings of digits"},
		{Fault: OffsetsNull, Does: "offsets of an empty log are null"},
		{Fault: OffsetsStuck, Does: "every further page is the page before once more, with more to come"},
		{Fault: OffsetsBack, Does: "the offsets of every further page lie before those that were sent, with more to come"},
		{Fault: NewestFirst, Does: "the lines inside a descending page come newest first"},
		{Fault: EmptyLog, Every: 2, Does: "the log of a page is empty although more is to come; the same request again gets it"},
		{Fault: MoreWhileRunning, Does: "has_more stays true as long as the build runs"},
		{Fault: CutLine, Does: "pages end inside a line"},
		{Fault: CutRune, Does: "pages end inside a UTF-8 sequence; its bytes come as U+FFFD"},
		{Fault: CutStamp, Does: "pages end inside a stamp"},
		{Fault: NoLineFeed, Does: "the text of a page lacks its final line feed, the offsets count it"},
		{Fault: LogTruncated, Does: "the log of every further page ends halfway before the offset that was sent"},

		{Fault: Glued, Does: "some entries stand on the line of the one before"},
		{Fault: NoStamps, Does: "some entries have no stamp"},
		{Fault: OutOfOrder, Does: "some entries come before an earlier one"},
		{Fault: BadBytes, Does: "some lines hold a byte that is not UTF-8; JSON carries it as U+FFFD"},

		{Fault: ErrorEmpty, Does: `a success of Build says "error": {} instead of null`},
		{Fault: ErrorNull, Does: `a success of Check says "error": null instead of {}`},
		{Fault: ErrorBlank, Does: `a success says "error": ""`},
		{Fault: ErrorObject, Does: "refusals of a service are an envelope with an error object"},
		{Fault: ErrorString, Does: "refusals of a service are an envelope with an error text"},
		{Fault: ErrorOlder, Does: "refusals of a service are the older {success, message, err_code, result}"},
		{Fault: ErrorStringified, Does: "refusals of a service are a JSON string that holds the JSON"},
		{Fault: Error200, Does: "refusals of a service come with status 200"},
		{Fault: Chinese, Does: "refusals of a service are in Chinese"},

		{Fault: Throttle, Every: 3, Does: "429 APIGW.0308 without Retry-After"},
		{Fault: ThrottleWait, Every: 3, Does: "429 APIGW.0308 with Retry-After: 1"},
		{Fault: Busy, Every: 3, Does: "500 CB.00060211, too many requests"},
		{Fault: BadGateway, Every: 3, Does: "502, 503 and 504 in turn, with the page of a proxy"},
		{Fault: Lost, Every: 3, Does: "the connection is closed without an answer"},
		{Fault: Refuse, Takes: takesCode, Does: "every request is refused with this code and its status, such as CB.00031059 with 403"},
		{Fault: Unauthorized, Does: "every credential is wrong: 401 APIGW.0301, and five signatures lock the key"},
		{Fault: UnauthorizedOnce, Does: "the first request gets 401 APIGW.0301, token expires"},
		{Fault: ClockSkew, Takes: takesDuration, Default: "20m", Does: "the clock of the gateway is ahead by this much"},

		{Fault: RecordInfoMissing, Does: "record-info is not published: 404 APIGW.0101"},
		{Fault: NotPublished, Takes: takesEndpoint, Default: allFurther, Does: "this endpoint, or all further ones, is not published: 404 APIGW.0101"},
		{Fault: Forbidden, Takes: takesEndpoint, Default: allFurther, Does: "the account may not use this endpoint, or all further ones: 403 APIGW.0302"},
		{Fault: OtherShape, Does: "further endpoints answer in the other shape that sources describe, such as jobs and total without result"},
		{Fault: OtherNames, Does: "further endpoints use the other field names that sources describe, such as name and job_id"},
		{Fault: OtherIDs, Does: "sequence and node_id of a stage are not what task_name and step_id of its log take"},

		{Fault: SignOnPage, Does: "every answer is the HTML page of a single sign-on, with status 200"},
		{Fault: EmptyBody, Every: 2, Does: "a success has an empty body"},
		{Fault: Gzip, Does: "answers are gzip-encoded for those who accept it"},
		{Fault: BodyCut, Every: 2, Does: "the connection is closed in the middle of the body"},
		{Fault: BodyStall, Every: 2, Does: "nothing comes any more after half of the body"},
		{Fault: Latency, Takes: takesDuration, Default: "50ms", Does: "every answer begins this much later"},
		{Fault: Bandwidth, Takes: takesBytes, Default: "65536", Does: "so many bytes of a body come in a second"},
		{Fault: Redirect, Takes: takesCount, Default: "1", Does: "every request is redirected so many times before it is answered"},
		{Fault: RedirectAway, Does: "every request is redirected to another host, which needs no credentials and counts those it gets"},

		{Fault: FileJSON, Does: "the step file is a JSON error with status 200"},
		{Fault: FileHTML, Does: "the step file is an HTML sign-on page with status 200"},
		{Fault: FileGzip, Does: "the step file is a gzip file"},
		{Fault: FileZip, Does: "the step file is a ZIP file"},
		{Fault: FileRanges, Does: "the step file can be continued: Range is honoured"},
		{Fault: FileBig, Takes: takesBytes, Default: "1073741824", Does: "the step file has at least so many bytes, made while they are sent"},
	}
}
