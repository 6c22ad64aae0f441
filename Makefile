# make            builds bin/pulsh
# make run        builds it, brings up a real local Pulsar if none answers, opens the shell
# make test       every test, those on a real Pulsar included
# make check      formatting, vet, staticcheck, tidiness
# make bench      micro benchmarks, then pulsh beside a bare client and its peers
# make fuzz       each fuzz target for FUZZTIME
# make docs       regenerates commands/REFERENCE.md and the README's list of commands and script,
#                 and writes the manual page and the completions of bash, zsh and fish to bin/docs
# make profile    a CPU profile of a loaded pulsh, for default.pgo
# make install    puts pulsh, its manual page and the completions of bash, zsh and fish into $(PREFIX)

SHELL    := /bin/bash
PREFIX   ?= /usr/local
FUZZTIME ?= 30s
VERSION  ?= 0.1.0
GO       ?= go

# The client's zstd needs a C compiler unless cgo is off; off, it is pure Go.
export CGO_ENABLED := 0

# With the profile, every dependency of the program is compiled and analysed twice.
check test race fuzz: export GOFLAGS += -pgo=off

.PHONY: build run test race check bench fuzz docs pages install profile clean go

build: go
	$(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/pulsh .

run: build
	bin/pulsh --local --profile default

# Test packages that start Pulsar share one server; -p 2 leaves it room. check vets.
test: go
	$(GO) test -vet=off -p 2 -timeout 40m ./...

race: go
	CGO_ENABLED=1 $(GO) test -race -p 2 -timeout 40m ./...

check: go
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) mod tidy -diff

bench: build
	$(GO) test -run '^$$' -bench . -benchmem ./session/... ./graphs/... ./shell/...
	$(GO) run ./examples/bench

fuzz: go
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
	  done; done

docs: pages
	$(GO) test -pgo=off ./commands -run 'Reference|Readme' -update
	$(GO) test -pgo=off . -run Readme -update

pages: build
	install -d bin/docs
	bin/pulsh --man > bin/docs/pulsh.1
	bin/pulsh --completion bash > bin/docs/pulsh.bash
	bin/pulsh --completion zsh > bin/docs/_pulsh
	bin/pulsh --completion fish > bin/docs/pulsh.fish

install: pages
	install -D -m 0755 bin/pulsh $(DESTDIR)$(PREFIX)/bin/pulsh
	install -D -m 0644 bin/docs/pulsh.1 $(DESTDIR)$(PREFIX)/share/man/man1/pulsh.1
	install -D -m 0644 bin/docs/pulsh.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pulsh
	install -D -m 0644 bin/docs/_pulsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_pulsh
	install -D -m 0644 bin/docs/pulsh.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/pulsh.fish

profile: build
	$(GO) run ./examples/bench -profile default.pgo

clean:
	rm -rf bin

go:
	@command -v $(GO) >/dev/null || { echo "pulsh is built with Go 1.26: install it from https://go.dev/dl"; exit 1; }
