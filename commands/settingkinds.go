package commands

import (
	"slices"

	"pulsh/commands/lang"
	"pulsh/session/spec"
)

// settingParams makes parameters of a group's settings; fresh is a
// specification on which a value is tried.
func settingParams[S any](settings []spec.Setting[S], fresh func() S) []lang.Param {
	var out []lang.Param
	for _, s := range settings {
		out = append(out, lang.Param{Name: s.Name, Keyed: true, Optional: true, Kind: settingKind(s, fresh), Doc: s.Doc})
	}
	return out
}

// settingKind is the kind of a setting's value.
func settingKind[S any](s spec.Setting[S], fresh func() S) lang.Kind {
	k := findKind(s.Kind)
	standard := fresh()
	if k.Name == "WORD" {
		k = lang.Words(s.Words...)
	}
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

func producerParams() []lang.Param {
	return settingParams(spec.ProducerSettings(), func() spec.Producer { return spec.DefaultProducer("fast") })
}

func consumerParams() []lang.Param {
	return settingParams(spec.ConsumerSettings(), func() spec.Consumer { return spec.DefaultConsumer("sub1") })
}

// groupParams are the settings of either kind of group; those that both have
// are read alike, or by what a consumer group has where that takes more.
func groupParams() []lang.Param {
	consuming := consumerParams()
	out := slices.DeleteFunc(producerParams(), func(p lang.Param) bool {
		return slices.ContainsFunc(consuming, func(o lang.Param) bool { return o.Name == p.Name && o.Kind.Name != p.Kind.Name })
	})
	for _, p := range consuming {
		if !slices.ContainsFunc(out, func(o lang.Param) bool { return o.Name == p.Name }) {
			out = append(out, p)
		}
	}
	return out
}
