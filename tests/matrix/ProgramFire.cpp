// Attaches tracing programs and makes the kernel pass the usual places: fork,
// execve, openat, rename, unlink, a TCP connection on loopback. That a probe
// fired is taken from the kernel's own run count, not from its output.

#include "ProgramFire.h"
#include "ProgramRun.h"

#include "scenarios/Triggers.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace whistler::matrix {

namespace {

bool canAttach(const bpf_program *program) {
  switch (bpf_program__type(program)) {
  case BPF_PROG_TYPE_KPROBE: {
    std::string section = bpf_program__section_name(program);
    return section.rfind("k", 0) == 0 && section.find('/') != section.npos;
  }
  case BPF_PROG_TYPE_TRACEPOINT:
  case BPF_PROG_TYPE_RAW_TRACEPOINT:
  case BPF_PROG_TYPE_TRACING:
    return true;
  default:
    return false;
  }
}

void trigger() {
  int file = open("/tmp/trigger", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (write(file, "x", 1) == 1)
    fsync(file);
  close(file);
  rename("/tmp/trigger", "/tmp/trigger2");
  unlink("/tmp/trigger2");
  scenarios::executeHarmless();
  scenarios::connectToSelf();
}

uint64_t runCount(int fd) {
  bpf_prog_info info = {};
  uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.run_cnt;
}

/// Attaches one program; null, and the reason, when it can't be.
bpf_link *attach(const LoadedProgram &loaded, FireResult &result) {
  bpf_link *link = bpf_program__attach(loaded.program);
  if (!link)
    result.error = strerror(errno);
  return link;
}

} // namespace

bool canFire(const LoadedProgram &loaded) {
  return loaded.verdict.accepted && canAttach(loaded.program);
}

std::vector<FireResult>
fireTogether(const std::vector<const LoadedProgram *> &programs) {
  std::vector<FireResult> results(programs.size());
  std::vector<MapReader> readers;
  std::vector<bpf_link *> links;
  int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
  for (const LoadedProgram *program : programs)
    readers.emplace_back(program->object.get());
  for (size_t i = 0; i < programs.size(); ++i)
    links.push_back(attach(*programs[i], results[i]));
  // To attach is to open files, to detach to close them, which programs may
  // see: only what happens between the two counts.
  for (size_t i = 0; i < programs.size(); ++i) {
    readers[i].clear();
    results[i].runs = runCount(bpf_program__fd(programs[i]->program));
  }
  trigger();
  for (size_t i = 0; i < programs.size(); ++i) {
    results[i].runs =
        runCount(bpf_program__fd(programs[i]->program)) - results[i].runs;
    if (links[i])
      results[i].maps = readers[i].read();
  }
  for (bpf_link *link : links)
    bpf_link__destroy(link);
  if (statistics >= 0)
    close(statistics);
  return results;
}

} // namespace whistler::matrix
