// Sends events with fluent-logger-golang and prints what the logger says of each.
//
// Standard input: {"config": fluent.Config, "tag", "events": [{"message", "nanoseconds"}, ...]}
// Standard output: {"sent": the events that Post reports as written, acknowledged where acks are on, "errors": [texts]}
package main

import (
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/fluent/fluent-logger-golang/fluent"
)

type job struct {
	Config fluent.Config
	Tag    string
	Events []struct {
		Message     string
		Nanoseconds int64
	}
}

type report struct {
	Sent   int      `json:"sent"`
	Errors []string `json:"errors"`
}

func (r *report) add(err error) {
	if err != nil {
		r.Errors = append(r.Errors, err.Error())
	} else {
		r.Sent++
	}
}

func send(j job) report {
	r := report{Errors: []string{}}
	logger, err := fluent.New(j.Config)
	if err != nil {
		r.add(err)
		return r
	}
	for _, event := range j.Events {
		record := map[string]string{"message": event.Message}
		r.add(logger.PostWithTime(j.Tag, time.Unix(0, event.Nanoseconds), record))
	}
	if err := logger.Close(); err != nil {
		r.add(err)
	}
	return r
}

func main() {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(send(j)); err != nil {
		log.Fatal(err)
	}
}
