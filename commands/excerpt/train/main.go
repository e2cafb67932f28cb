// Command train learns the ranker of excerpts from a corpus of labelled logs: once
// from all logs, to be shipped, and for each of five folds from the logs outside
// it, to be measured. Every machine learns the same.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	corpus := flag.String("corpus", "", "folder of labelled logs")
	out := flag.String("out", "", "Go file for the ranker learned from all logs")
	into := flag.String("folds", "", "folder for the rankers of the folds")
	rules := flag.Bool("needs", false, "say which rules no fold needs, instead of learning for all logs")
	flag.Parse()
	if err := run(*corpus, *out, *into, *rules); err != nil {
		fmt.Fprintln(os.Stderr, "learn the ranker:", err)
		os.Exit(1)
	}
}

func run(corpus, out, into string, rules bool) error {
	logs, err := readCorpus(corpus)
	if err != nil {
		return err
	}
	reader, err := newReader(logs)
	if err != nil {
		return err
	}
	l := &learner{reader: reader}
	l.learn()
	l.report()
	if rules {
		l.reportNeeds()
		return nil
	}
	if out != "" {
		if err := writeTable(out, l.whole); err != nil {
			return err
		}
	}
	if into != "" {
		return l.writeFolds(into)
	}
	return nil
}
