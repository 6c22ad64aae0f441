package metrics

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// restPart are the goroutines without a label, and runtimePart those of the Go runtime
// itself, and what no goroutine does.
const (
	restPart    = ""
	runtimePart = "runtime"
)

// cpuProfile is a CPU profile of runtime/pprof as far as it is looked at here.
type cpuProfile struct {
	texts     []string
	samples   [][]byte
	functions map[uint64]uint64   // their names, by their ids
	locations map[uint64][]uint64 // their functions, from the callee to the caller
}

// readProfile reads a profile. Of one that is damaged it reads what it can.
func readProfile(data []byte) *cpuProfile {
	p := &cpuProfile{functions: map[uint64]uint64{}, locations: map[uint64][]uint64{}}
	eachField(data, func(number protowire.Number, value []byte, _ uint64) {
		switch number {
		case 2:
			p.samples = append(p.samples, value)
		case 4:
			var id uint64
			var functions []uint64
			eachField(value, func(number protowire.Number, line []byte, n uint64) {
				switch number {
				case 1:
					id = n
				case 4:
					eachField(line, func(number protowire.Number, _ []byte, n uint64) {
						if number == 1 {
							functions = append(functions, n)
						}
					})
				}
			})
			p.locations[id] = functions
		case 5:
			var id, name uint64
			eachField(value, func(number protowire.Number, _ []byte, n uint64) {
				switch number {
				case 1:
					id = n
				case 2:
					name = n
				}
			})
			p.functions[id] = name
		case 6:
			p.texts = append(p.texts, string(value))
		}
	})
	return p
}

// text returns a text of the profile, "" if it has none of that number.
func (p *cpuProfile) text(n uint64) string {
	if n >= uint64(len(p.texts)) {
		return ""
	}
	return p.texts[n]
}

// sums counts the samples of each part.
func (p *cpuProfile) sums() map[string]int64 {
	sums := map[string]int64{}
	for _, sample := range p.samples {
		part, count := p.part(sample)
		sums[part] += count
	}
	return sums
}

// part returns the part that a sample belongs to, and how often it was taken.
func (p *cpuProfile) part(sample []byte) (part string, count int64) {
	var stack, values []uint64
	eachField(sample, func(number protowire.Number, value []byte, n uint64) {
		switch number {
		case 1:
			stack = append(stack, packed(value, n)...)
		case 2:
			values = append(values, packed(value, n)...)
		case 3:
			var key, text uint64
			eachField(value, func(number protowire.Number, _ []byte, n uint64) {
				switch number {
				case 1:
					key = n
				case 2:
					text = n
				}
			})
			if p.text(key) == PartLabel {
				part = p.text(text)
			}
		}
	})
	if len(values) > 0 {
		count = int64(values[0])
	}
	if part == restPart && p.isRuntime(stack) {
		part = runtimePart
	}
	return part, count
}

// isRuntime reports whether a stack begins in the runtime itself, as those of the garbage
// collector and of the scheduler do.
func (p *cpuProfile) isRuntime(stack []uint64) bool {
	if len(stack) == 0 {
		return true
	}
	functions := p.locations[stack[len(stack)-1]]
	if len(functions) == 0 {
		return true
	}
	name := p.text(p.functions[functions[len(functions)-1]])
	return strings.HasPrefix(name, "runtime.") && name != "runtime.main" || strings.HasPrefix(name, "runtime/pprof.")
}

// eachField calls do with each field of a message: its bytes, or its number if it is one.
func eachField(data []byte, do func(number protowire.Number, value []byte, n uint64)) {
	for len(data) > 0 {
		number, kind, size := protowire.ConsumeTag(data)
		if size < 0 {
			return
		}
		data = data[size:]
		var value []byte
		var n uint64
		switch kind {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(data)
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(data)
		default:
			size = protowire.ConsumeFieldValue(number, kind, data)
		}
		if size < 0 {
			return
		}
		data = data[size:]
		do(number, value, n)
	}
}

// packed returns the numbers of a repeated field, which may be packed.
func packed(value []byte, n uint64) (all []uint64) {
	if value == nil {
		return []uint64{n}
	}
	for len(value) > 0 {
		n, size := protowire.ConsumeVarint(value)
		if size < 0 {
			break
		}
		all, value = append(all, n), value[size:]
	}
	return slices.Clip(all)
}
