// XDP and tc examples: packets in, verdicts and maps out, by BPF_PROG_TEST_RUN.

#include "Packets.h"
#include "Scenarios.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <unistd.h>

namespace whistler::scenarios {

namespace {

Flow toPort(uint16_t port, uint16_t from = 4660) {
  Flow flow;
  flow.sourcePort = from;
  flow.destinationPort = port;
  return flow;
}

Flow from(const char *source) {
  Flow flow;
  flow.source = source;
  return flow;
}

} // namespace

void packetCounter(Scenario &s) {
  const char *program = "packet_counter";
  Bytes tcp = tcpPacket({}, Syn), udp = udpPacket({}, 100);
  s.equal("verdict on TCP", s.run(program, tcp), XDP_PASS);
  s.run(program, udp);
  s.run(program, udp);
  s.equal("verdict on ARP", s.run(program, arpRequest()), XDP_PASS);
  s.equal("verdict on IPv6", s.run(program, udp6Packet(53)), XDP_PASS);
  auto countedTcp = s.sums("traffic", 6), countedUdp = s.sums("traffic", 17);
  s.equal("TCP packets", countedTcp[0], 1);
  s.equal("TCP bytes", countedTcp[1], tcp.size());
  s.equal("UDP packets", countedUdp[0], 2);
  s.equal("UDP bytes", countedUdp[1], 2 * udp.size());
  s.equal("ICMP packets", s.sums("traffic", 1)[0], 0);
}

void portBlocker(Scenario &s) {
  const char *program = "port_blocker";
  s.set("blocked", uint16_t(8080), uint64_t(0));
  s.equal("TCP to 8080", s.run(program, tcpPacket(toPort(8080), Syn)),
          XDP_DROP);
  s.equal("UDP to 8080", s.run(program, udpPacket(toPort(8080), 4)), XDP_DROP);
  s.equal("TCP from 8080", s.run(program, tcpPacket(toPort(80, 8080), Syn)),
          XDP_PASS);
  s.equal("UDP to 53", s.run(program, udpPacket(toPort(53))), XDP_PASS);
  s.equal("the shortest UDP packet", s.run(program, udpPacket(toPort(8080))),
          XDP_DROP);
  s.equal("TCP behind IP options",
          s.run(program, tcpPacket(toPort(8080), Syn, 0, 8)), XDP_DROP);
  Bytes fragment = tcpPacket(toPort(8080), Syn, 30);
  fragment[21] = 1; // not the first: offset 8
  s.equal("a later fragment", s.run(program, fragment), XDP_PASS);
  s.equal("ICMP", s.run(program, icmpEcho({})), XDP_PASS);
  s.equal("ARP", s.run(program, arpRequest()), XDP_PASS);
  s.equal("drops", s.value<uint64_t>("blocked", uint16_t(8080)), 4);
}

void synFlood(Scenario &s) {
  const char *program = "syn_flood";
  Bytes syn = tcpPacket(from("10.1.1.1"), Syn);
  unsigned passed = 0, dropped = 0;
  for (int i = 0; i < 120; ++i)
    (s.run(program, syn) == XDP_PASS ? passed : dropped) += 1;
  s.equal("SYNs that passed", passed, 100);
  s.equal("SYNs dropped", dropped, 20);
  s.equal("drops counted", s.sums("dropped", 0)[0], 20);
  s.equal("data of the same source",
          s.run(program, tcpPacket(from("10.1.1.1"), Ack | Psh, 10)), XDP_PASS);
  s.equal("answers of the same source",
          s.run(program, tcpPacket(from("10.1.1.1"), Syn | Ack)), XDP_PASS);
  s.equal("another source", s.run(program, tcpPacket(from("10.1.1.2"), Syn)),
          XDP_PASS);
  struct {
    uint64_t window, syns;
  } past = {1, 1000};
  s.set("sources", address("10.1.1.1"), past);
  s.equal("the next second", s.run(program, syn), XDP_PASS);
}

void rateLimiter(Scenario &s) {
  const char *program = "rate_limiter";
  struct Bucket {
    uint64_t credit, updated, passed, dropped;
  };
  Bytes packet = icmpEcho(from("10.2.2.2"));
  uint32_t key = address("10.2.2.2");
  s.equal("the first packet", s.run(program, packet), XDP_PASS);
  auto first = s.value<Bucket>("buckets", key);
  s.equal("credit after one packet", first.credit, 49'000'000);
  Bucket empty = {0, first.updated, 1, 0};
  s.set("buckets", key, empty);
  usleep(60'000);
  s.equal("after 60 ms of rest", s.run(program, packet), XDP_PASS);
  auto rested = s.value<Bucket>("buckets", key);
  s.equal("credit is capped at the burst", rested.credit, 49'000'000);
  unsigned dropped = 0;
  for (int i = 0; i < 3000 && dropped == 0; ++i)
    dropped += s.run(program, packet) == XDP_DROP;
  auto after = s.value<Bucket>("buckets", key);
  s.equal("drops counted", after.dropped, dropped);
  // Emulated, a run may take longer than the millisecond that a packet costs.
  if (dropped == 0)
    s.check("without a drop there is credit left", after.credit > 0);
  s.equal("ARP", s.run(program, arpRequest()), XDP_PASS);
}

void tcClassifier(Scenario &s) {
  const char *program = "tc_classifier";
  Bytes ssh = tcpPacket(toPort(22), Ack, 900);
  Bytes git = tcpPacket(toPort(9418), Ack, 900);
  Bytes web = tcpPacket(toPort(443), Ack, 900);
  Bytes dns = udpPacket(toPort(53), 30);
  for (const Bytes &packet : {ssh, git, web, dns, tcpPacket(toPort(443), Ack)})
    s.equal("verdict", s.run(program, packet), TC_ACT_OK);
  s.equal("interactive packets", s.sums("bands", 6)[0], 3);
  s.equal("bulk bytes", s.sums("bands", 2)[1], git.size());
  s.equal("best-effort bytes", s.sums("bands", 0)[1], web.size());
}

void eventLogger(Scenario &s) {
  struct Event {
    uint64_t timestamp;
    uint32_t source, destination;
    uint16_t sourcePort, destinationPort;
    uint8_t flags, padding[3];
  };
  const char *program = "event_logger";
  s.equal("verdict", s.run(program, tcpPacket(toPort(443, 50000), Syn)),
          TC_ACT_OK);
  s.run(program, tcpPacket({}, Ack, 100));
  s.run(program, tcpPacket({}, Syn | Ack));
  s.run(program, tcpPacket({}, Rst | Ack));
  s.run(program, udpPacket({}));
  auto events = s.records<Event>("events");
  s.equal("records", events.size(), 2);
  if (events.size() != 2)
    return;
  s.equal("source", events[0].source, address("10.0.0.1"));
  s.equal("destination", events[0].destination, address("10.0.0.2"));
  s.equal("source port", events[0].sourcePort, 50000);
  s.equal("destination port", events[0].destinationPort, 443);
  s.equal("flags", events[0].flags, Syn);
  s.equal("flags of the refusal", events[1].flags, Rst | Ack);
  s.check("time goes on", events[0].timestamp <= events[1].timestamp);
  s.equal("padding", events[0].padding[0] | events[0].padding[2], 0);
  s.equal("lost", s.value<uint64_t>("lost", uint32_t(0)), 0);
}

void icmpEchoReply(Scenario &s) {
  const char *program = "icmp_echo";
  Bytes request = icmpEcho({}, 32), reply;
  s.equal("a ping", s.run(program, request, &reply), XDP_TX);
  if (reply.size() != request.size())
    return s.fail("the answer has another length");
  auto moved = [&](size_t to, size_t from, size_t bytes) {
    return memcmp(&reply[to], &request[from], bytes) == 0;
  };
  s.check("hardware addresses change places", moved(0, 6, 6) && moved(6, 0, 6));
  s.check("IP addresses change places", moved(26, 30, 4) && moved(30, 26, 4));
  s.equal("type", reply[34], 0);
  s.equal("sum of the IP header", checksum(&reply[14], 20), 0);
  s.equal("sum of the message", checksum(&reply[34], reply.size() - 34), 0);
  s.check("the data is the same", moved(38, 38, reply.size() - 38));
  s.equal("an answer", s.run(program, reply), XDP_PASS);
  s.equal("TCP", s.run(program, tcpPacket({}, Syn)), XDP_PASS);
  s.equal("ARP", s.run(program, arpRequest()), XDP_PASS);
}

void tailCalls(Scenario &s) {
  const char *program = "dispatcher";
  s.equal("no handler yet", s.run(program, tcpPacket({}, Syn)), XDP_PASS);
  s.equal("calls of the dispatcher itself",
          s.value<uint64_t>("verdicts", uint32_t(0)), 1);
  bpf_program *tcp = s.program("handle_tcp"), *udp = s.program("handle_udp");
  if (!tcp || !udp)
    return;
  s.set("handlers", uint32_t(6), bpf_program__fd(tcp));
  s.set("handlers", uint32_t(17), bpf_program__fd(udp));
  s.equal("TCP", s.run(program, tcpPacket({}, Syn)), XDP_PASS);
  s.equal("UDP from a low port", s.run(program, udpPacket(toPort(9, 111))),
          XDP_DROP);
  s.equal("a DNS answer", s.run(program, udpPacket(toPort(9, 53))), XDP_PASS);
  s.equal("UDP from a high port", s.run(program, udpPacket(toPort(9, 5000))),
          XDP_PASS);
  s.equal("ICMP", s.run(program, icmpEcho({})), XDP_PASS);
  s.equal("TCP packets", s.value<uint64_t>("verdicts", uint32_t(1)), 1);
  s.equal("UDP packets", s.value<uint64_t>("verdicts", uint32_t(2)), 3);
  s.equal("others", s.value<uint64_t>("verdicts", uint32_t(0)), 2);
}

} // namespace whistler::scenarios
