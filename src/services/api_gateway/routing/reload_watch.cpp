#include "services/api_gateway/routing/reload_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Signals = asio::basic_signal_set<Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr auto kSettling = 50ms;
constexpr std::uint32_t kFolderEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kAlwaysLookedAt = IN_Q_OVERFLOW | IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT;

std::filesystem::path folder_of(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  return folder.empty() ? "." : folder;
}

}  // namespace

struct ReloadWatch::State : std::enable_shared_from_this<State> {
  State(Executor executor, LiveTable& table, log::Logger& logger)
      : live(table), log(logger), hang_ups(executor, SIGHUP), events(executor), settled(executor) {}

  void start();
  void wait_for_hang_up();
  void wait_for_events();
  void watch_folders();
  [[nodiscard]] bool drain();  // whether something happened to the file
  [[nodiscard]] bool concerns(const inotify_event& event) const;
  void look_soon();
  Reload look(bool asked);
  void close();

  LiveTable& live;
  log::Logger& log;
  Signals hang_ups;
  Descriptor events;
  Timer settled;
  bool is_settling = false;
  bool closed = false;
  std::set<std::filesystem::path> folders;
  std::set<std::string> names;  // of the file, and of what it links to
};

void ReloadWatch::State::start() {
  wait_for_hang_up();
  if (live.file().empty()) return;
  const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) {
    log.warning("changes of the route table are not seen by themselves, send SIGHUP after one",
                {{"reason", std::string(std::strerror(errno))}});
    return;
  }
  events.assign(descriptor);
  watch_folders();
  wait_for_events();
}

// Again after every look: what the file links to may have become another, and a folder that was replaced has lost its watch.
void ReloadWatch::State::watch_folders() {
  if (!events.is_open()) return;
  std::error_code ignored;
  const std::filesystem::path target = std::filesystem::weakly_canonical(live.file(), ignored);
  names = {live.file().filename().string(), target.filename().string()};
  folders = {folder_of(live.file())};
  if (!target.empty()) folders.insert(folder_of(target));
  for (const std::filesystem::path& folder : folders) {
    if (inotify_add_watch(events.native_handle(), folder.c_str(), kFolderEvents) >= 0) continue;
    log.warning("changes of the route table are not seen by themselves, send SIGHUP after one",
                {{"folder", folder.string()}, {"reason", std::string(std::strerror(errno))}});
  }
}

void ReloadWatch::State::wait_for_hang_up() {
  hang_ups.async_wait([self = shared_from_this()](const boost::system::error_code& error, int) {
    if (error || self->closed) return;
    self->look(true);
    self->wait_for_hang_up();
  });
}

void ReloadWatch::State::wait_for_events() {
  events.async_wait(Descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
    if (error || self->closed) return;
    if (self->drain()) self->look_soon();
    self->wait_for_events();
  });
}

bool ReloadWatch::State::drain() {
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  bool concerned = false;
  for (;;) {
    const ssize_t size = ::read(events.native_handle(), buffer.data(), buffer.size());
    if (size <= 0) return concerned;
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      concerned = concerned || concerns(*event);
      at += sizeof(inotify_event) + event->len;
    }
  }
}

bool ReloadWatch::State::concerns(const inotify_event& event) const {
  if ((event.mask & kAlwaysLookedAt) != 0) return true;
  const std::string_view name = event.len > 0 ? std::string_view(event.name) : std::string_view();
  // `..data`: what Kubernetes swaps when a mounted ConfigMap changes.
  if (name.starts_with("..")) return true;
  if (names.find(std::string(name)) == names.end()) return false;
  // A file that was only made is still empty; it is looked at when its writer closes it. A link is whole at once.
  if ((event.mask & IN_CREATE) == 0) return true;
  std::error_code ignored;
  return std::filesystem::is_symlink(live.file(), ignored);
}

void ReloadWatch::State::look_soon() {
  if (is_settling) return;
  is_settling = true;
  settled.expires_after(kSettling);
  settled.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->is_settling = false;
    if (!error && !self->closed) self->look(false);
  });
}

Reload ReloadWatch::State::look(bool asked) {
  watch_folders();
  const Reload result = live.reload();
  const TableStatus& status = live.status();
  if (result == Reload::replaced) {
    log.info("the route table is replaced", {{"source", status.source},
                                             {"routes", static_cast<std::int64_t>(live.current()->routes().size())},
                                             {"generation", static_cast<std::int64_t>(status.generation)}});
  } else if (status.refusal && (asked || result == Reload::refused)) {
    log.error("the route table is not taken, the one before stays in force: " + told(*status.refusal));
  } else if (asked) {
    log.info("the route table is as it was", {{"source", status.source}});
  }
  return result == Reload::unchanged && status.refusal ? Reload::refused : result;
}

void ReloadWatch::State::close() {
  closed = true;
  boost::system::error_code ignored;
  hang_ups.cancel(ignored);
  settled.cancel();
  events.close(ignored);
}

ReloadWatch::ReloadWatch(Executor executor, LiveTable& live, log::Logger& log)
    : state_(std::make_shared<State>(executor, live, log)) {
  state_->start();
}

ReloadWatch::~ReloadWatch() { state_->close(); }

Reload ReloadWatch::reload_now() { return state_->look(true); }

}  // namespace valion::gateway
