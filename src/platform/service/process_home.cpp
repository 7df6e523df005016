#include "platform/service/process_home.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace valion {
namespace {

constexpr int kMostProcesses = 64;  // of one service in one home

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& reason) {
  throw std::runtime_error("cannot write " + path.string() + ": " + reason +
                           "; choose another folder with --home or VALION_HOME, or mend its owner and mode");
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (!error && made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) refuse(folder, error.message());
}

// A locked descriptor, or -1 when another process holds the lock.
int try_lock(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) refuse(file, std::strerror(errno));
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  close(descriptor);
  return -1;
}

}  // namespace

ProcessHome::ProcessHome(const std::filesystem::path& home, const std::string& service)
    : home_(std::filesystem::absolute(home).lexically_normal()),
      folder_(home_ / "services" / service),
      service_(service) {
  make_folder(home_);
  for (const char* name : {"logs", "secrets", "db", "cache", "run", "services"}) make_folder(home_ / name);
  make_folder(folder_);
  for (slot_ = 1; slot_ <= kMostProcesses; ++slot_) {
    lock_ = try_lock(home_ / "run" / (service + "." + std::to_string(slot_) + ".lock"));
    if (lock_ >= 0) return;
  }
  throw std::runtime_error(std::to_string(kMostProcesses) + " processes of " + service + " already run in " +
                           home_.string());
}

ProcessHome::~ProcessHome() {
  if (lock_ >= 0) close(lock_);
}

std::filesystem::path ProcessHome::log_file() const {
  return home_ / "logs" / (service_ + (slot_ == 1 ? "" : "-" + std::to_string(slot_)) + ".log");
}

}  // namespace valion
