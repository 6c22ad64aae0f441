package start

import "pulsh/session/profile"

// embeddedOptions returns the options of the broker in memory.
func embeddedOptions() []option {
	return []option{
		{name: "embedded", doc: "open the shell on a broker of its own, in memory: no Java, no download",
			set:  func(o *Options, _ *Level, _ Setting) error { o.Embedded = true; return nil },
			more: "It speaks Pulsar's protocol and admin API, so that other programs can use it too; see --listen. Its figures are not those of a Pulsar. pulsh broker serves it alone, without a shell."},
		{name: "listen", value: "ADDRESS", sample: "127.0.0.1:6650", doc: "address of the embedded broker; default a free port",
			set: func(o *Options, _ *Level, s Setting) error {
				o.Listen = withHost(s.Value)
				return checkAddress(o.Listen)
			},
			more: "It implies --embedded. Only this machine can connect, unless --listen-remote."},
		{name: "admin-listen", value: "ADDRESS", sample: "127.0.0.1:8080", doc: "address of the embedded broker's admin API; default a free port",
			set: func(o *Options, _ *Level, s Setting) error {
				o.AdminListen = withHost(s.Value)
				return checkAddress(o.AdminListen)
			}},
		{name: "listen-remote", doc: "let other machines reach the embedded broker: whoever can, reads and writes everything",
			set: func(o *Options, _ *Level, _ Setting) error { o.ListenRemote = true; return nil }},
		{name: "memory", value: "SIZE", sample: "512MiB", doc: "memory for the entries of the embedded broker; default 512MiB",
			set:  func(o *Options, _ *Level, s Setting) (err error) { o.Memory, err = readMemory(s.Value); return err },
			more: "When it is full, acknowledged entries go first, and then the backlog quota's rule applies: producers wait."},
		{name: "serve-token", value: fileValue, sample: "token.txt", doc: "file with the token that the embedded broker asks its clients for",
			set: func(o *Options, _ *Level, s Setting) error {
				o.BrokerToken = s.Value
				return profile.CheckSecretFile(s.Value)
			},
			more: "Its admin API asks for the same token. The shell with --embedded presents it."},
		{name: "serve-cert", value: fileValue, sample: "broker.pem", with: "--serve-key broker-key.pem", doc: "certificate of the embedded broker, in PEM: clients connect with pulsar+ssl://",
			set: func(o *Options, _ *Level, s Setting) error {
				o.BrokerCert = s.Value
				return profile.CheckSecretFile(s.Value)
			},
			more: "It needs --serve-key. The admin API stays on plain HTTP."},
		{name: "serve-key", value: fileValue, sample: "broker-key.pem", with: "--serve-cert broker.pem", doc: "file of its private key, in PEM",
			set: func(o *Options, _ *Level, s Setting) error {
				o.BrokerKey = s.Value
				return profile.CheckSecretFile(s.Value)
			}},
		{name: "batch-index", doc: "let clients of the embedded broker acknowledge single messages of a batch",
			set:  func(o *Options, _ *Level, _ Setting) error { o.BrokerBatchIndex = true; return nil },
			more: "As a Pulsar with acknowledgmentAtBatchIndexLevelEnabled. It implies --embedded, as the other three do."},
	}
}
