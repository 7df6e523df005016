# From a bare Debian 12 (root or sudo). `make run` and `make test` are all that anybody needs.
.PHONY: help run build test sanitize bench tidy format clean

help:
	@echo "make run       install what is missing, build, start everything, run the demo, keep serving (Ctrl-C stops)"
	@echo "make test      install what is missing, build and run every test"
	@echo "make sanitize  the same tests under the address and undefined-behaviour sanitizers"
	@echo "make bench     benchmarks, each checking its answer"
	@echo "make tidy      clang-tidy over everything;  make format  clang-format in place"

# What users run: without the tests, in its own build folder.
build:
	@tools/install_packages run
	@tools/build release valion

run: build
	@tools/run

test:
	@tools/install_packages run test
	@tools/build release
	@tools/test release

sanitize:
	@tools/install_packages run test
	@tools/build asan-ubsan
	@tools/test asan-ubsan

bench:
	@tools/install_packages run test bench
	@bench/run

tidy:
	@tools/install_packages run test
	@tools/build dev
	@tools/check_tidy --all

format:
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build
