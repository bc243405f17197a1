// Examples that watch TCP connections, over loopback.

#include "Packets.h"
#include "Scenarios.h"
#include "Surroundings.h"
#include "Triggers.h"

#include <bpf/btf.h>

#include <arpa/inet.h>
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
