package kinds

import (
	"time"

	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// TuningParams returns the parameters that say how connections are made and kept.
func TuningParams() []lang.Param {
	name := lang.TextKind()
	name.Name, name.Sample = "TEXT", "external"
	list := []lang.Param{{Name: "listener", Kind: name, Keyed: true, Optional: true, Doc: "name of the advertised listener whose addresses lookups give"}}
	for _, f := range broker.TuningFields() {
		k := Duration()
		plain := k.Parse
		k.Parse = func(text string) (any, error) {
			value, err := plain(text)
			if d, ok := value.(time.Duration); err == nil && ok {
				err = f.Check(d)
			}
			return value, err
		}
		k.Range = f.Least.String() + " to 10m"
		list = append(list, lang.Param{Name: f.Name, Kind: k, Keyed: true, Optional: true, Doc: f.Doc})
	}
	return list
}
