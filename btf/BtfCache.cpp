// Opened BTF by path.
//
// What identifies a file's content is device, inode, size and the times of
// last modification and status change, except on sysfs: there the times belong
// to the in-memory inode, which the kernel drops and makes anew with another
// time whenever it likes, while what the file shows cannot change. A sysfs
// inode number is the node's own for as long as the node exists, so a module
// that was unloaded and loaded again is noticed.
//
// The lock is held while a file is read: a second thread that wants the same
// image has to wait for it anyway, and reading takes milliseconds.

#include "whistler/btf/Btf.h"

#include <llvm/ADT/StringMap.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <mutex>

namespace whistler::btf {
namespace {

using Identity = std::array<uint64_t, 7>;

llvm::Expected<Identity> identify(const std::string &path) {
  struct stat status;
  struct statfs fileSystem;
  if (::stat(path.c_str(), &status) != 0 ||
      ::statfs(path.c_str(), &fileSystem) != 0)
    return llvm::createFileError(
        path, std::error_code(errno, std::generic_category()));
  Identity identity = {uint64_t(status.st_dev), uint64_t(status.st_ino),
                       uint64_t(status.st_size)};
  if (fileSystem.f_type != SYSFS_MAGIC) {
    identity[3] = status.st_mtim.tv_sec;
    identity[4] = status.st_mtim.tv_nsec;
    identity[5] = status.st_ctim.tv_sec;
    identity[6] = status.st_ctim.tv_nsec;
  }
  return identity;
}

struct Entry {
  Identity identity = {};
  std::shared_ptr<const Btf> base, btf;
};

} // namespace

struct BtfCache::Impl {
  std::mutex mutex;
  llvm::StringMap<Entry> entries;

  /// Called with the lock held.
  llvm::Expected<std::shared_ptr<const Btf>>
  open(const std::string &path, std::shared_ptr<const Btf> base);
};

llvm::Expected<std::shared_ptr<const Btf>>
BtfCache::Impl::open(const std::string &path, std::shared_ptr<const Btf> base) {
  // Before reading: a file that is replaced meanwhile no longer matches and
  // is read again next time.
  llvm::Expected<Identity> identity = identify(path);
  if (!identity)
    return identity.takeError();
  auto at = entries.find(path);
  if (at != entries.end() && at->second.identity == *identity &&
      at->second.base == base)
    return at->second.btf;
  auto btf = Btf::open(path, base);
  if (btf)
    entries[path] = {*identity, std::move(base), *btf};
  return btf;
}

BtfCache::BtfCache() : impl_(std::make_unique<Impl>()) {}
BtfCache::~BtfCache() = default;

llvm::Expected<std::shared_ptr<const Btf>>
BtfCache::open(const std::string &path) {
  std::lock_guard lock(impl_->mutex);
  return impl_->open(path, nullptr);
}

llvm::Expected<std::shared_ptr<const Btf>>
BtfCache::openModule(const std::string &name, const std::string &kernel) {
  const std::string directory = kernel.substr(0, kernel.rfind('/') + 1);
  if (name.empty() || name.front() == '.' ||
      name.find('/') != std::string::npos)
    return llvm::createFileError(
        directory + name, std::make_error_code(std::errc::invalid_argument));
  std::lock_guard lock(impl_->mutex);
  auto base = impl_->open(kernel, nullptr);
  if (!base || name == "vmlinux")
    return base;
  return impl_->open(directory + name, *base);
}

void BtfCache::reset() {
  std::lock_guard lock(impl_->mutex);
  impl_->entries.clear();
}

} // namespace whistler::btf
