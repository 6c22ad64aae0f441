package kinds

import (
	"pulsh/commands/lang"
	"pulsh/session/broker"
)

// TuningParams returns the parameters that say how connections are made and kept. Their
// values are the texts that the fields of a broker.Tuning read.
func TuningParams() []lang.Param {
	var list []lang.Param
	for _, f := range broker.TuningFields() {
		k := lang.TextKind()
		switch f.Value {
		case "DURATION":
			k = Duration()
		case "BYTES":
			k = Bytes()
			k.Complete = lang.Offer("16MiB", "", "64MiB", "", "1GiB", "")
		}
		k.Sample, k.Range = f.Sample, f.Range
		k.Parse = func(text string) (any, error) { return text, f.Write(&broker.Tuning{}, text) }
		list = append(list, lang.Param{Name: f.Name, Kind: k, Keyed: true, Optional: true, Doc: f.Doc})
	}
	return list
}
