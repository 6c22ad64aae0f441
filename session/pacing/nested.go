package pacing

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// mostTimes bounds the times that a loop repeats its shape; without a number it
// repeats it for ever.
const mostTimes = 1_000_000

// loop repeats a shape: loop(hold(20k,1m)+hold(0,30s)), or with a number of times
// at the end. A ramp from the rate before it starts, from the second time on, from
// the rate at which the shape ends.
type loop struct {
	shape Shape
	times int64 // 0 for ever
}

func readLoop(a *arguments) (part, error) {
	l := loop{shape: a.shape()}
	if len(a.words) > 0 && a.err == nil {
		text := a.word()
		times, err := strconv.ParseInt(text, 10, 64)
		if err != nil || !allDigits(text) || times < 1 || times > mostTimes {
			return nil, fmt.Errorf("%q is not a number of times from 1 to %d", text, mostTimes)
		}
		l.times = times
	}
	if a.err != nil {
		return nil, a.err
	}
	once := l.shape.span()
	switch last := l.shape.parts[len(l.shape.parts)-1]; {
	case once == endless:
		return nil, fmt.Errorf("%s never ends, so it cannot be repeated; write %s", last, ending(last))
	case once > longestSpan || l.times > 0 && once > longestSpan/time.Duration(l.times):
		return nil, fmt.Errorf("%s takes longer than %s", l, FormatDuration(longestSpan))
	case l.shape.needsFiniteStart() && l.shape.At(once, 0).IsMax():
		return nil, fmt.Errorf("%s starts from the rate before it, which is max", l.shape.parts[0])
	}
	return l, nil
}

func (l loop) span() time.Duration {
	if l.times == 0 {
		return endless
	}
	return l.shape.span() * time.Duration(l.times)
}

// round returns how often the shape has ended at e, how long it runs since, and
// the rate before it.
func (l loop) round(e time.Duration, before Rate) (n, into time.Duration, start Rate) {
	once := l.shape.span()
	if once == 0 { // a trace that is not read yet
		return 0, 0, before
	}
	if n = e / once; n > 0 {
		before = l.shape.At(once, before)
	}
	return n, e % once, before
}

func (l loop) at(e time.Duration, before Rate) Rate {
	if e >= l.span() {
		return l.shape.At(l.shape.span(), before)
	}
	_, into, before := l.round(e, before)
	return l.shape.At(into, before)
}

func (l loop) piece(e time.Duration, before Rate) piece {
	if e >= l.span() || l.shape.span() == 0 {
		return level(l.at(e, before), endless)
	}
	n, into, before := l.round(e, before)
	p := l.shape.pieceWithin(into, before)
	p.seed = mix(p.seed, uint64(n)) // no round repeats the random times of another
	return p
}

func (l loop) peak(before Rate) Rate {
	return max(l.shape.Peak(before), l.shape.Peak(l.shape.At(l.shape.span(), before)))
}

func (l loop) String() string {
	if l.times == 0 {
		return fmt.Sprintf("loop(%s)", l.shape)
	}
	return fmt.Sprintf("loop(%s,%d)", l.shape, l.times)
}

// poisson makes the messages of a shape independent of one another, as those of
// many users are: poisson(20k), poisson(sine(20k,50%,1m),seed=7). They come at
// random times, of which the shape is the mean rate.
type poisson struct {
	shape Shape
	seed  uint64
}

// standardSeed is the seed of poisson without seed=.
const standardSeed = 1

func readPoisson(a *arguments) (part, error) {
	p := poisson{shape: a.shape(), seed: standardSeed}
	if text, given := a.options["seed"]; given {
		delete(a.options, "seed")
		seed, err := strconv.ParseUint(text, 10, 32)
		if err != nil || !allDigits(text) {
			return nil, fmt.Errorf("%q is not a seed, a whole number up to %d", text, uint32(1<<32-1))
		}
		p.seed = seed
	}
	if a.err == nil && p.shape.Peak(Least).IsMax() {
		return nil, errors.New("poisson needs a rate; max has no times at which messages are due")
	}
	return p, a.err
}

func (p poisson) span() time.Duration                  { return p.shape.span() }
func (p poisson) at(e time.Duration, before Rate) Rate { return p.shape.At(e, before) }
func (p poisson) peak(before Rate) Rate                { return p.shape.Peak(before) }

func (p poisson) piece(e time.Duration, before Rate) piece {
	line := p.shape.pieceWithin(e, before)
	line.random, line.seed = true, mix(mix(p.seed, line.seed), uint64(e))
	return line
}

func (p poisson) String() string {
	if p.seed == standardSeed {
		return fmt.Sprintf("poisson(%s)", p.shape)
	}
	return fmt.Sprintf("poisson(%s,seed=%d)", p.shape, p.seed)
}

// shape takes the next argument as a shape.
func (a *arguments) shape() Shape {
	text := a.word()
	if a.err != nil {
		return Shape{}
	}
	shape, err := parseShape(text, a.depth+1)
	if err != nil {
		a.fail(err)
	}
	return shape
}
