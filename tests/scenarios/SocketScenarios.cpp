// Examples that watch TCP connections, over loopback.

#include "Packets.h"
#include "Scenarios.h"
#include "Surroundings.h"
#include "Triggers.h"

#include <bpf/btf.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace whistler::scenarios {

namespace {

void sendDatagram(const char *host, uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in target = {};
  target.sin_family = AF_INET;
  target.sin_port = htons(port);
  target.sin_addr.s_addr = address(host);
  sendto(fd, "x", 1, 0, reinterpret_cast<sockaddr *>(&target), sizeof target);
  close(fd);
}

bool hasKernelType(const char *enumeration) {
  btf *types = btf__load_vmlinux_btf();
  int id =
      types ? btf__find_by_name_kind(types, enumeration, BTF_KIND_ENUM) : -1;
  btf__free(types);
  return id > 0;
}

} // namespace

void tcpConnectLatency(Scenario &s) {
  struct Event {
    uint64_t latency;
    uint32_t daddr, saddr;
    uint16_t dport, sport;
    uint32_t pid;
    char comm[16];
  };
  if (!s.attach())
    return;
  Connection made = connectToSelf();
  unsigned found = 0;
  for (const Event &event : s.records<Event>("events")) {
    if (event.pid != uint32_t(getpid()))
      continue;
    ++found;
    s.equal("server", event.daddr, address("127.0.0.1"));
    s.equal("client", event.saddr, address("127.0.0.1"));
    s.equal("server port", event.dport, made.serverPort);
    s.equal("client port", event.sport, made.clientPort);
    s.equal("comm", std::string(event.comm), "scenario");
    s.check("a handshake takes time",
            event.latency > 0 && event.latency < 10'000'000'000);
  }
  s.equal("records", found, 1);
}

void tcpLife(Scenario &s) {
  constexpr unsigned kBytes = 5000;
  struct Event {
    uint64_t lifetime, sent, received;
    uint32_t daddr, saddr;
    uint16_t dport, sport;
    uint32_t retransmits, roundTrip, pid;
    char comm[16];
  };
  if (!s.attach())
    return;
  Connection made = connectToSelf(kBytes);
  usleep(20'000);
  unsigned client = 0, server = 0;
  // SYN and FIN count as a byte each.
  auto nearly = [](uint64_t bytes) {
    return bytes >= kBytes && bytes <= kBytes + 2;
  };
  for (const Event &event : s.records<Event>("events")) {
    if (event.sport == made.clientPort && event.dport == made.serverPort) {
      ++client;
      s.equal("pid", event.pid, getpid());
      s.equal("comm", std::string(event.comm), "scenario");
      s.check("bytes sent", nearly(event.sent));
      s.equal("address", event.daddr, address("127.0.0.1"));
      s.check("it lived for less than a minute",
              event.lifetime > 0 && event.lifetime < 60'000'000'000);
    } else if (event.sport == made.serverPort &&
               event.dport == made.clientPort) {
      ++server;
      s.equal("pid of an accepted connection", event.pid, 0);
      s.check("bytes received", nearly(event.received));
    }
  }
  s.equal("records of the client", client, 1);
  s.equal("records of the server", server, 1);
}

namespace {

constexpr char kControl[] = "whistler_reno";

/// Sends `bytes` to itself by the congestion control of that name; the name
/// that the client's socket has then.
std::string sendBy(const char *control, size_t bytes) {
  int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in here = {};
  socklen_t size = sizeof here;
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = address("127.0.0.1");
  auto *generic = reinterpret_cast<sockaddr *>(&here);
  char name[16] = {};
  socklen_t nameSize = sizeof name;
  bool isUp = bind(server, generic, size) == 0 && listen(server, 1) == 0 &&
              getsockname(server, generic, &size) == 0 &&
              setsockopt(client, IPPROTO_TCP, TCP_CONGESTION, control,
                         socklen_t(strlen(control))) == 0 &&
              connect(client, generic, size) == 0;
  int peer =
      isUp ? accept4(server, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)
           : -1;
  bytes = isUp ? bytes : 0;
  std::vector<char> block(16384, 'x');
  for (size_t sent = 0; sent < bytes;) {
    ssize_t count = send(client, block.data(), block.size(), MSG_DONTWAIT);
    sent += count > 0 ? size_t(count) : 0;
    while (recv(peer, block.data(), block.size(), 0) > 0) {
    }
  }
  getsockopt(client, IPPROTO_TCP, TCP_CONGESTION, name, &nameSize);
  for (int socket : {peer, client, server})
    close(socket);
  return name;
}

} // namespace

void tcpCongestion(Scenario &s) {
  struct Tally {
    uint64_t losses, rounds, acked, undone;
    uint32_t leastThreshold;
  };
  if (std::string problem = enterOwnNetwork(); !problem.empty())
    return s.skip(problem);
  bpf_map *control = bpf_object__find_map_by_name(s.object(), "counting_reno");
  if (!s.keep("struct_ops", bpf_map__attach_struct_ops(control)))
    return;
  s.equal("another control", sendBy("reno", 100'000), "reno");
  s.equal("not asked", s.value<Tally>("tallies", uint32_t(0)).rounds, 0);
  s.equal("this control", sendBy(kControl, 1'000'000), kControl);
  Tally tally = s.value<Tally>("tallies", uint32_t(0));
  s.check("rounds", tally.rounds >= 1 && tally.rounds <= tally.acked);
  s.detach();
  s.check("gone", sendBy(kControl, 0) != kControl);
}

void sockCommon(Scenario &s) {
  struct Event {
    uint32_t daddr, saddr;
    uint16_t dport, sport, family;
    uint8_t state, padding;
  };
  constexpr uint8_t kSynSent = 2;
  if (!s.attach())
    return;
  Connection made = connectToSelf();
  unsigned found = 0;
  for (const Event &event : s.records<Event>("connects")) {
    if (event.dport != made.serverPort)
      continue;
    ++found;
    s.equal("server", event.daddr, address("127.0.0.1"));
    s.equal("client", event.saddr, address("127.0.0.1"));
    s.equal("client port", event.sport, made.clientPort);
    s.equal("family", event.family, 2);
    s.equal("state", event.state, kSynSent);
  }
  s.equal("records", found, 1);
}

void dropReasons(Scenario &s) {
  struct Drop {
    uint64_t place, reason;
    bool operator<(const Drop &other) const {
      return std::pair(place, reason) < std::pair(other.place, other.reason);
    }
  };
  constexpr unsigned kPackets = 50;
  if (std::string problem = enterOwnNetwork(); !problem.empty())
    return s.skip(problem);
  if (!s.attach())
    return;
  // Nobody listens there. Each packet is thrown away, and each answer, an ICMP
  // error for a socket that is gone, may be as well.
  for (unsigned i = 0; i < kPackets; ++i)
    sendDatagram("127.0.0.1", 9);
  usleep(20'000); // a busy machine delivers them later
  s.detach();
  uint64_t most = 0, reason = 0;
  for (const auto &[drop, count] : s.entries<Drop, uint64_t>("drops")) {
    s.check("an address in the kernel", int64_t(drop.place) < 0);
    if (count > most)
      most = count, reason = drop.reason;
  }
  s.check("each packet was dropped at one place", most >= kPackets);
  if (hasKernelType("skb_drop_reason"))
    s.check("the reason is known", reason > 1);
  else
    s.equal("no reason", reason, 0);
}

} // namespace whistler::scenarios
