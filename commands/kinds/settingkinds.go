package kinds

import (
	"slices"

	"pulsh/commands/lang"
	"pulsh/session/spec"
)

// SettingParams returns the parameters of settings; fresh returns the defaults, on
// which a value is tried.
func SettingParams[S any](settings []spec.Setting[S], fresh func() S) []lang.Param {
	var out []lang.Param
	for _, s := range settings {
		out = append(out, lang.Param{Name: s.Name, Keyed: true, Optional: true, Kind: settingKind(s, fresh), Doc: s.Doc,
			Default: defaultOf(s, fresh()), Change: changeOf(s, fresh())})
	}
	return out
}

// own is the default of a setting that is the group's name.
const own = "NAME"

// defaultOf returns the default of a setting as help shows it.
func defaultOf[S any](s spec.Setting[S], standard S) string {
	value := s.Get(&standard)
	if (s.Name == "topic" || s.Name == "subscription") && value != "" {
		return own
	}
	return value
}

// changeOf says what a change of a setting does while the load runs.
func changeOf[S any](s spec.Setting[S], standard S) string {
	makes := ""
	switch any(standard).(type) {
	case spec.Producer:
		makes = "makes new producers; the load goes on meanwhile, and nothing is lost or sent twice"
	case spec.Consumer:
		makes = "makes new consumers, which takes a moment; nothing is lost"
	default:
		return ""
	}
	if s.Live {
		return "takes effect at once"
	}
	return makes
}

// settingKind returns the kind of a setting's value.
func settingKind[S any](s spec.Setting[S], fresh func() S) lang.Kind {
	k := Find(s.Kind)
	standard := fresh()
	if k.Name == "WORD" {
		k = lang.Words(s.Words...)
	}
	k.Range = spec.RangeOf(s.Name)
	if s.Kind != "SHAPE" {
		k.Sample = s.Get(&standard)
	}
	k.Parse = func(text string) (any, error) {
		spec := fresh()
		return text, s.Set(&spec, text)
	}
	if len(s.Words) > 0 {
		k.Complete = func(*lang.Scene) []lang.Suggestion {
			var out []lang.Suggestion
			for _, w := range s.Words {
				out = append(out, lang.Suggestion{Text: w})
			}
			return out
		}
	}
	return k
}

// ProducerParams returns the settings of a producer group.
func ProducerParams() []lang.Param {
	return SettingParams(spec.ProducerSettings(), func() spec.Producer { return spec.DefaultProducer("fast") })
}

// ConsumerParams returns the settings of a consumer group.
func ConsumerParams() []lang.Param {
	return SettingParams(spec.ConsumerSettings(), func() spec.Consumer { return spec.DefaultConsumer("sub1") })
}

// ReaderParams returns the settings of a reader.
func ReaderParams() []lang.Param {
	return SettingParams(spec.ReaderSettings(), func() spec.Consumer { return spec.DefaultReader("r1") })
}

// GroupParams returns the settings of all kinds of group. A setting that several
// have takes the values of the consumer group if the kinds differ; where a reader
// begins is more than a consumer group can.
func GroupParams() []lang.Param {
	consuming := ConsumerParams()
	for i, p := range consuming {
		if p.Name == "from" {
			consuming[i].Kind = Position()
		}
	}
	out := slices.DeleteFunc(ProducerParams(), func(p lang.Param) bool {
		return slices.ContainsFunc(consuming, func(o lang.Param) bool { return o.Name == p.Name && o.Kind.Name != p.Kind.Name })
	})
	for _, p := range consuming {
		if !slices.ContainsFunc(out, func(o lang.Param) bool { return o.Name == p.Name }) {
			out = append(out, p)
		}
	}
	return out
}
