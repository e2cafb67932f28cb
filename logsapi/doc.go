// Package logsapi reads build and code-check logs from Huawei Cloud CodeArts.
//
// Five endpoints carry the logs: four of them in pages (FinishedLog, LiveLog,
// StepLog, CheckLog), one as a file (StepFile). A Client speaks to all of them;
// Pages walks the pages of a log in either direction, and Join puts their texts
// together again.
//
// The further endpoints tell what the logs are of: Tasks and CheckTasks of a
// project, Builds of a task, Steps of a build. No region need have them, see
// OutOfReach.
//
// A Client keeps to a rate of requests and sends none for a while after its
// credential was refused, so that neither a busy channel gets the account
// throttled nor a wrong key gets locked.
//
// Where the documentation is silent or contradicts itself the decoding is
// lenient; what cannot be understood is an error and never an empty success.
package logsapi
