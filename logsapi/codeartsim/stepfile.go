package codeartsim

import (
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"logbot/logsapi/codeartsim/folder"
	"logbot/logsapi/codeartsim/logtext"
)

var stageName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^stage([1-9][0-9]{0,8})$`) })

// insteadOfFile answers with what a fault puts in the place of a file.
func (c *exchange) insteadOfFile() bool {
	switch {
	case c.faults.has(FileJSON):
		c.writeJSON(http.StatusOK, map[string]string{"error_code": "CB.00060100", "error_msg": "The system is busy. Try again later."})
	case c.faults.has(FileHTML):
		c.signOnPage()
	default:
		return false
	}
	return true
}

// serveBuildFile serves GET /v4/{record_id}/download-log and its successor GET
// /v1/log/{record_id}/download-log: the log of a build, as far as it has come.
func serveBuildFile(c *exchange) error {
	if c.insteadOfFile() {
		return nil
	}
	b, err := withLog(c.record())
	if err != nil {
		return err
	}
	log := b.Log
	if c.faults.has(OtherFile) {
		log = logtext.Join(logtext.Of([]byte("# log of the build\n#\n")), log)
	}
	c.writeFile("build.log", log)
	return nil
}

// serveStepFile serves GET /v4/{record_id}/task-log and its successor GET
// /v1/log/{record_id}/task-log.
func serveStepFile(c *exchange) error {
	if c.insteadOfFile() {
		return nil
	}
	st, err := c.requestedStage()
	if err != nil {
		return err
	}
	log := st.Log
	switch level := c.request.URL.Query().Get("log_level"); level {
	case "", "INFO":
	case "DEBUG":
		log = st.Debug
	default:
		return refusal(http.StatusBadRequest, codeParameter, "log_level is neither INFO nor DEBUG.")
	}
	if size := c.faults.amount(FileBig); size > 0 {
		log = repeatedLog(size)
	}
	c.writeFile(fmt.Sprintf("stage%d.log", st.Number), log)
	return nil
}

// requestedStage returns the step whose file is requested.
func (c *exchange) requestedStage() (folder.StepSnapshot, error) {
	b, err := withLog(c.record())
	if err != nil {
		return folder.StepSnapshot{}, err
	}
	name := stageName().FindStringSubmatch(c.request.URL.Query().Get("task_name"))
	if name == nil {
		return folder.StepSnapshot{}, refusal(http.StatusBadRequest, codeFileName, "task_name is not of the form stageX.")
	}
	n, err := strconv.Atoi(name[1])
	if err != nil || n > len(b.Steps) {
		return folder.StepSnapshot{}, refusal(http.StatusNotFound, codeFileName, "The log file does not exist.")
	}
	return b.Steps[n-1], nil
}

// writeFile sends a log as a file without having it in memory as a whole. Writing
// fails only if the client has gone away.
func (c *exchange) writeFile(name string, log *logtext.Text) {
	content := io.NewSectionReader(log, 0, log.Size)
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
		header.Set("ETag", fmt.Sprintf(`"%x"`, log.Size))
		http.ServeContent(c, c.request, name, time.Time{}, content)
	default:
		send("application/octet-stream", name)
		header.Set("Content-Length", strconv.FormatInt(log.Size, 10))
		io.Copy(c, content)
	}
}

// repeatedLog returns a log of at least size bytes from one repeated block, whose
// stamps advance by a second.
func repeatedLog(size int64) *logtext.Text {
	start := time.Date(2026, 11, 20, 14, 0, 0, 0, folder.ChinaTime)
	var block []byte
	for i := range 500 {
		block = start.Add(time.Duration(i)*2*time.Millisecond).AppendFormat(block, logtext.StampLayout)
		block = fmt.Appendf(block, " [INFO] compiling unit %03d of the big step: 编译第 %03d 个单元, nothing to see here\n", i, i)
	}
	length := int64(len(block))
	return logtext.New(logtext.NewPiece(logtext.NewBlock(block), (size+length-1)/length, time.Second))
}
