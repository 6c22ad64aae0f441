package spec

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// OwnCluster is the name of the session's own cluster, the one that connect chooses.
const OwnCluster = "default"

// ClusterName returns the name of a group's cluster; "" is the session's own.
func ClusterName(cluster string) string { return cmp.Or(cluster, OwnCluster) }

// OnCluster returns the setting that chooses a cluster in a line of advice, with a blank
// before it: " cluster=eu", "" for the session's own.
func OnCluster(name string) string {
	if ClusterName(name) == OwnCluster {
		return ""
	}
	return " cluster=" + name
}

// CheckClusterName refuses a name that a cluster cannot have. The rules are those of the
// names of groups.
func CheckClusterName(name string) error {
	if name == "" {
		return fmt.Errorf("a cluster needs a name")
	}
	if err := CheckName(name); err != nil {
		return errors.New(strings.Replace(err.Error(), "name a group", "name a cluster", 1))
	}
	return nil
}

func readCluster(into *string, text string) error {
	if text == OwnCluster {
		*into = ""
		return nil
	}
	err := CheckClusterName(text)
	if err == nil {
		*into = text
	}
	return err
}

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
