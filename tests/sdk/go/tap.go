package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// A test is a sentence that the story shows to be true.
type test struct {
	sentence string
	show     func()
}

// failure is what a test panics with when it sees something else than it says.
type failure string

// tell prints the results of the tests in the form node's runner prints too, and ends the process.
func tell(tests []test, skipped func(test) string) {
	status := 0
	for number, each := range tests {
		if reason := skipped(each); reason != "" {
			fmt.Printf("ok %d - %s # SKIP %s\n", number+1, each.sentence, reason)
		} else if problem := outcome(each); problem == "" {
			fmt.Printf("ok %d - %s\n", number+1, each.sentence)
		} else {
			fmt.Printf("not ok %d - %s\n  %s\n", number+1, each.sentence, strings.ReplaceAll(problem, "\n", "\n  "))
			status = 1
		}
	}
	os.Exit(status)
}

func outcome(each test) (problem string) {
	defer func() {
		if caught := recover(); caught != nil {
			problem = fmt.Sprint(caught)
		}
	}()
	each.show()
	return ""
}

func equal[T any](actual, expected T) {
	if !reflect.DeepEqual(actual, expected) {
		panic(failure(fmt.Sprintf("%s is not %s", brief(actual), brief(expected))))
	}
}

func brief(value any) string {
	text := fmt.Sprintf("%#v", value)
	if len(text) > 500 {
		return fmt.Sprintf("%s... (%d bytes)", text[:500], len(text))
	}
	return text
}

func succeeds(err error) {
	if err != nil {
		panic(failure(err.Error()))
	}
}

// must is the answer of a call that has to succeed.
func must[T any](answer T, err error) T {
	succeeds(err)
	return answer
}

// refused takes a call's answer apart from its error, which has to be the service's with this status and code.
func refused[T any](status int, code string) func(T, error) {
	return func(_ T, err error) {
		var answer *azcore.ResponseError
		if !errors.As(err, &answer) {
			panic(failure(fmt.Sprintf("not refused with %d %s, but: %v", status, code, err)))
		}
		equal(fmt.Sprint(answer.StatusCode, " ", answer.ErrorCode), fmt.Sprint(status, " ", code))
	}
}
