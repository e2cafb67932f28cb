// Package logsapi reads build and code-check logs from Huawei Cloud CodeArts.
//
// Five endpoints carry the logs: four of them in pages (FinishedLog, LiveLog,
// StepLog, CheckLog), one as a file (StepFile). A Client speaks to all of them;
// Pages walks the pages of a log in either direction, and Join puts their texts
// together again.
//
// Further endpoints list the Tasks and CheckTasks of a project, the Builds of a
// task and the Steps of a build. A region may lack them, see OutOfReach.
//
// Package wire carries the requests. Where the documentation is silent or
// contradicts itself, package lenient decodes the answers; what cannot be
// understood is an error and never an empty success.
package logsapi
