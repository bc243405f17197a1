// What can be counted of an object: in it, after the verifier, and, of the
// program that can be run, how many kernel reads one run makes.
#include "ExecutedReads.h"
#include "Plan.h"
#include "Workload.h"

#include "whistler/backend/Inspect.h"
#include "whistler/backend/Load.h"

#include <llvm/Support/MemoryBuffer.h>

using namespace llvm;

namespace whistler::bench {

namespace {

unsigned kernelReads(const std::map<uint32_t, unsigned> &calls) {
  unsigned total = 0;
  for (auto [helper, count] : calls)
    if (isKernelRead(helper))
      total += count;
  return total;
}

void addObject(const backend::ProgramInfo &info, json::Object &record) {
  record["object_instructions"] = info.instructions;
  record["object_reads"] = kernelReads(info.helperCalls);
  record["object_stack"] = info.stackBytes;
  record["relocations"] = info.coreRelocations;
}

void addVerdict(const backend::ProgramVerdict &verdict, json::Object &record) {
  record["accepted"] = verdict.accepted;
  if (!verdict.accepted) {
    record["reason"] = verdict.reason;
    return;
  }
  record["loaded_instructions"] = verdict.loadedInstructions;
  record["loaded_reads"] = kernelReads(verdict.helperCalls);
  record["jited_bytes"] = verdict.jitedBytes;
  record["verified_instructions"] = verdict.verifiedInstructions;
  record["states"] = verdict.totalStates;
  record["stack"] = verdict.stackBytes;
  record["verifier_us"] = verdict.verifierMicroseconds;
}

/// Adds what one run of `program`_run does.
Error addExecuted(const Probe &probe, const Form &form,
                  ArrayRef<uint64_t> bases, json::Object &record) {
  auto loaded = ProbeObject::load(form.object, probe.program + "_run");
  if (!loaded)
    return loaded.takeError();
  if (Error error = (*loaded)->setBases(bases))
    return error;
  auto executed = countExecutedReads(**loaded);
  if (!executed)
    return executed.takeError();
  record["executed_reads"] = int64_t(*executed);
  return Error::success();
}

/// Loads the object `loads` times; the verifier's time is the least.
Error addLoaded(const Probe &probe, ArrayRef<char> bytes, int loads,
                json::Object &record) {
  unsigned least = ~0u;
  backend::LoadOptions only;
  only.program = probe.program;
  for (int load = 0; load < loads; ++load) {
    auto verdicts = backend::loadPrograms(bytes, only);
    if (!verdicts)
      return verdicts.takeError();
    addVerdict(verdicts->front(), record);
    least = std::min(least, verdicts->front().verifierMicroseconds);
  }
  if (loads)
    record["verifier_us"] = least;
  return Error::success();
}

Error measure(const Plan &plan, const Probe &probe, const Form &form,
              ArrayRef<uint64_t> bases, json::Object &record) {
  auto buffer = MemoryBuffer::getFile(form.object);
  if (!buffer)
    return errorCodeToError(buffer.getError());
  StringRef text = (*buffer)->getBuffer();
  ArrayRef<char> bytes(text.data(), text.size());
  auto info = backend::inspect(bytes);
  if (!info)
    return info.takeError();
  record["object_bytes"] = int64_t(bytes.size());
  for (const backend::ProgramInfo &program : info->programs)
    if (program.name == probe.program)
      addObject(program, record);
  if (!plan.loads)
    return Error::success();
  if (Error error = addLoaded(probe, bytes, plan.loads, record))
    return error;
  return bases.empty() ? Error::success()
                       : addExecuted(probe, form, bases, record);
}

} // namespace

bool measureCounts(const Plan &plan) {
  Workload workload;
  std::vector<uint64_t> bases;
  if (!plan.bases.empty() && plan.loads) {
    auto found = workload.find(plan.bases);
    if (!found) {
      printError(toString(found.takeError()));
      return false;
    }
    bases = std::move(*found);
  }
  bool good = true;
  for (const Probe &probe : plan.probes)
    for (const Form &form : probe.forms) {
      json::Object record{
          {"kind", "counts"}, {"probe", probe.name}, {"form", form.name}};
      if (Error error = measure(plan, probe, form, bases, record)) {
        record["error"] = toString(std::move(error));
        good = false;
      }
      print(std::move(record));
    }
  return good;
}

} // namespace whistler::bench
