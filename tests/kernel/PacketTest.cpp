// Packet headers: programs run over packets built here, and both the result
// and the packet afterwards are compared. Every -O level and every processor
// level gives the same.

#include "KernelTest.h"

using namespace whistler;
using namespace whistler::test;

namespace {

using Bytes = std::vector<uint8_t>;

void put16(Bytes &packet, size_t at, uint16_t value) {
  packet[at] = uint8_t(value >> 8);
  packet[at + 1] = uint8_t(value);
}

void put32(Bytes &packet, size_t at, uint32_t value) {
  put16(packet, at, uint16_t(value >> 16));
  put16(packet, at + 2, uint16_t(value));
}

Bytes ethernet(uint16_t type, size_t bytes) {
  Bytes packet(bytes, 0);
  for (uint8_t i = 0; i < 12; ++i)
    packet[i] = uint8_t(0x10 + i);
  put16(packet, 12, type);
  return packet;
}

/// An IPv4 packet whose header has `words` * 4 bytes; ports 0x1234 and 80.
Bytes ipv4(uint8_t protocol, unsigned words = 5, size_t bytes = 100) {
  Bytes packet = ethernet(0x800, bytes);
  packet[14] = uint8_t(0x40 | words);
  put16(packet, 16, uint16_t(bytes - 14));
  put16(packet, 18, 0xbeef);
  packet[22] = 64;
  packet[23] = protocol;
  put32(packet, 26, 0x0a000001);
  put32(packet, 30, 0x0a000002);
  size_t transport = 14 + words * 4;
  if (transport + 8 > bytes)
    return packet;
  put16(packet, transport, 0x1234);
  put16(packet, transport + 2, 80);
  if (protocol == 17)
    put16(packet, transport + 4, 0x0102);
  if (protocol == 6 && transport + 20 <= bytes) {
    put32(packet, transport + 4, 0x11223344);
    packet[transport + 13] = 0x12;
    put16(packet, transport + 14, 0x5678);
  }
  return packet;
}

Bytes ipv6() {
  Bytes packet = ethernet(0x86dd, 100);
  put32(packet, 14, 0x60000001);
  put16(packet, 18, 46);
  packet[20] = 58;
  packet[22] = 0xfe;
  return packet;
}

struct Row {
  const char *name;
  const char *type; ///< of the program
  const char *body;
  Bytes packet;
  uint32_t expected;
  /// Bytes that the program changes: position, value.
  std::vector<std::pair<size_t, uint8_t>> changes = {};
};

const uint8_t kTcp = 6, kUdp = 17;

void PrintTo(const Row &row, std::ostream *os) { *os << row.name; }

const Row kRows[] = {
    // XDP_PASS is 2, XDP_DROP 1, TC_ACT_OK 0; 7 marks "not this protocol".
    {"TcpPort", ":xdp", "(with-tcp (d e tcp) (return (tcp-dst-port tcp))) 7",
     ipv4(kTcp), 80},
    {"TcpSource", ":xdp", "(with-tcp (d e tcp) (return (tcp-src-port tcp))) 7",
     ipv4(kTcp), 0x1234},
    {"TcpBehindOptions", ":xdp",
     "(with-tcp (d e tcp) (return (tcp-dst-port tcp))) 7", ipv4(kTcp, 8), 80},
    {"TcpBehindMostOptions", ":xdp",
     "(with-tcp (d e tcp) (return (tcp-dst-port tcp))) 7", ipv4(kTcp, 15), 80},
    {"TcpWithoutOptions", ":xdp",
     "(with-tcp (d e tcp :options nil) (return (tcp-dst-port tcp))) 7",
     ipv4(kTcp), 80},
    {"OptionsAreAnotherProtocol", ":xdp",
     "(with-tcp (d e tcp :options nil) (return (tcp-dst-port tcp))) 7",
     ipv4(kTcp, 6), 7},
    {"UdpWithoutOptions", ":tc",
     "(with-tc-udp (d e udp :options nil) (return (udp-dst-port udp))) 7",
     ipv4(kUdp), 80},
    {"TcpCutInOptions", ":xdp",
     "(with-tcp (d e tcp) (return (tcp-dst-port tcp))) 7", ipv4(kTcp, 15, 90),
     2},
    {"TcpSequence", ":xdp", "(with-tcp (d e tcp) (return (tcp-seq tcp))) 7",
     ipv4(kTcp), 0x11223344},
    {"TcpFlags", ":xdp",
     "(with-tcp (d e tcp)"
     "  (return (+ (* 10 (/= 0 (logand (tcp-flags tcp) +tcp-syn+)))"
     "             (/= 0 (logand (tcp-flags tcp) +tcp-fin+))))) 7",
     ipv4(kTcp), 10},
    {"TcpWindow", ":xdp", "(with-tcp (d e tcp) (return (tcp-window tcp))) 7",
     ipv4(kTcp), 0x5678},
    {"TcpIsNotUdp", ":xdp", "(with-udp (d e udp) (return 3)) 7", ipv4(kTcp), 7},
    {"TooShortLeaves", ":xdp", "(with-ipv4 (d e ip) (return 3)) 7",
     ethernet(0x800, 20), 2},
    {"TooShortLeavesTc", ":tc",
     "(with-tc-packet (d e :min-len 61) (return 3)) 7", ethernet(1, 60), 0},
    {"OtherEtherType", ":xdp", "(with-ipv4 (d e ip) (return 3)) 7",
     ethernet(0x806, 60), 7},
    {"ValueOfOtherProtocol", ":xdp", "(with-tcp (d e tcp) 3)", ipv4(kUdp), 0},
    {"ValueOfBody", ":xdp", "(with-tcp (d e tcp) 3)", ipv4(kTcp), 3},
    {"UdpLength", ":xdp", "(with-udp (d e udp) (return (udp-length udp))) 7",
     ipv4(kUdp, 6), 0x0102},
    {"EthType", ":xdp", "(with-eth (d e) (return (eth-type d))) 7",
     ethernet(0x806, 60), 0x806},
    {"EthAddress", ":xdp",
     "(with-eth (d e) (return (+ (eth-dst-mac d 5) (eth-src-mac d 0)"
     " (load u8 (eth-src-mac-ptr d) 1)))) 7",
     ethernet(0x806, 60), 0x15 + 0x16 + 0x17},
    {"MinimumLength", ":xdp",
     "(with-packet (d e :min-len 60) (return (load u8 d 59))) 7",
     ethernet(1, 60), 0},
    {"MinimumLengthLeaves", ":xdp",
     "(with-packet (d e :min-len 61) (return (load u8 d 60))) 7",
     ethernet(1, 60), 2},
    {"Ipv4Fields", ":xdp",
     "(with-ipv4 (d e ip) (return (+ (ipv4-total-len ip)"
     " (* 1000 (ipv4-ttl ip)) (* 1000000 (ipv4-protocol ip))))) 7",
     ipv4(kTcp), 6064086},
    {"Ipv4AddressAsItStands", ":xdp",
     "(with-ipv4 (d e ip) (return (ntohl (ipv4-src-addr ip)))) 7", ipv4(kTcp),
     0x0a000001},
    {"Ipv6Fields", ":xdp",
     "(let* ((d (xdp-data)) (e (xdp-data-end)))"
     " (when-let (ip (parse-ipv6 d e))"
     "  (return (+ (ipv6-payload-len ip) (* 1000 (ipv6-next-hdr ip))"
     "             (* 1000000 (logand #xff (ipv6-src-addr-hi ip)))))) 7)",
     ipv6(), 254058046},
    {"Ipv6TrafficClass", ":xdp",
     "(let* ((d (xdp-data)) (e (xdp-data-end)))"
     " (when-let (ip (parse-ipv6 d e))"
     "  (return (ipv6-ver-tc-flow ip))) 7)",
     ipv6(), 0x60000001},
    {"ParseTcp", ":xdp",
     "(let* ((d (xdp-data)) (e (xdp-data-end)) (tcp (parse-tcp d e)))"
     " (if tcp (tcp-dst-port tcp) 7))",
     ipv4(kTcp, 7), 80},
    {"ParseTcpOfUdp", ":xdp",
     "(let* ((d (xdp-data)) (e (xdp-data-end)) (tcp (parse-tcp d e)))"
     " (if tcp (tcp-dst-port tcp) 7))",
     ipv4(kUdp), 7},
    {"ParseTcpShort", ":xdp",
     "(let* ((d (xdp-data)) (e (xdp-data-end)) (tcp (parse-tcp d e)))"
     " (if tcp (tcp-dst-port tcp) 7))",
     ipv4(kTcp, 5, 40), 7},
    {"ParseUdpTc", ":tc",
     "(let* ((d (tc-data)) (e (tc-data-end)) (udp (parse-udp d e)))"
     " (if udp (udp-src-port udp) 7))",
     ipv4(kUdp), 0x1234},
    {"ParseEth", ":tc",
     "(let* ((d (tc-data)) (e (tc-data-end)))"
     " (if-let (eth (parse-eth d e)) (eth-type eth) 7))",
     ethernet(0x1111, 30), 0x1111},
    {"TcTcp", ":tc", "(with-tc-tcp (d e tcp) (return (tcp-dst-port tcp))) 7",
     ipv4(kTcp, 6), 80},
    {"TcUdp", ":tc", "(with-tc-udp (d e udp) (return (udp-dst-port udp))) 7",
     ipv4(kUdp), 80},
    {"TcEth", ":tc", "(with-tc-eth (d e) (return (eth-type d))) 7",
     ethernet(0x1111, 30), 0x1111},
    {"TcPacket", ":tc",
     "(with-tc-packet (d e :min-len 20) (return (load u8 d 12))) 7",
     ethernet(0x1111, 30), 0x11},
    {"PacketLength", ":xdp", "(- (ctx data-end) (ctx data))",
     ethernet(0x1111, 77), 77},
    {"TwoProtocols", ":xdp",
     "(with-tcp (d e tcp) (return 3)) (with-udp (d e udp) (return 4)) 7",
     ipv4(kUdp), 4},
    // setf and incf convert; the value of the form is in host order
    {"SetPort",
     ":xdp",
     "(with-udp (d e udp) (return (setf (udp-dst-port udp) #x0135))) 7",
     ipv4(kUdp),
     0x0135,
     {{36, 0x01}, {37, 0x35}}},
    {"SetPortTruncates",
     ":xdp",
     "(with-udp (d e udp) (return (setf (udp-dst-port udp) #x70135))) 7",
     ipv4(kUdp),
     0x0135,
     {{36, 0x01}, {37, 0x35}}},
    {"IncrementPort",
     ":xdp",
     "(with-udp (d e udp) (return (incf (udp-dst-port udp) #x101))) 7",
     ipv4(kUdp),
     0x0151,
     {{36, 0x01}, {37, 0x51}}},
    {"SetSequence",
     ":xdp",
     "(with-tcp (d e tcp) (setf (tcp-seq tcp) #x01020304) (return 5)) 7",
     ipv4(kTcp),
     5,
     {{38, 1}, {39, 2}, {40, 3}, {41, 4}}},
    {"DecrementTimeToLive",
     ":tc",
     "(with-tc-ipv4 (d e ip) (decf (ipv4-ttl ip)) (return (ipv4-ttl ip))) 7",
     ipv4(kTcp),
     63,
     {{22, 63}}},
    {"SetAddressByte",
     ":xdp",
     "(with-eth (d e) (setf (eth-dst-mac d 2) #xaa) (return 5)) 7",
     ethernet(0x1111, 30),
     5,
     {{2, 0xaa}}},
    // A header of one's own, at every width, in packet and stack memory
    {"OwnHeader",
     ":xdp",
     "(with-packet (d e :min-len 32)"
     " (return (+ (own-wide d) (own-half d) (own-signed d)))) 7",
     {0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0xff, 0xff, 0xff, 0xfe, 9, 9,
      9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,    9,    9,    9,    9, 9},
     256u + 2u - 2u},
    {"OwnHeaderArray",
     ":xdp",
     "(with-packet (d e :min-len 32)"
     " (setf (own-list d 1) 3) (return (own-list d 0))) 7",
     {9,    9,    9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
      0x12, 0x34, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9},
     0x1234,
     {{18, 0}, {19, 3}}},
    {"OwnHeaderOnTheStack", ":xdp",
     "(let ((h (make-own))) (setf (own-wide h) 5)"
     " (+ (* 10 (own-wide h)) (load u8 h 7) (sizeof own)))",
     ethernet(0x1111, 30), 75},
};

std::string sourceOf(const Row &row) {
  return std::string("(defheader own"
                     " (wide :offset 0 :type u64 :net-order t)"
                     " (half :offset 8 :type u16 :net-order t)"
                     " (signed :offset 10 :type i32 :net-order t)"
                     " (list :offset 16 :type (array u16 2) :net-order t))\n"
                     "(defprog run (:type ") +
         row.type + ")\n  " + row.body + ")\n";
}

using Packets = KernelTestOf<Row>;

void check(const Row &row, const Mode &mode) {
  SCOPED_TRACE(std::string(row.name) + " " + mode.name());
  auto object = loadSource(sourceOf(row), "packet.lisp", mode);
  if (!object)
    return;
  backend::LoadedObject::RunOptions options;
  options.data = row.packet;
  auto result = object->run("run", options);
  ASSERT_TRUE(bool(result)) << take(result.takeError());
  EXPECT_EQ(result->value, row.expected);
  Bytes expected = row.packet;
  for (auto [at, byte] : row.changes)
    expected[at] = byte;
  EXPECT_EQ(result->data, expected);
}

TEST_P(Packets, AreUnderstood) {
  for (const Mode &mode : optimizationModes())
    for (backend::Cpu cpu : {backend::Cpu::V1, backend::Cpu::V2,
                             backend::Cpu::V3, backend::Cpu::V4}) {
      Mode leveled = mode;
      leveled.cpu = cpu;
      check(GetParam(), leveled);
    }
}

INSTANTIATE_TEST_SUITE_P(Headers, Packets, ::testing::ValuesIn(kRows),
                         [](const auto &info) {
                           return testName(info.param.name);
                         });

} // namespace
