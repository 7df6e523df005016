#include <algorithm>
#include <string>

#include "app/service_list.hpp"

namespace valion::app {
namespace {

enum class Mark { unseen, open, placed };

struct Search {
  const std::vector<ServiceEntry>& services;
  std::vector<Mark> marks;
  std::vector<std::string_view> order;
  std::vector<std::string_view> path;
};

std::string cycle_text(const Search& search, std::string_view again) {
  std::string text;
  for (auto it = std::find(search.path.begin(), search.path.end(), again); it != search.path.end(); ++it) {
    text.append(*it).append(" > ");
  }
  return text.append(again);
}

Result<void> place(Search& search, std::size_t index) {
  const ServiceEntry& entry = search.services[index];
  if (search.marks[index] == Mark::placed) return {};
  if (search.marks[index] == Mark::open) {
    return fail(ErrorKind::invalid, "the service list has a cycle: " + cycle_text(search, entry.name));
  }
  search.marks[index] = Mark::open;
  search.path.push_back(entry.name);
  for (const std::string_view needed : entry.starts_after) {
    const auto it = std::find_if(search.services.begin(), search.services.end(),
                                 [&](const ServiceEntry& other) { return other.name == needed; });
    if (it == search.services.end()) {
      return fail(ErrorKind::invalid,
                  std::string(entry.name) + " starts after an unknown service: " + std::string(needed));
    }
    VALION_TRY(place(search, static_cast<std::size_t>(it - search.services.begin())));
  }
  search.path.pop_back();
  search.marks[index] = Mark::placed;
  search.order.push_back(entry.name);
  return {};
}

}  // namespace

Result<std::vector<std::string_view>> start_order(const std::vector<ServiceEntry>& services) {
  Search search{services, std::vector<Mark>(services.size(), Mark::unseen), {}, {}};
  for (std::size_t index = 0; index < services.size(); ++index) VALION_TRY(place(search, index));
  return search.order;
}

const ServiceEntry* find_service(std::string_view name) {
  for (const ServiceEntry& entry : service_list()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace valion::app
