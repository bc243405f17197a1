#ifndef WHISTLER_TESTS_SCENARIOS_PACKETS_H
#define WHISTLER_TESTS_SCENARIOS_PACKETS_H

#include "Scenario.h"

namespace whistler::scenarios {

/// TCP flags, as they stand in the header.
enum TcpFlags : uint8_t { Fin = 1, Syn = 2, Rst = 4, Psh = 8, Ack = 16 };

/// The ends of a packet. Addresses as people write them, ports as numbers.
struct Flow {
  const char *source = "10.0.0.1";
  const char *destination = "10.0.0.2";
  uint16_t sourcePort = 4660;
  uint16_t destinationPort = 80;
};

/// An Ethernet frame with IPv4 inside; `options` bytes of IPv4 options (a
/// multiple of 4), `payload` bytes of data.
Bytes tcpPacket(const Flow &flow, uint8_t flags, size_t payload = 0,
                size_t options = 0);
Bytes udpPacket(const Flow &flow, size_t payload = 0, size_t options = 0);
Bytes icmpEcho(const Flow &flow, size_t payload = 0);
/// UDP in IPv6, from 2001:db8::1 to 2001:db8::2.
Bytes udp6Packet(uint16_t destinationPort);
/// An ARP request: no IP at all.
Bytes arpRequest();

/// The Internet checksum of an even number of bytes; 0 when one among them is
/// their right one.
uint16_t checksum(const uint8_t *bytes, size_t size);

/// An IPv4 address as it stands in a packet, in network order.
uint32_t address(const char *text);

} // namespace whistler::scenarios

#endif
