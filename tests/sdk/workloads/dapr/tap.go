package main

import (
	"fmt"
	"os"
	"reflect"
)

// A test is a sentence that the story shows to be true; it panics where it sees something else.
type test struct {
	sentence string
	show     func()
}

// tell prints the results as TAP, and ends the process.
func tell(tests []test) {
	status := 0
	for number, each := range tests {
		if problem := outcome(each); problem == nil {
			fmt.Printf("ok %d - %s\n", number+1, each.sentence)
		} else {
			fmt.Printf("not ok %d - %s\n  %v\n", number+1, each.sentence, problem)
			status = 1
		}
	}
	os.Exit(status)
}

func outcome(each test) (problem any) {
	defer func() { problem = recover() }()
	each.show()
	return nil
}

func succeeds(err error) {
	if err != nil {
		panic(err)
	}
}

func equal[T any](actual, expected T) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("%#v is not %#v", actual, expected))
	}
}
