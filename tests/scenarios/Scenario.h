#ifndef WHISTLER_TESTS_SCENARIOS_SCENARIO_H
#define WHISTLER_TESTS_SCENARIOS_SCENARIO_H

#include <bpf/libbpf.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace whistler::scenarios {

using Bytes = std::vector<uint8_t>;

/// What became of a scenario. All empty: everything was as it should be.
struct Outcome {
  std::vector<std::string> failures;
  std::string notAttached; ///< what the kernel said to an attachment
  std::string skipped;     ///< what the machine lacks
  bool passed() const {
    return failures.empty() && notAttached.empty() && skipped.empty();
  }
};

/// A loaded object in the hands of a scenario: runs and attaches its programs,
/// reads its maps, notes what is not as expected. Everything attached is
/// detached with it.
class Scenario {
public:
  Scenario(bpf_object *object, Outcome &outcome)
      : object_(object), outcome_(outcome) {}

  bpf_object *object() const { return object_; }
  /// Null, and a failure, when there is no such program.
  bpf_program *program(const char *name);
  int mapFd(const char *name);

  /// The verdict of a program on a packet; `out` gets the packet afterwards.
  uint32_t run(const char *program, const Bytes &packet, Bytes *out = nullptr);

  /// Attaches every program by its section. False: the kernel refused, and the
  /// scenario has nothing more to do.
  bool attach();
  /// Keeps a link made by hand; null is a refusal (errno).
  bool keep(const char *what, bpf_link *link);
  void detach() { links_.clear(); }
  void skip(std::string reason) { outcome_.skipped = std::move(reason); }

  /// The value of a key; zero, and a failure, when it is absent.
  template <typename V, typename K> V value(const char *map, const K &key) {
    V result{};
    if (!lookup(map, &key, sizeof key, &result, sizeof result))
      fail(std::string(map) + " has no such entry");
    return result;
  }
  template <typename K> bool has(const char *map, const K &key) {
    return lookup(map, &key, sizeof key, nullptr, 0);
  }
  template <typename K, typename V>
  void set(const char *map, const K &key, const V &value) {
    update(map, &key, sizeof key, &value, sizeof value);
  }
  /// Sets the object's only initialized global variable.
  template <typename V> void setGlobal(const V &value) {
    writeData(&value, sizeof value);
  }
  /// All entries of a map.
  template <typename K, typename V> std::map<K, V> entries(const char *map) {
    std::map<K, V> result;
    for (const auto &[key, value] : allEntries(map))
      if (key.size() == sizeof(K) && value.size() >= sizeof(V))
        result[as<K>(key)] = as<V>(value);
    return result;
  }
  /// A per-CPU value, its 64-bit words added up over the CPUs.
  std::vector<uint64_t> sums(const char *map, uint32_t key);

  /// All records of a ring buffer.
  template <typename T> std::vector<T> records(const char *map) {
    std::vector<T> result;
    for (const Bytes &record : drain(map)) {
      if (record.size() != sizeof(T))
        fail(std::string(map) + ": a record of " +
             std::to_string(record.size()) + " bytes, not " +
             std::to_string(sizeof(T)));
      else
        result.push_back(as<T>(record));
    }
    return result;
  }

  void fail(std::string text) { outcome_.failures.push_back(std::move(text)); }
  void check(const char *what, bool holds) {
    if (!holds)
      fail(what);
  }
  template <typename A, typename B>
    requires(std::is_arithmetic_v<A> || std::is_enum_v<A>)
  void equal(const char *what, A actual, B expected) {
    if (int64_t(actual) != int64_t(expected))
      fail(std::string(what) + ": " + std::to_string(int64_t(actual)) +
           ", not " + std::to_string(int64_t(expected)));
  }
  void equal(const char *what, const std::string &actual,
             const std::string &expected) {
    if (actual != expected)
      fail(std::string(what) + ": \"" + actual + "\", not \"" + expected +
           "\"");
  }

private:
  struct DestroyLink {
    void operator()(bpf_link *link) const { bpf_link__destroy(link); }
  };

  template <typename T> static T as(const Bytes &bytes) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  bool lookup(const char *map, const void *key, size_t keyBytes, void *value,
              size_t valueBytes);
  void update(const char *map, const void *key, size_t keyBytes,
              const void *value, size_t valueBytes);
  void writeData(const void *value, size_t bytes);
  std::vector<std::pair<Bytes, Bytes>> allEntries(const char *map);
  std::vector<Bytes> drain(const char *map);
  bpf_map *map(const char *name, size_t keyBytes, size_t valueBytes);

  bpf_object *object_;
  Outcome &outcome_;
  std::vector<std::unique_ptr<bpf_link, DestroyLink>> links_;
};

/// One example and the proof that it does what it says.
struct ScenarioRow {
  const char *example;
  void (*run)(Scenario &);
};

/// The scenario of an example, or null.
const ScenarioRow *findScenario(const std::string &example);
/// All of them, for completeness checks.
std::vector<ScenarioRow> allScenarios();

/// Runs a scenario in a child process of its own, called "scenario", so that
/// it may filter on its pid and enter namespaces.
Outcome runScenario(const ScenarioRow &row, bpf_object *object);

} // namespace whistler::scenarios

#endif
