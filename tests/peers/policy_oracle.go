// Answers, with the API server's own policy code (Kubernetes 1.20), what an audit policy decides for a request.
//
// Standard input, one line each: {"policy": "YAML", "request": {"user", "groups", "verb", "path", "resource", "apiGroup",
// "apiVersion", "resourceName", "subresource", "namespace", "name"}}; without "policy", about the policy before.
// Standard output, one line each: {"level", "omitStages"}, or {"error"} where the API server refuses the policy.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sort"

	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

type request struct {
	User         *string  `json:"user"`
	Groups       []string `json:"groups"`
	Verb         string   `json:"verb"`
	Path         string   `json:"path"`
	Resource     bool     `json:"resource"`
	APIGroup     string   `json:"apiGroup"`
	APIVersion   string   `json:"apiVersion"`
	ResourceName string   `json:"resourceName"`
	Subresource  string   `json:"subresource"`
	Namespace    string   `json:"namespace"`
	Name         string   `json:"name"`
}

type question struct {
	Policy  *string `json:"policy"`
	Request request `json:"request"`
}

type answer struct {
	Level      string   `json:"level,omitempty"`
	OmitStages []string `json:"omitStages,omitempty"`
	Error      string   `json:"error,omitempty"`
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	var checker policy.Checker
	var refused string
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			out.Encode(answer{Error: "not a question: " + err.Error()})
			continue
		}
		if q.Policy != nil {
			checker, refused = nil, ""
			if p, err := policy.LoadPolicyFromBytes([]byte(*q.Policy)); err != nil {
				refused = err.Error()
			} else {
				checker = policy.NewChecker(p)
			}
		}
		if checker == nil {
			out.Encode(answer{Error: refused})
			continue
		}
		attrs := authorizer.AttributesRecord{
			Verb: q.Request.Verb, Path: q.Request.Path, ResourceRequest: q.Request.Resource,
			APIGroup: q.Request.APIGroup, APIVersion: q.Request.APIVersion, Resource: q.Request.ResourceName,
			Subresource: q.Request.Subresource, Namespace: q.Request.Namespace, Name: q.Request.Name,
		}
		if q.Request.User != nil {
			attrs.User = &user.DefaultInfo{Name: *q.Request.User, Groups: q.Request.Groups}
		}
		level, omit := checker.LevelAndStages(attrs)
		a := answer{Level: string(level)}
		for _, stage := range omit {
			a.OmitStages = append(a.OmitStages, string(stage))
		}
		sort.Strings(a.OmitStages)
		out.Encode(a)
	}
}
