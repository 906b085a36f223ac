// The part of Prometheus' promtool that the tests use, without its clients of clouds: those take most of its build.
//
//	promtool test rules FILE...    what promtool itself runs: its unittest.go, copied beside this file by the build
//	promtool check rules FILE...   syntax of rule files and of their expressions
//	promtool check config FILE     prometheus.yaml, with static targets
package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

const (
	successExitCode = 0
	failureExitCode = 1
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "promtool test rules|check rules|check config FILE...")
		os.Exit(2)
	}
	files := os.Args[3:]
	expressions := parser.NewParser(parser.Options{})
	switch os.Args[1] + " " + os.Args[2] {
	case "test rules":
		os.Exit(RulesUnitTest(promqltest.LazyLoaderOpts{}, expressions, nil, false, false, false, files...))
	case "check rules":
		os.Exit(each(files, func(file string) []error {
			_, faults := rulefmt.ParseFile(file, false, model.UTF8Validation, expressions, quiet())
			return faults
		}))
	case "check config":
		os.Exit(each(files, func(file string) []error {
			if _, err := config.LoadFile(file, false, quiet()); err != nil {
				return []error{err}
			}
			return nil
		}))
	}
	fmt.Fprintln(os.Stderr, "unknown command")
	os.Exit(2)
}

func each(files []string, faultsOf func(file string) []error) int {
	code := successExitCode
	for _, file := range files {
		if faults := faultsOf(file); len(faults) > 0 {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, errors.Join(faults...))
			code = failureExitCode
		}
	}
	return code
}

// Of unittest.go: when a test starts.
func parseTime(text string) (time.Time, error) { return time.Parse(time.RFC3339Nano, text) }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
