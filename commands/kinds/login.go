package kinds

import (
	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// LoginParams returns the settings of connect that prove who the client is.
func LoginParams(file, variable lang.Kind) []lang.Param {
	word := lang.TextKind()
	word.Name, word.Sample = "TEXT", "load"
	var list []lang.Param
	for _, f := range broker.LoginFields() {
		k := word
		switch {
		case f.File:
			k = file
		case f.Name == "password_env":
			k = variable
		}
		list = append(list, lang.Param{Name: f.Name, Kind: k, Keyed: true, Optional: true, Doc: f.Doc})
	}
	return list
}
