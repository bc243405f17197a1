// Nanoseconds per run. All forms of a probe, and the baselines that are
// subtracted from them, take turns in one process, so that what the machine
// does besides strikes all of them alike. One sample is several calls of
// BPF_PROG_TEST_RUN: the kernel rounds the average of a call down to a whole
// nanosecond, which their mean smooths. Where the kernel puts a program's code
// is worth a nanosecond or two, so all are loaded several times, elsewhere each
// time, and the samples pooled. A ring buffer is emptied after each
// call, and as many records must be in it as there were runs; where one is
// missing, a reserve failed, the run did less than it should have, and the
// measurement fails. All of it happens on one processor, and what else that one
// did meanwhile is told.
#include "Machine.h"
#include "Plan.h"
#include "ProbeObject.h"
#include "Workload.h"

#include <llvm/Support/FormatVariadic.h>

#include <algorithm>
#include <cmath>
#include <map>

using namespace llvm;

namespace whistler::bench {

namespace {

constexpr double kSampleNanoseconds = 2e6;
constexpr unsigned kCallsPerSample = 4;
constexpr const char *kBaseline = "baseline";
constexpr unsigned kMinimumRepeat = 100, kMaximumRepeat = 100'000;

struct Subject {
  std::string form;
  std::unique_ptr<ProbeObject> object;
  size_t recordsPerRun = 0;
  unsigned repeat = 0;
};

Expected<Subject> load(const std::string &form, const std::string &path,
                       const std::string &program, ArrayRef<uint64_t> bases) {
  auto object = ProbeObject::load(path, program);
  if (!object)
    return object.takeError();
  if (Error error = (*object)->setBases(bases))
    return error;
  Subject subject;
  subject.form = form;
  subject.object = std::move(*object);
  return subject;
}

/// One call; the records are counted and gone afterwards.
Expected<double> call(Subject &subject, unsigned repeat) {
  auto done = subject.object->run(repeat);
  if (!done)
    return done.takeError();
  size_t records = subject.object->drain();
  if (records != repeat * subject.recordsPerRun)
    return createStringError(
        std::errc::no_buffer_space,
        formatv("{0}: {1} runs left {2} records: a reserve failed",
                subject.form, repeat, records)
            .str()
            .c_str());
  return double(done->nanoseconds);
}

/// Finds out how many records a run makes and how many runs fill a call.
Error calibrate(Subject &subject) {
  auto first = subject.object->run(1);
  if (!first)
    return first.takeError();
  subject.recordsPerRun = subject.object->drain();
  auto rough = call(subject, kMinimumRepeat);
  if (!rough)
    return rough.takeError();
  double wanted = kSampleNanoseconds / kCallsPerSample / std::max(*rough, 1.0);
  double limit = kMaximumRepeat;
  if (subject.recordsPerRun)
    limit = std::min(limit, 0.9 * double(subject.object->recordsThatFit()) /
                                double(subject.recordsPerRun));
  subject.repeat = unsigned(std::clamp(
      wanted, double(std::min(kMinimumRepeat, unsigned(limit))), limit));
  return Error::success();
}

/// Mean nanoseconds of several calls.
Expected<double> sample(Subject &subject) {
  double sum = 0;
  for (unsigned part = 0; part < kCallsPerSample; ++part) {
    auto took = call(subject, subject.repeat);
    if (!took)
      return took.takeError();
    sum += *took;
  }
  return sum / kCallsPerSample;
}

double quantile(std::vector<double> sorted, double part) {
  std::sort(sorted.begin(), sorted.end());
  double place = part * double(sorted.size() - 1);
  auto below = size_t(place);
  auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - double(below));
}

/// The baseline of the probe: nothing, or a record of the size that it makes.
std::string baselineProgram(const Subject &subject) {
  if (!subject.recordsPerRun)
    return "empty_run";
  size_t bytes = alignTo(subject.object->recordBytes(), 8);
  return "record_" + std::to_string(bytes) + "_run";
}

Expected<std::vector<Subject>> loadAll(const Plan &plan, const Probe &probe,
                                       ArrayRef<uint64_t> bases) {
  std::vector<Subject> subjects;
  for (const Form &form : probe.forms) {
    auto subject = load(form.name, form.object, probe.program + "_run", bases);
    if (!subject)
      return subject.takeError();
    if (Error error = calibrate(*subject))
      return error;
    subjects.push_back(std::move(*subject));
  }
  auto baseline =
      load(kBaseline, plan.baseline, baselineProgram(subjects.front()), bases);
  if (!baseline)
    return baseline.takeError();
  if (Error error = calibrate(*baseline))
    return error;
  subjects.push_back(std::move(*baseline));
  return subjects;
}

using Samples = std::map<std::string, std::vector<double>>;

/// Loads everything anew and takes some samples of each.
Expected<std::vector<Subject>> takeTurns(const Plan &plan, const Probe &probe,
                                         ArrayRef<uint64_t> bases,
                                         int processor, Samples &samples,
                                         Shares &shares) {
  auto subjects = loadAll(plan, probe, bases);
  if (!subjects)
    return subjects.takeError();
  int rounds = std::max(plan.samples / plan.placements, 1);
  Watch watch(processor);
  for (int round = 0; round < rounds; ++round) {
    for (Subject &subject : *subjects) {
      auto took = sample(subject);
      if (!took)
        return took.takeError();
      samples[subject.form].push_back(*took);
    }
    // Another goes first the next time.
    std::rotate(subjects->begin(), subjects->begin() + 1, subjects->end());
  }
  shares += watch.elapsed();
  return subjects;
}

void printShares(const Probe &probe, int processor, const Shares &shares) {
  print(json::Object{{"kind", "machine"},
                     {"probe", probe.name},
                     {"processor", processor},
                     {"wall_s", shares.wall},
                     {"own_s", shares.own},
                     {"stolen_s", shares.stolen},
                     {"preempted", shares.preempted}});
}

Error measure(const Plan &plan, const Probe &probe, ArrayRef<uint64_t> bases,
              int processor) {
  Samples samples;
  Shares shares;
  std::vector<Subject> subjects;
  for (int placement = 0; placement < plan.placements; ++placement) {
    subjects.clear(); // what is loaded next to what differs, too
    auto measured = takeTurns(plan, probe, bases, processor, samples, shares);
    if (!measured)
      return measured.takeError();
    subjects = std::move(*measured);
  }
  printShares(probe, processor, shares);
  double nothing = quantile(samples[kBaseline], 0.5);
  for (const Subject &subject : subjects) {
    const std::vector<double> &taken = samples[subject.form];
    double median = quantile(taken, 0.5);
    print(json::Object{{"kind", "time"},
                       {"probe", probe.name},
                       {"form", subject.form},
                       {"ns", median},
                       {"net_ns", median - nothing},
                       {"low_ns", quantile(taken, 0.25)},
                       {"high_ns", quantile(taken, 0.75)},
                       {"least_ns", quantile(taken, 0)},
                       {"repeat", subject.repeat},
                       {"samples", int64_t(taken.size())},
                       {"records", int64_t(subject.recordsPerRun)}});
  }
  return Error::success();
}

} // namespace

bool measureTimes(const Plan &plan) {
  Workload workload;
  auto bases = workload.find(plan.bases);
  if (!bases) {
    printError(toString(bases.takeError()));
    return false;
  }
  int processor = stayOnOneProcessor();
  bool good = true;
  for (const Probe &probe : plan.probes)
    if (Error error = measure(plan, probe, *bases, processor)) {
      printError(toString(std::move(error)), probe.name);
      good = false;
    }
  return good;
}

} // namespace whistler::bench
