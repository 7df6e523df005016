// Where the instances of one upstream come from: the registry, or a list that somebody wrote down.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "platform/registry/instance_set.hpp"
#include "platform/registry/registry.hpp"

namespace valion {

class InstanceSource {
 public:
  virtual ~InstanceSource() = default;
  // Null when there is none; valid until the caller next waits.
  [[nodiscard]] virtual const registry::Instance* choose(const std::vector<std::string>& avoid) = 0;
  [[nodiscard]] virtual std::vector<std::string> ids() const = 0;
  virtual void begin(const std::string& id) = 0;
  virtual void end(const std::string& id, std::chrono::duration<double> lasted, bool ok) = 0;
};

class RegisteredInstances final : public InstanceSource {
 public:
  RegisteredInstances(registry::Directory& directory, std::string service)
      : directory_(directory), service_(std::move(service)) {}
  const registry::Instance* choose(const std::vector<std::string>& avoid) override {
    return directory_.choose(service_, avoid);
  }
  [[nodiscard]] std::vector<std::string> ids() const override;
  void begin(const std::string& id) override { directory_.begin(id); }
  void end(const std::string& id, std::chrono::duration<double> lasted, bool ok) override {
    directory_.end(id, lasted, ok);
  }

 private:
  registry::Directory& directory_;
  std::string service_;
};

struct FixedServer {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const FixedServer&, const FixedServer&) = default;
};

// In turn. An instance's id is its `host:port`.
class FixedInstances final : public InstanceSource {
 public:
  FixedInstances(std::string name, const std::vector<FixedServer>& servers);
  void replace(const std::vector<FixedServer>& servers);
  const registry::Instance* choose(const std::vector<std::string>& avoid) override;
  [[nodiscard]] std::vector<std::string> ids() const override;
  void begin(const std::string& id) override { set_.begin(id); }
  void end(const std::string& id, std::chrono::duration<double> lasted, bool ok) override {
    set_.end(id, lasted, ok, std::chrono::steady_clock::now());
  }

 private:
  std::string name_;
  std::vector<FixedServer> servers_;
  registry::InstanceSet set_;
  std::uint64_t index_ = 0;
};

}  // namespace valion
