// Examples that are attached to a control group or a network namespace, each in
// one of its own.

#include "Packets.h"
#include "Scenarios.h"
#include "Surroundings.h"
#include "Triggers.h"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

sockaddr_in endpoint(const char *host, uint16_t port) {
  sockaddr_in result = {};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = address(host);
  return result;
}

const sockaddr *generic(const sockaddr_in &address) {
  return reinterpret_cast<const sockaddr *>(&address);
}

/// errno of connecting a new socket to host:port, 0 when it worked; the peer's
/// address as the kernel has it goes to `peer`.
int tryConnect(int type, const char *host, uint16_t port,
               uint32_t *peer = nullptr) {
  int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in target = endpoint(host, port);
  int error = connect(fd, generic(target), sizeof target) ? errno : 0;
  sockaddr_in actual = {};
  socklen_t size = sizeof actual;
  if (peer && !getpeername(fd, reinterpret_cast<sockaddr *>(&actual), &size))
    *peer = actual.sin_addr.s_addr;
  close(fd);
  return error;
}

/// A new network, a new group with the program attached, this process in both.
bool enter(Scenario &s, TemporaryCgroup &group, const char *program) {
  std::string problem = enterOwnNetwork();
  if (problem.empty())
    problem = group.problem();
  if (!problem.empty()) {
    s.skip(problem);
    return false;
  }
  bpf_program *found = s.program(program);
  return found &&
         s.keep(program, bpf_program__attach_cgroup(found, group.fd())) &&
         group.join();
}

} // namespace

void cgroupEgress(Scenario &s) {
  struct Volume {
    uint64_t packets, bytes;
  };
  TemporaryCgroup group;
  if (!enter(s, group, "cgroup_egress"))
    return;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in target = endpoint("127.0.0.1", 9);
  char data[100] = {};
  for (int i = 0; i < 3; ++i)
    sendto(fd, data, sizeof data, 0, generic(target), sizeof target);
  close(fd);
  auto sent = s.value<Volume>("sent", group.id());
  s.equal("packets of the group", sent.packets, 3);
  s.equal("bytes of the group", sent.bytes, 3 * (20 + 8 + 100));
  s.detach();
}

void connect4Firewall(Scenario &s) {
  struct Network {
    uint32_t prefix, address;
  };
  TemporaryCgroup group;
  if (!enter(s, group, "connect4_firewall"))
    return;
  Network test = {24, address("192.0.2.0")};
  s.set("denied", test, uint64_t(0));
  s.set("redirected", address("198.51.100.1"), address("127.0.0.1"));
  s.equal("a denied network", tryConnect(SOCK_STREAM, "192.0.2.7", 80), EPERM);
  s.equal("a denied network, UDP", tryConnect(SOCK_DGRAM, "192.0.2.9", 53),
          EPERM);
  s.equal("loopback", tryConnect(SOCK_DGRAM, "127.0.0.1", 53), 0);
  uint32_t peer = 0;
  s.equal("a redirected address",
          tryConnect(SOCK_DGRAM, "198.51.100.1", 53, &peer), 0);
  s.equal("where it went", peer, address("127.0.0.1"));
  s.equal("refusals", s.value<uint64_t>("denied", test), 2);
  s.detach();
}

void tcpRoundTrips(Scenario &s) {
  TemporaryCgroup group;
  if (!enter(s, group, "tcp_rtt"))
    return;
  Connection made = connectToSelf(4000);
  s.check("a connection", made.clientPort != 0);
  uint64_t measured = 0;
  for (const auto &[slot, count] : s.entries<uint32_t, uint64_t>("round_trips"))
    measured += count;
  s.check("round trips were measured", measured >= 1 && measured < 1000);
  s.detach();
}

void skLookup(Scenario &s) {
  if (std::string problem = enterOwnNetwork(); !problem.empty())
    return s.skip(problem);
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here = endpoint("127.0.0.1", 4000);
  if (bind(server, generic(here), sizeof here) || listen(server, 4))
    return s.fail("no server");
  s.equal("before", tryConnect(SOCK_STREAM, "127.0.0.1", 7042), ECONNREFUSED);
  s.set("server", uint32_t(0), uint64_t(server));
  int space = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  bpf_program *steer = s.program("steer");
  if (!steer || !s.keep("sk_lookup", bpf_program__attach_netns(steer, space)))
    return;
  s.equal("the first port", tryConnect(SOCK_STREAM, "127.0.0.1", 7000), 0);
  s.equal("a port within", tryConnect(SOCK_STREAM, "127.0.0.1", 7042), 0);
  s.equal("the last port", tryConnect(SOCK_STREAM, "127.0.0.1", 7999), 0);
  s.equal("one port further", tryConnect(SOCK_STREAM, "127.0.0.1", 8000),
          ECONNREFUSED);
  s.equal("the server's own port", tryConnect(SOCK_STREAM, "127.0.0.1", 4000),
          0);
  close(server);
  close(space);
}

} // namespace whistler::scenarios
