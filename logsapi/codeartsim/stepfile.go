package codeartsim

import (
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

var stageName = regexp.MustCompile(`^stage([1-9][0-9]{0,8})$`)

// stepFile is GET /v4/{record_id}/task-log.
func (c *call) stepFile() error {
	switch {
	case c.faults.has(FileJSON):
		writeJSON(c, http.StatusOK, map[string]string{"error_code": "CB.00060100", "error_msg": "The system is busy. Try again later."})
		return nil
	case c.faults.has(FileHTML):
		c.signOnPage()
		return nil
	}
	st, err := c.stage()
	if err != nil {
		return err
	}
	log := st.log
	switch level := c.request.URL.Query().Get("log_level"); level {
	case "", "INFO":
	case "DEBUG":
		log = st.debug
	default:
		return refusal(http.StatusBadRequest, codeParameter, "log_level is neither INFO nor DEBUG.")
	}
	if size := c.faults.amount(FileBig); size > 0 {
		log = bigLog(size)
	}
	c.writeFile(fmt.Sprintf("stage%d.log", st.number), log)
	return nil
}

// stage finds the step whose file is asked for.
func (c *call) stage() (stepView, error) {
	b, err := logged(c.record())
	if err != nil {
		return stepView{}, err
	}
	name := stageName.FindStringSubmatch(c.request.URL.Query().Get("task_name"))
	if name == nil {
		return stepView{}, refusal(http.StatusBadRequest, codeFileName, "task_name is not of the form stageX.")
	}
	n, err := strconv.Atoi(name[1])
	if err != nil || n > len(b.steps) {
		return stepView{}, refusal(http.StatusNotFound, codeFileName, "The log file does not exist.")
	}
	return b.steps[n-1], nil
}

// writeFile sends a log as a file; it is never in memory as a whole. What fails
// while it is sent fails because the caller went away.
func (c *call) writeFile(name string, log *text) {
	content := io.NewSectionReader(log, 0, log.size)
	header := c.Header()
	send := func(kind, name string) {
		header.Set("Content-Type", kind)
		header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	}
	switch {
	case c.faults.has(FileGzip):
		send("application/gzip", name+".gz")
		z := gzip.NewWriter(c)
		io.Copy(z, content)
		z.Close()
	case c.faults.has(FileZip):
		send("application/zip", name+".zip")
		z := zip.NewWriter(c)
		if entry, err := z.Create(name); err == nil {
			io.Copy(entry, content)
		}
		z.Close()
	case c.faults.has(FileRanges):
		send("application/octet-stream", name)
		header.Set("ETag", fmt.Sprintf(`"%x"`, log.size))
		http.ServeContent(c, c.request, name, time.Time{}, content)
	default:
		send("application/octet-stream", name)
		header.Set("Content-Length", strconv.FormatInt(log.size, 10))
		io.Copy(c, content)
	}
}

// bigLog is a log of at least so many bytes, made of one block that comes again
// and again, its stamps a second later every time.
func bigLog(size int64) *text {
	start := time.Date(2026, 11, 20, 14, 0, 0, 0, wallClock)
	var block []byte
	for i := range 500 {
		block = start.Add(time.Duration(i)*2*time.Millisecond).AppendFormat(block, stampForm)
		block = fmt.Appendf(block, " [INFO] compiling unit %03d of the big step: 编译第 %03d 个单元, nothing to see here\n", i, i)
	}
	length := int64(len(block))
	return newText(newPiece(block, (size+length-1)/length, time.Second))
}
