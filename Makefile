# make up      builds, starts the stand-in upstreams and the edge, prints a demo key and a curl to try
# make test    everything that must hold before a change lands
# make bench   how fast, against what else one could use

SHELL := /bin/bash
COMPONENTS := seat-verification seat-changes subscriptions admin operations rules webhook-verification plan-lookup checkout enterprise erp-sync passport-keys provisioning messaging integrations analytics console
# These promise fast answers and are compiled for speed. The others wait for databases and upstreams, and are compiled for
# size.
FAST := $(filter $(COMPONENTS),seat-verification webhook-verification plan-lookup rules)
SMALL = $(filter-out $(FAST),$(COMPONENTS))
CARGO := cargo
BUILD := $(CARGO) build --locked

# spin.toml names what is built under target/, wherever else Cargo was told to put it.
export CARGO_TARGET_DIR := $(CURDIR)/target

.DEFAULT_GOAL := build
.PHONY: build components host upstreams console console-test up test tools format lint rules unit integration chaos interop schemathesis openapi fuzz bench load audit clean-state

build: components host upstreams

# Each of the three is built by itself: together they would share their dependencies' features, and build them anew.
components: toolchain console
	$(BUILD_COMPONENTS)

define BUILD_COMPONENTS
	$(if $(FAST),$(BUILD) --profile component --target wasm32-wasip2 $(FAST:%=-p %))
	$(if $(SMALL),CARGO_PROFILE_COMPONENT_OPT_LEVEL=z $(BUILD) --profile component --target wasm32-wasip2 $(SMALL:%=-p %))
endef

# The messages of panics name source files. Where Cargo keeps those of dependencies must not be in the bytes.
REMAP = --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo
components components-alone: export CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS = $(REMAP)

# The components twice, in two folders, to compare their bytes; `make reproducible COMPONENTS="plan-lookup rules"` for some.
.PHONY: reproducible components-alone
reproducible: console
	tests/reproducible.sh $(if $(filter command line,$(origin COMPONENTS)),$(COMPONENTS))

# With the console's files as they are.
components-alone: toolchain
	$(BUILD_COMPONENTS)

# The console's files, which its component embeds. Where Node.js is missing, the component serves a page that says so.
console:
	@if node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; \
	then console/build.sh || [ $$? -eq 75 ]; \
	else echo "Node.js 20.19 or later is missing: the console is left out, everything else is built"; rm -rf console/dist; fi

# Each page's main task in a real Chromium, against an edge of its own.
console-test: components programs
	@if [ -e console/dist/index.html ]; then tests/tools.sh chromium && npm --prefix console test; \
	else echo "the console is not built: its tests are left out"; fi

host: toolchain
	$(BUILD) --release -p bheem-edge

upstreams: toolchain
	$(BUILD) --release -p upstreams

# What cannot be done without. rust-toolchain.toml has rustup fetch the rest.
.PHONY: toolchain
toolchain:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust by rustup, https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing (SQLite is built from source): apt-get install gcc"; exit 1; }
	@rustup target list --installed 2>/dev/null | grep -q wasm32-wasip2 || rustup target add wasm32-wasip2

# A demo and the tests run the same code, compiled for a quick build: link-time optimisation takes most of the time of
# `make build`, which makes what is shipped, and all components are compiled alike, so that they share dependencies.
QUICK := quick-components test test-components lint lint-components integration chaos console-test rollout backup-test
$(QUICK): FAST := $(COMPONENTS)
$(QUICK): REMAP :=
$(QUICK): export CARGO_PROFILE_COMPONENT_LTO := off
$(QUICK): export CARGO_PROFILE_COMPONENT_CODEGEN_UNITS := 16
$(QUICK): export CARGO_PROFILE_COMPONENT_OPT_LEVEL := s

# The host and the stand-ins that they run are built in the profile dev, as the unit tests are: up.sh and the tests look
# here, and without it in target/release.
up test rules unit integration chaos console-test: export EDGE_PROGRAMS := target/debug

# Both build everything at once, mostly anew, and Cargo's notes for the next small change take a third of that time.
up test: export CARGO_INCREMENTAL := 0

# Side by side: each has steps that keep one processor only. Where one fails, the others are stopped.
SIDE_BY_SIDE = for job in $$(jobs -p); do wait -n || { kill $$(jobs -p) 2>/dev/null; wait; exit 1; }; done

.PHONY: demo-programs quick-components
demo-programs: toolchain
	$(BUILD) -p bheem-edge -p upstreams --bins

quick-components: components

up: toolchain
	@$(MAKE) demo-programs & $(MAKE) quick-components & $(SIDE_BY_SIDE)
	@exec deploy/try/up.sh

test: format
	@$(MAKE) test-native & $(MAKE) test-components & $(MAKE) clients & $(SIDE_BY_SIDE)
	@$(MAKE) integration
	@$(MAKE) deployment-test
	@$(MAKE) console-test

# What needs no component, and what does nothing but build and lint them.
.PHONY: test-native test-components
test-native: rules unit
test-components: quick-components probe lint-components

lint: format lint-native lint-components

format: toolchain
	$(CARGO) fmt --all --check

.PHONY: lint-native lint-components
lint-native: toolchain
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

lint-components: toolchain
	$(CARGO) clippy --locked --profile component --target wasm32-wasip2 $(COMPONENTS:%=-p %) -- -D warnings

# Tests are compiled by Clippy, which is the compiler with more lints, and a warning fails the build. `cargo clippy` would
# check all dependencies once more, for minutes in which nothing is built. What is shipped is compiled without it.
LINTED := RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

# Always of the whole workspace, so that dependencies have the same features and are compiled once for all tests and the
# programs that they start.
TEST := $(LINTED) $(CARGO) test --locked --workspace

.PHONY: programs
programs: toolchain
	$(LINTED) $(BUILD) --workspace --bins --tests --examples

rules: programs
	$(TEST) --test shipped -- --nocapture

# Without rustdoc, which would read every crate once more and find nothing to run: `cargo test -p structure` holds that.
# And without the integration tests, which run in no shape here.
unit: programs
	EDGE_TESTS_SHAPES= $(TEST) --tests --no-fail-fast

# On the embedded host; on Spin with SPIN=/path/to/spin. EDGE_TESTS_SHAPES picks from sqlite,redis,postgres,two-nodes.
integration: components programs probe tools
	$(TEST) --test integration

# What becomes of callers, and of what was acknowledged, when something under the edge fails: all of it, in the shapes that
# EDGE_TESTS_SHAPES picks. `make test` tries a part. Prints the table of docs/faults.md.
chaos: components programs tools
	EDGE_CHAOS=all $(TEST) --test integration -- faults::

# The client libraries for TypeScript and Python; the one for Rust is among the unit tests.
.PHONY: clients
clients:
	clients/test.sh

# What deploy/ holds, without a running edge.
.PHONY: deployment-test
deployment-test:
	tests/deployment/run.sh

# The programs as they are shipped.
.PHONY: dist image image-test rollout backup-test
dist: components
	$(BUILD) --profile dist -p bheem-edge

# An OCI image as a tar file, target/image/bheem-edge.tar, without a container engine or a registry.
image: dist
	deploy/image/build.py

# Built twice, compared, unpacked and run. Needs root.
image-test: dist
	$(BUILD) --profile dist -p upstreams
	python3 tests/deployment/image.py

# Two nodes restarted behind a balancer under load, and a backup restored: with what `make test` has built.
rollout backup-test: export EDGE_PROGRAMS := target/debug
rollout: quick-components demo-programs
	tests/tools.sh redis postgresql haproxy
	tests/deployment/rollout.py

backup-test: quick-components demo-programs
	tests/tools.sh redis postgresql
	python3 tests/deployment/backup.py

# A component that asks what a component may do, for the integration tests.
.PHONY: probe
probe: toolchain
	$(BUILD) --profile component --target wasm32-wasip2 -p probe

# Webhooks between the edge and the providers' own libraries, which it fetches. What they signed once is among the unit
# tests.
interop: toolchain
	tests/interop/run.sh

# The running edge against its own description, by a tool that it fetches.
schemathesis: build
	tests/schemathesis.sh

# docs/openapi.json, from the handlers, and what the client libraries make from it.
openapi: toolchain
	UPDATE_OPENAPI=1 $(CARGO) test -p edge-openapi checked_in
	UPDATE_CLIENT=1 $(CARGO) test -p bheem-edge-client --test api
	@if command -v node >/dev/null; then node clients/typescript/scripts/types.mjs; else echo "clients/typescript is not made anew: Node.js is missing"; fi
	@if command -v python3 >/dev/null; then python3 clients/python/generate.py; else echo "clients/python is not made anew: Python is missing"; fi

# A minute for each target: every parser of outside input. `make test` gives the seeds to the same functions.
fuzz:
	fuzz/run.sh $(FUZZ_SECONDS)

# The servers that the integration tests start for themselves.
tools:
	@tests/tools.sh redis postgresql

# bench/followers.sh and other scripts beside it measure one thing each.
bench: build
	python3 bench/run.py $(BENCH)

# The edge under more than it can carry, held to the bars of docs/load.md: an hour and a quarter, or
# make load LOAD="--only overload,loris --seconds 10".
load: build
	$(BUILD) --release -p load
	target/release/load $(LOAD)

# Licences, sources, known vulnerabilities, dependencies that nothing uses. `make test` holds the first two by itself.
audit:
	tests/audit.sh

# target/sbom: what each thing that is shipped is made of, as CycloneDX.
.PHONY: sbom
sbom:
	@deploy/sbom.py

clean-state:
	rm -rf .spin
