#include "platform/redis/resp.hpp"

#include <hiredis/hiredis.h>

#include <new>

namespace valion::redis {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const noexcept { freeReplyObject(reply); }
};

std::string text_of(const redisReply& reply) { return {reply.str, reply.len}; }

Result<Reply> to_reply(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_NIL: return reply;
    case REDIS_REPLY_ERROR: return fail(ErrorKind::internal, "Redis: " + text_of(from));
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = from.integer;
      return reply;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::array;
      reply.elements.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i) {
        VALION_TRY_ASSIGN(Reply element, to_reply(*from.element[i]));
        reply.elements.push_back(std::move(element));
      }
      return reply;
    default:  // a string, or a status such as OK
      reply.kind = Reply::Kind::text;
      reply.text = text_of(from);
      return reply;
  }
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

ReplyReader::ReplyReader() : reader_(redisReaderCreate()) {
  if (!reader_) throw std::bad_alloc();
}

void ReplyReader::add(std::string_view bytes) { redisReaderFeed(reader_.get(), bytes.data(), bytes.size()); }

Result<std::optional<Result<Reply>>> ReplyReader::next() {
  void* parsed = nullptr;
  if (redisReaderGetReply(reader_.get(), &parsed) != REDIS_OK) {
    return fail(ErrorKind::bad_gateway, std::string("what answers is not Redis: ") + reader_->errstr);
  }
  if (parsed == nullptr) return std::optional<Result<Reply>>();
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(parsed));
  return std::optional<Result<Reply>>(to_reply(*reply));
}

}  // namespace valion::redis
