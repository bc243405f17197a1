// Packets byte by byte, with right lengths and checksums of the IP header, so
// that what a test sends could have come from a network.

#include "Packets.h"

#include <arpa/inet.h>

namespace whistler::scenarios {

namespace {

void put16(Bytes &packet, uint16_t value) {
  packet.push_back(uint8_t(value >> 8));
  packet.push_back(uint8_t(value));
}

void put32(Bytes &packet, uint32_t value) {
  put16(packet, uint16_t(value >> 16));
  put16(packet, uint16_t(value));
}

void ethernet(Bytes &packet, uint16_t type) {
  packet = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  put16(packet, type);
}

void ipv4(Bytes &packet, const Flow &flow, uint8_t protocol, size_t payload,
          size_t options) {
  ethernet(packet, 0x0800);
  size_t start = packet.size();
  packet.push_back(uint8_t(0x45 + options / 4));
  packet.push_back(0);
  put16(packet, uint16_t(20 + options + payload));
  put32(packet, 1 << 16); // identification 1, no fragment
  packet.push_back(64);
  packet.push_back(protocol);
  put16(packet, 0);
  put32(packet, ntohl(address(flow.source)));
  put32(packet, ntohl(address(flow.destination)));
  packet.insert(packet.end(), options, 1); // no-operation options
  uint16_t sum = checksum(packet.data() + start, packet.size() - start);
  packet[start + 10] = uint8_t(sum >> 8);
  packet[start + 11] = uint8_t(sum);
}

void pad(Bytes &packet, size_t payload) {
  for (size_t i = 0; i < payload; ++i)
    packet.push_back(uint8_t(i));
}

void udp(Bytes &packet, const Flow &flow, size_t payload) {
  put16(packet, flow.sourcePort);
  put16(packet, flow.destinationPort);
  put16(packet, uint16_t(8 + payload));
  put16(packet, 0);
  pad(packet, payload);
}

} // namespace

uint16_t checksum(const uint8_t *bytes, size_t size) {
  uint32_t sum = 0;
  for (size_t i = 0; i + 1 < size; i += 2)
    sum += uint32_t(bytes[i] << 8 | bytes[i + 1]);
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  return uint16_t(~sum);
}

uint32_t address(const char *text) {
  in_addr result = {};
  inet_pton(AF_INET, text, &result);
  return result.s_addr;
}

Bytes tcpPacket(const Flow &flow, uint8_t flags, size_t payload,
                size_t options) {
  Bytes packet;
  ipv4(packet, flow, 6, 20 + payload, options);
  put16(packet, flow.sourcePort);
  put16(packet, flow.destinationPort);
  put32(packet, 1000);
  put32(packet, 0);
  packet.push_back(0x50);
  packet.push_back(flags);
  put16(packet, 4096);
  put32(packet, 0);
  pad(packet, payload);
  return packet;
}

Bytes udpPacket(const Flow &flow, size_t payload, size_t options) {
  Bytes packet;
  ipv4(packet, flow, 17, 8 + payload, options);
  udp(packet, flow, payload);
  return packet;
}

Bytes icmpEcho(const Flow &flow, size_t payload) {
  Bytes packet;
  ipv4(packet, flow, 1, 8 + payload, 0);
  size_t start = packet.size();
  put32(packet, 0x08000000); // echo request
  put32(packet, 0x00010001);
  pad(packet, payload);
  uint16_t sum = checksum(packet.data() + start, packet.size() - start);
  packet[start + 2] = uint8_t(sum >> 8);
  packet[start + 3] = uint8_t(sum);
  return packet;
}

Bytes udp6Packet(uint16_t destinationPort) {
  Bytes packet;
  ethernet(packet, 0x86dd);
  put32(packet, 0x60000000);
  put32(packet, 8 << 16 | 17 << 8 | 64);
  for (uint8_t last : {1, 2}) {
    put32(packet, 0x20010db8);
    put32(packet, 0);
    put32(packet, 0);
    put32(packet, last);
  }
  Flow flow;
  flow.destinationPort = destinationPort;
  udp(packet, flow, 0);
  return packet;
}

Bytes arpRequest() {
  Bytes packet;
  ethernet(packet, 0x0806);
  pad(packet, 46);
  return packet;
}

} // namespace whistler::scenarios
