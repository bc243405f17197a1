#ifndef WHISTLER_BACKEND_LIBBPFMESSAGES_H
#define WHISTLER_BACKEND_LIBBPFMESSAGES_H

#include <string>
#include <vector>

namespace whistler::backend {

/// Keeps what libbpf warns of on this thread while it lives; libbpf prints
/// nothing.
class LibbpfMessages {
public:
  LibbpfMessages();
  ~LibbpfMessages();
  LibbpfMessages(const LibbpfMessages &) = delete;
  LibbpfMessages &operator=(const LibbpfMessages &) = delete;

  void add(std::string text);
  /// The warning that says most: not one of those that follow from others.
  std::string reason() const;

private:
  std::vector<std::string> warnings_;
  LibbpfMessages *outer_;
};

} // namespace whistler::backend

#endif
