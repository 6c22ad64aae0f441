package pacing

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The limits of a shape.
const (
	// mostParts and mostSteps bound the length of a shape; both are far more
	// than anyone reads.
	mostParts = 32
	mostSteps = 100
	// shortestSpan is the shortest time in a shape: ten ticks of the grid, so
	// that workers can follow it.
	shortestSpan = 10 * tick
	// shortestPeriod is the shortest period of a sine. Each of its pieces then
	// still lasts longer than a tick.
	shortestPeriod = 100 * time.Millisecond
	// deepest bounds the shapes inside shapes, as in loop(poisson(20k)).
	deepest = 3
	// longestSpan is the longest time of one part: longer than any run, and
	// short enough that mostParts of them fit a duration.
	longestSpan = 1000 * day
)

// partForm says how one kind of part is written.
type partForm struct {
	name    string
	example string
	read    func(a *arguments) (part, error)
	nests   bool // it takes a shape
}

// partForms lists the parts that have a name, in the order of the help.
func partForms() []partForm {
	return []partForm{
		{"hold", "hold(20k,30s)", readHold, false},
		{"ramp", "ramp(20k..50k,2m)", readRamp, false},
		{"sine", "sine(20k,50%,1m)", readSine, false},
		{"steps", "steps(10k,20k,40k,every=30s)", readSteps, false},
		{"spike", "spike(x5,10s,every=1m)", readSpike, false},
		{"loop", "loop(hold(20k,1m)+hold(0,30s))", readLoop, true},
		{"poisson", "poisson(20k)", readPoisson, true},
		{"trace", "trace(FILE)", readTrace, false},
	}
}

// PartNames lists the names of the parts of a shape.
func PartNames() []string {
	var names []string
	for _, form := range partForms() {
		names = append(names, form.name)
	}
	return names
}

// ParseShape reads parts joined by +. A part is a RATE, hold(20k,30s),
// ramp(20k..50k,2m), ramp(50k,2m), sine(20k,50%,1m),
// steps(10k,20k,40k,every=30s), spike(x5,10s,every=1m), loop(SHAPE),
// poisson(SHAPE) or trace(FILE). A sine or a recurring spike that another part
// follows needs an end, as in for=5m. The rates of hold, ramp and steps may be 0.
// Files are not read, see Shape.Load. The error is a sentence that quotes the
// text.
func ParseShape(text string) (Shape, error) {
	shape, err := parseShape(text, 0)
	if err == nil && !shape.NeedsFiles() && shape.Peak(Least) == 0 {
		return Shape{}, fmt.Errorf("%q sends nothing; a shape needs a rate above 0", text)
	}
	return shape, err
}

// parseShape reads a shape that is inside so many others.
func parseShape(text string, depth int) (Shape, error) {
	texts, err := splitParts(text)
	if err != nil {
		return Shape{}, err
	}
	if len(texts) > mostParts {
		return Shape{}, fmt.Errorf("a shape has at most %d parts, not %d", mostParts, len(texts))
	}
	parts := make([]part, len(texts))
	for i, t := range texts {
		if parts[i], err = parsePart(t, depth); err != nil {
			return Shape{}, err
		}
	}
	if err := checkJoints(parts); err != nil {
		return Shape{}, err
	}
	return Shape{parts: parts}, nil
}

// splitParts splits text at each + outside parentheses.
func splitParts(text string) ([]string, error) {
	var parts []string
	depth, start := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '+':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(text[start:i]))
				start = i + 1
			}
		}
		if depth < 0 {
			return nil, fmt.Errorf("%q has a ) without its (", text)
		}
	}
	if depth > 0 {
		return nil, fmt.Errorf("%q lacks a )", text)
	}
	parts = append(parts, strings.TrimSpace(text[start:]))
	if len(parts) > 1 {
		for _, p := range parts {
			if p == "" {
				return nil, fmt.Errorf("%q has nothing next to a +", text)
			}
		}
	}
	return parts, nil
}

// parsePart reads one part.
func parsePart(text string, depth int) (part, error) {
	name, inner, called := strings.Cut(text, "(")
	if !called {
		rate, err := ParseRate(text)
		return hold{rate: rate, length: endless}, err
	}
	inner, closed := strings.CutSuffix(inner, ")")
	if !closed {
		return nil, fmt.Errorf("%q is not a shape", text)
	}
	for _, form := range partForms() {
		if form.name != name {
			continue
		}
		if !form.nests && strings.ContainsAny(inner, "()") {
			return nil, fmt.Errorf("%q is not a shape", text)
		}
		if form.nests && depth >= deepest {
			return nil, fmt.Errorf("%q is inside %d other shapes, the most that there may be", text, deepest)
		}
		return form.parse(text, inner, depth)
	}
	return nil, fmt.Errorf("%q is not a shape (%s)", name, strings.Join(PartNames(), ", "))
}

// parse reads the arguments of one part.
func (f partForm) parse(text, inner string, depth int) (part, error) {
	args, err := newArguments(inner, depth)
	if err != nil {
		return nil, err
	}
	p, err := f.read(args)
	if errors.Is(err, errForm) || err == nil && args.left() {
		return nil, fmt.Errorf("%q is not written like %s", text, f.example)
	}
	return p, err
}

// checkJoints refuses a part that can never be reached, and a ramp that starts
// from max.
func checkJoints(parts []part) error {
	var before Rate
	for i, p := range parts {
		if i > 0 && before.IsMax() && startsFromBefore(p) {
			return fmt.Errorf("%s starts from the rate before it, which is max", p)
		}
		if i == len(parts)-1 {
			break
		}
		if p.span() == endless {
			return fmt.Errorf("%s never ends, so nothing can follow it; write %s", p, ending(p))
		}
		before = p.at(p.span(), before)
	}
	return nil
}

// ending writes an endless part with an end, as an example.
func ending(p part) string {
	switch p := p.(type) {
	case hold:
		p.length = 30 * time.Second
		return p.String()
	case sine:
		p.total = min(5*p.period, longestSpan)
		return p.String()
	case spike:
		p.total = min(5*p.every, longestSpan)
		return p.String()
	case loop:
		p.times = 3
		return p.String()
	case poisson:
		if last := len(p.shape.parts) - 1; last >= 0 {
			return strings.Replace(p.String(), p.shape.parts[last].String(), ending(p.shape.parts[last]), 1)
		}
	}
	return p.String()
}

func readHold(a *arguments) (part, error) {
	if len(a.words) == 1 && len(a.options) == 0 {
		return hold{rate: a.rate(), length: endless}, a.err
	}
	rate := a.readLevel(a.word())
	return hold{rate: rate, length: a.span(shortestSpan)}, a.err
}

func readRamp(a *arguments) (part, error) {
	from, to, ranged := strings.Cut(a.word(), "..")
	var r ramp
	if ranged {
		r.from, r.to = a.readLevel(from), a.readLevel(to)
	} else {
		r.to, r.follows = a.readLevel(from), true
	}
	r.length = a.span(shortestSpan)
	if a.err == nil && (r.from.IsMax() || r.to.IsMax()) {
		return nil, errors.New("a ramp cannot start or end at max")
	}
	return r, a.err
}

func readSine(a *arguments) (part, error) {
	s := sine{mean: a.rate()}
	number, percent := strings.CutSuffix(a.word(), "%")
	swing, ok := parseDecimal(number, 0)
	if a.err == nil && (!percent || !ok || swing < 1/mostAmount || swing > 100) {
		return nil, fmt.Errorf("%q is not a swing: more than 0%% and at most 100%% of the mean", a.last)
	}
	s.swing, s.period = swing, a.span(shortestPeriod)
	s.total = a.option("for", shortestSpan, endless)
	switch {
	case a.err != nil:
		return nil, a.err
	case s.mean.IsMax():
		return nil, errors.New("a sine cannot swing around max")
	case s.peak(0) > Limit:
		return nil, fmt.Errorf("%s reaches more than %s per second, the highest rate", s, Limit)
	}
	return s, nil
}

func readSteps(a *arguments) (part, error) {
	if n := len(a.words); n < 2 {
		return nil, errForm
	} else if n > mostSteps {
		return nil, fmt.Errorf("steps takes at most %d rates, not %d", mostSteps, n)
	}
	var s steps
	for len(a.words) > 0 && a.err == nil {
		s.rates = append(s.rates, a.readLevel(a.word()))
	}
	s.every = a.option("every", shortestSpan, 0)
	if a.err == nil && s.every == 0 {
		return nil, errForm
	}
	if a.err == nil && s.span() > longestSpan {
		return nil, fmt.Errorf("%s takes longer than %s", s, FormatDuration(longestSpan))
	}
	return s, a.err
}

func readSpike(a *arguments) (part, error) {
	s := spike{}
	if factor, err := parseFactor(a.word()); err != nil {
		a.fail(err)
	} else {
		s.factor = factor
	}
	s.length = a.span(shortestSpan)
	s.every = a.option("every", shortestSpan, 0)
	s.total = a.option("for", shortestSpan, endless)
	switch {
	case a.err != nil:
		return nil, a.err
	case s.every > 0 && s.every <= s.length:
		return nil, fmt.Errorf("%s recurs before it has ended; every= must be more than %s", s, FormatDuration(s.length))
	case s.every == 0 && s.total != endless:
		return nil, fmt.Errorf("%s needs every= with for=", s)
	}
	return s, nil
}
