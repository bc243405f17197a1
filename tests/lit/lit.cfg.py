# Substitutions: %whistler, %whistler-opt, %opt (LLVM's own with our passes
# loaded), %llc, %python, %source; FileCheck, not and split-file from LLVM.
# Features: plugin (LLVM's opt can load ours: not when sanitized), tools (ours
# are built), kernel-btf, root; cc, cxx, rustc, go where they are installed.
import os
import shutil

import lit.formats

config.name = "whistler"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ll", ".lisp", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)

config.environment["PATH"] = os.pathsep.join(
    (config.llvm_tools, config.environment["PATH"])
)
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

opt = os.path.join(config.llvm_tools, "opt")
config.substitutions += [
    ("%whistler-opt", config.whistler_opt),
    ("%whistler", config.whistler),
    ("%opt", f"{opt} -load-pass-plugin={config.plugin}"),
    ("%llc", os.path.join(config.llvm_tools, "llc") + " -march=bpf -mcpu=v3"),
    ("%python", config.python),
    ("%source", config.source_root),
]

if not config.sanitized:
    config.available_features.add("plugin")
if config.whistler and config.whistler_opt:
    config.available_features.add("tools")
if os.access("/sys/kernel/btf/vmlinux", os.R_OK):
    config.available_features.add("kernel-btf")
for feature, tool in (("cc", "cc"), ("cxx", "c++"), ("rustc", "rustc"), ("go", "go")):
    if shutil.which(tool):
        config.available_features.add(feature)
if os.geteuid() == 0:
    config.available_features.add("root")
