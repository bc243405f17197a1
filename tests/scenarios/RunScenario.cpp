// Runs a scenario in a child process. The child's findings come back through a
// pipe, one line each, behind a letter for their kind; a child that dies or
// hangs is a failure like any other.

#include "Scenario.h"

#include <cerrno>
#include <cstdio>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

constexpr unsigned kSecondsToLive = 60;

void send(FILE *pipe, char kind, const std::string &text) {
  if (text.empty())
    return;
  std::string line = text;
  for (char &c : line)
    if (c == '\n')
      c = ' ';
  fprintf(pipe, "%c%s\n", kind, line.c_str());
}

[[noreturn]] void childMain(const ScenarioRow &row, bpf_object *object,
                            int pipeFd) {
  prctl(PR_SET_NAME, "scenario");
  alarm(kSecondsToLive);
  Outcome outcome;
  {
    Scenario scenario(object, outcome);
    row.run(scenario);
  }
  FILE *pipe = fdopen(pipeFd, "w");
  for (const std::string &failure : outcome.failures)
    send(pipe, 'f', failure);
  send(pipe, 'a', outcome.notAttached);
  send(pipe, 's', outcome.skipped);
  fclose(pipe);
  _exit(0);
}

Outcome receive(int pipeFd) {
  std::string text;
  char buffer[512];
  for (ssize_t got; (got = read(pipeFd, buffer, sizeof buffer)) > 0 ||
                    (got < 0 && errno == EINTR);)
    if (got > 0)
      text.append(buffer, size_t(got));
  Outcome outcome;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string rest = line.substr(1);
    if (line[0] == 'f')
      outcome.failures.push_back(rest);
    else
      (line[0] == 'a' ? outcome.notAttached : outcome.skipped) = rest;
  }
  return outcome;
}

} // namespace

Outcome runScenario(const ScenarioRow &row, bpf_object *object) {
  Outcome outcome;
  int ends[2];
  if (pipe(ends)) {
    outcome.failures.push_back(std::string("no pipe: ") + strerror(errno));
    return outcome;
  }
  fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    childMain(row, object, ends[1]);
  }
  close(ends[1]);
  outcome = receive(ends[0]);
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    outcome.failures.push_back(std::string("no child: ") + strerror(errno));
  else if (WIFSIGNALED(status))
    outcome.failures.push_back("the scenario died of signal " +
                               std::to_string(WTERMSIG(status)));
  return outcome;
}

} // namespace whistler::scenarios
