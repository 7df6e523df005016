#include "platform/redis/resp.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <utility>

namespace valion::redis {
namespace {

// hiredis builds a reply through these. Our own, since its array is allocated at the length that is announced: twelve bytes from
// a peer that is no Redis could ask for gigabytes. Ours grows with what has arrived.
//
// A parent's last element is the only one being filled, so that its address holds until it is whole.
Reply* place_of(const redisReadTask* task) {
  if (task->parent == nullptr) return new (std::nothrow) Reply;
  auto& elements = static_cast<Reply*>(task->parent->obj)->elements;
  return &elements.emplace_back();
}

void* create_string(const redisReadTask* task, char* text, std::size_t length) {
  if (task->type == REDIS_REPLY_ERROR) {
    auto& error = *static_cast<std::string*>(task->privdata);
    if (error.empty()) error = "Redis: " + std::string(text, length);
  }
  Reply* reply = place_of(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::text;
  reply->text.assign(text, length);
  return reply;
}

void* create_array(const redisReadTask* task, int) {
  Reply* reply = place_of(task);
  if (reply != nullptr) reply->kind = Reply::Kind::array;
  return reply;
}

void* create_integer(const redisReadTask* task, long long value) {
  Reply* reply = place_of(task);
  if (reply == nullptr) return nullptr;
  reply->kind = Reply::Kind::integer;
  reply->integer = value;
  return reply;
}

void* create_nil(const redisReadTask* task) { return place_of(task); }

void free_reply(void* reply) { delete static_cast<Reply*>(reply); }

redisReader* create_reader(std::string* error) {
  static redisReplyObjectFunctions functions{create_string, create_array, create_integer, create_nil, free_reply};
  redisReader* reader = redisReaderCreateWithFunctions(&functions);
  if (reader != nullptr) reader->privdata = error;
  return reader;
}

}  // namespace

std::string to_resp(const std::vector<std::string>& arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  char* formatted = nullptr;
  const int length = redisFormatCommandArgv(&formatted, static_cast<int>(texts.size()), texts.data(), lengths.data());
  if (length < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(char*)> owner(formatted, redisFreeCommand);
  return {formatted, static_cast<std::size_t>(length)};
}

void ReplyReader::Free::operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }

ReplyReader::ReplyReader() : error_(std::make_unique<std::string>()), reader_(create_reader(error_.get())) {
  if (!reader_) throw std::bad_alloc();
}

void ReplyReader::add(std::string_view bytes) { redisReaderFeed(reader_.get(), bytes.data(), bytes.size()); }

Result<std::optional<Result<Reply>>> ReplyReader::next() {
  void* parsed = nullptr;
  if (redisReaderGetReply(reader_.get(), &parsed) != REDIS_OK) {
    return fail(ErrorKind::bad_gateway, std::string("what answers is not Redis: ") + reader_->errstr);
  }
  if (parsed == nullptr) return std::optional<Result<Reply>>();
  const std::unique_ptr<Reply> reply(static_cast<Reply*>(parsed));
  if (!error_->empty()) {
    return std::optional<Result<Reply>>(fail(ErrorKind::internal, std::exchange(*error_, {})));
  }
  return std::optional<Result<Reply>>(std::move(*reply));
}

}  // namespace valion::redis
