package spec

import (
	"fmt"
	"strings"
)

// CheckName refuses a name that a group cannot have. A name is a letter
// followed by letters, digits, - and _, at most 32 characters in all.
func CheckName(name string) error {
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	switch {
	case name == "":
		return fmt.Errorf("a group needs a name")
	case len(name) > nameMax:
		return fmt.Errorf("%q is longer than %d characters", name, nameMax)
	case name == "all" || name == "total" || name == "process" || name == "session":
		return fmt.Errorf("%q is reserved and cannot name a group", name)
	case !letter(rune(name[0])):
		return fmt.Errorf("%q is not a name: it must begin with a letter", name)
	}
	if i := strings.IndexFunc(name, func(r rune) bool {
		return !letter(r) && !(r >= '0' && r <= '9') && r != '-' && r != '_'
	}); i >= 0 {
		return fmt.Errorf("%q is not a name: use letters, digits, - and _", name)
	}
	return nil
}
