// Bytes that have come and are not used up yet, in a block that is lent only while there is something to do.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace valion::gateway {

// Blocks of one size, kept for reuse. On one event loop; outlives its buffers by shared ownership.
class BlockPool {
 public:
  static constexpr std::size_t kBlock = 32 * 1024;
  static constexpr std::size_t kMostKept = 256;  // 8 MB

  [[nodiscard]] std::unique_ptr<char[]> take() {
    if (kept_.empty()) return std::unique_ptr<char[]>(new char[kBlock]);
    std::unique_ptr<char[]> block = std::move(kept_.back());
    kept_.pop_back();
    return block;
  }
  void give_back(std::unique_ptr<char[]> block) {
    if (kept_.size() < kMostKept) kept_.push_back(std::move(block));
  }

 private:
  std::vector<std::unique_ptr<char[]>> kept_;
};

class Buffer {
 public:
  explicit Buffer(std::shared_ptr<BlockPool> pool) : pool_(std::move(pool)) {}
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  [[nodiscard]] std::string_view bytes() const noexcept { return {block_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] bool full() const noexcept { return begin_ == 0 && end_ == BlockPool::kBlock; }

  // Where the next bytes go; moves what there is to the front when the end is near, which invalidates views. Never empty unless full().
  struct Room {
    char* data;
    std::size_t size;
  };
  [[nodiscard]] Room room() {
    if (block_ == nullptr) block_ = pool_->take();
    if (begin_ == end_) {
      begin_ = end_ = 0;
    } else if (end_ == BlockPool::kBlock) {
      std::memmove(block_.get(), block_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {block_.get() + end_, BlockPool::kBlock - end_};
  }
  // The same without moving anything: for bytes behind a head whose views are in use. May be empty.
  [[nodiscard]] Room room_behind() noexcept { return {block_.get() + end_, BlockPool::kBlock - end_}; }
  void added(std::size_t size) noexcept { end_ += size; }
  void consume(std::size_t size) noexcept { begin_ += size; }
  void release() {
    if (block_ != nullptr) pool_->give_back(std::move(block_));
    begin_ = end_ = 0;
  }

 private:
  std::shared_ptr<BlockPool> pool_;
  std::unique_ptr<char[]> block_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace valion::gateway
