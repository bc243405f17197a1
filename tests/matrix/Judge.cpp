// What the loader does with the objects it is given. Those of one program in
// several modes are a group, and there are two kinds of groups:
//
// Examples have a scenario that knows what ought to happen. They are loaded one
// mode after the other, and the scenario is played with each.
//
// Other programs have only each other to be compared with. All modes are
// loaded first, then run back to back between two ticks of the timer, or
// attached together to one event, since values such as times drift. When they
// differ from the reference mode's, the round is repeated before it is called a
// mismatch.

#include "Judge.h"
#include "JsonLine.h"
#include "ProgramFire.h"
#include "ProgramLoad.h"
#include "ProgramRun.h"

#include "scenarios/Scenario.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <sys/utsname.h>

namespace whistler::matrix {

namespace {

constexpr int kRounds = 20;
constexpr std::string_view kReferenceMode = "naive";

struct ObjectFile {
  std::string path, name, mode;
};

ObjectFile classify(const std::string &path) {
  std::string stem = std::filesystem::path(path).filename();
  for (std::string_view suffix : {".o", ".bpf"})
    if (stem.ends_with(suffix))
      stem.resize(stem.size() - suffix.size());
  size_t dot = stem.rfind('.');
  if (dot == stem.npos)
    return {path, stem, ""};
  return {path, stem.substr(0, dot), stem.substr(dot + 1)};
}

/// An object, its programs, and what became of them.
struct Variant {
  const ObjectFile *file;
  std::vector<LoadedProgram> programs;
  std::vector<std::optional<RunResult>> runs;
  std::vector<std::optional<FireResult>> fires;
  std::optional<scenarios::Outcome> outcome;
  int rounds = 0;
};

void load(Variant &variant, const std::vector<ProgramName> &names) {
  variant.programs = loadObject(variant.file->path, names);
  variant.runs.assign(names.size(), std::nullopt);
  variant.fires.assign(names.size(), std::nullopt);
}

void printVerdict(JsonLine &line, const Verdict &verdict) {
  line.flag("accepted", verdict.accepted);
  if (!verdict.accepted) {
    line.number("errno", verdict.error);
    line.text("reason", verdict.reason);
    line.text("source", verdict.source);
    return;
  }
  line.number("instructions", verdict.instructions);
  line.number("jited", verdict.jitedBytes);
  line.number("verified", verdict.verified);
  line.flag("readsKnown", verdict.readsKnown);
  line.open("reads");
  for (const auto &[helper, calls] : verdict.reads)
    line.number(helper, calls);
  line.close();
}

void printOutcome(JsonLine &line, const scenarios::Outcome &outcome) {
  std::string failures;
  for (const std::string &failure : outcome.failures)
    failures += (failures.empty() ? "" : "; ") + failure;
  line.open("scenario");
  line.text("failures", failures);
  line.text("notAttached", outcome.notAttached);
  line.text("skipped", outcome.skipped);
  line.close();
}

void printFire(JsonLine &line, const FireResult &fire) {
  line.open("fire");
  line.text("error", fire.error);
  line.number("runs", static_cast<int64_t>(fire.runs));
  writeMaps(line, fire.maps);
  line.close();
}

void printVariant(const Variant &variant,
                  const std::vector<ProgramName> &names) {
  for (size_t i = 0; i < names.size(); ++i) {
    JsonLine line("program");
    line.text("object", variant.file->name);
    line.text("mode", variant.file->mode);
    line.text("program", names[i].program);
    line.text("section", names[i].section);
    printVerdict(line, variant.programs[i].verdict);
    if (variant.outcome)
      printOutcome(line, *variant.outcome);
    if (variant.runs[i] || variant.fires[i])
      line.number("rounds", variant.rounds);
    if (variant.runs[i]) {
      line.open("run");
      variant.runs[i]->write(line);
      line.close();
    }
    if (variant.fires[i])
      printFire(line, *variant.fires[i]);
    line.print();
  }
}

void printBadObject(const ObjectFile &file, const std::string &error) {
  JsonLine line("program");
  line.text("object", file.name);
  line.text("mode", file.mode);
  line.text("program", "");
  line.text("section", "");
  line.flag("accepted", false);
  line.number("errno", 0);
  line.text("reason", error);
  line.print();
}

/// Returns just after a timer tick. Ticks are when the kernel updates a task's
/// times, and the coarse clock; until the next one, these values stand still.
void waitForTick() {
  timespec start, now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &start);
  do
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  while (now.tv_nsec == start.tv_nsec && now.tv_sec == start.tv_sec);
}

bool isRunnable(const LoadedProgram &loaded) {
  return loaded.verdict.accepted && canRun(bpf_program__type(loaded.program));
}

void runTogether(std::vector<Variant> &variants, size_t program) {
  waitForTick();
  for (Variant &variant : variants)
    if (isRunnable(variant.programs[program]))
      variant.runs[program] = runProgram(variant.programs[program]);
  for (Variant &variant : variants)
    if (auto &run = variant.runs[program]; run && run->error == 0)
      run->maps = MapReader(variant.programs[program].object.get()).read();
}

void fireTogether(std::vector<Variant> &variants, size_t program) {
  std::vector<const LoadedProgram *> chosen;
  std::vector<Variant *> owners;
  for (Variant &variant : variants)
    if (canFire(variant.programs[program]) &&
        !isRunnable(variant.programs[program])) {
      chosen.push_back(&variant.programs[program]);
      owners.push_back(&variant);
    }
  if (chosen.empty())
    return;
  waitForTick();
  std::vector<FireResult> results = fireTogether(chosen);
  for (size_t i = 0; i < owners.size(); ++i)
    owners[i]->fires[program] = std::move(results[i]);
}

/// Whether all that ran or fired left the same values.
bool agree(const std::vector<Variant> &variants, size_t program) {
  const RunResult *run = nullptr;
  const FireResult *fire = nullptr;
  for (const Variant &variant : variants) {
    if (const auto &other = variant.runs[program]) {
      if (run && !(*run == *other))
        return false;
      run = &*other;
    }
    if (const auto &other = variant.fires[program];
        other && other->error == "") {
      if (fire && !(fire->maps == other->maps))
        return false;
      fire = &*other;
    }
  }
  return true;
}

void compare(const std::vector<const ObjectFile *> &files,
             const std::vector<ProgramName> &names,
             const JudgeOptions &options) {
  std::vector<Variant> variants;
  for (const ObjectFile *file : files)
    load(variants.emplace_back(Variant{file, {}, {}, {}, {}, 0}), names);
  for (size_t program = 0; program < names.size(); ++program) {
    int rounds = 0;
    do {
      if (rounds > 0)
        for (Variant &variant : variants)
          if (const auto &object = variant.programs[program].object)
            MapReader(object.get()).clear();
      runTogether(variants, program);
      if (options.attach)
        fireTogether(variants, program);
    } while (++rounds < kRounds && !agree(variants, program));
    for (Variant &variant : variants)
      variant.rounds = std::max(variant.rounds, rounds);
  }
  for (const Variant &variant : variants)
    printVariant(variant, names);
}

void prove(const std::vector<const ObjectFile *> &files,
           const std::vector<ProgramName> &names,
           const scenarios::ScenarioRow *row) {
  for (const ObjectFile *file : files) {
    Variant variant{file, {}, {}, {}, {}, 0};
    load(variant, names);
    bool whole = std::all_of(
        variant.programs.begin(), variant.programs.end(),
        [](const LoadedProgram &one) { return one.verdict.accepted; });
    if (whole && row)
      variant.outcome =
          scenarios::runScenario(*row, variant.programs[0].object.get());
    printVariant(variant, names);
  }
}

void judgeGroup(const std::vector<ObjectFile> &group,
                const JudgeOptions &options) {
  std::vector<const ObjectFile *> files;
  std::vector<ProgramName> names;
  for (const ObjectFile &file : group) {
    std::string error;
    std::vector<ProgramName> found = listPrograms(file.path, error);
    if (names.empty())
      names = found;
    if (found.empty() || found != names)
      printBadObject(file,
                     found.empty() ? error : "other programs than the first");
    else
      files.push_back(&file);
  }
  if (files.empty())
    return;
  const scenarios::ScenarioRow *row = scenarios::findScenario(group[0].name);
  if (row)
    prove(files, names, options.scenarios ? row : nullptr);
  else
    compare(files, names, options);
}

} // namespace

void judgeAll(const std::vector<std::string> &paths,
              const JudgeOptions &options) {
  utsname system;
  uname(&system);
  JsonLine start("kernel");
  start.text("release", system.release);
  start.print();
  std::map<std::string, std::vector<ObjectFile>> groups;
  for (const std::string &path : paths) {
    ObjectFile file = classify(path);
    groups[file.name].push_back(file);
  }
  for (auto &[name, group] : groups) {
    std::stable_partition(group.begin(), group.end(), [](const auto &file) {
      return file.mode.starts_with(kReferenceMode);
    });
    judgeGroup(group, options);
  }
  JsonLine end("end");
  end.print();
}

} // namespace whistler::matrix
