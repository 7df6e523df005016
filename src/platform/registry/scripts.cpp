#include "platform/registry/scripts.hpp"

#include <charconv>

#include "platform/registry/record.hpp"

namespace valion::registry {
namespace {

// What all scripts share. KEYS[1] is the prefix; ARGV[1] the lease in milliseconds, ARGV[2] how many changes are kept.
constexpr std::string_view kPrelude = R"lua(
local p, lease = KEYS[1], tonumber(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function note(op, member, value)
  local last = redis.call('GET', p .. ':index')
  local index = text(last and last + 1 or now)
  if not last then redis.call('SET', p .. ':epoch', index) end
  redis.call('SET', p .. ':index', index)
  redis.call('XADD', p .. ':changes', 'MAXLEN', '~', ARGV[2], index .. '-0',
             'op', op, 'member', member, 'value', value, 'prev', last or '0')
  return index
end
local function drop(member)
  redis.call('HDEL', p .. ':instances', member)
  redis.call('ZREM', p .. ':leases', member)
  redis.call('SREM', p .. ':kept', member)
  redis.call('HDEL', p .. ':health', member)
  note('del', member, '')
end
-- The lapsed are dropped, unless so many lapsed at once that Redis itself must have slept.
local function bury()
  if redis.call('EXISTS', p .. ':health') == 0 and redis.call('DEL', p .. ':judged') == 1 then
    note('unhealth', '', '')
  end
  local gone = redis.call('ZRANGEBYSCORE', p .. ':leases', '-inf', now)
  if #gone == 0 then
    redis.call('DEL', p .. ':guard')
    return
  end
  local mass = #gone > 1 and #gone * 2 > redis.call('ZCARD', p .. ':leases')
  local guard = redis.call('GET', p .. ':guard')
  if mass and not guard then
    guard = now
    redis.call('SET', p .. ':guard', text(now))
  end
  local age = guard and now - guard
  if guard and (age < lease or (mass and age < 10 * lease)) then
    for _, member in ipairs(gone) do
      if redis.call('SADD', p .. ':kept', member) == 1 then note('kept', member, '') end
    end
    return
  end
  redis.call('DEL', p .. ':guard')
  for _, member in ipairs(gone) do drop(member) end
end
)lua";

constexpr std::string_view kBeat = R"lua(
local member, record = ARGV[3], ARGV[4]
local before = redis.call('HGET', p .. ':instances', member)
redis.call('HSET', p .. ':instances', member, record)
redis.call('ZADD', p .. ':leases', text(now + tonumber(ARGV[5])), member)
local was_kept = redis.call('SREM', p .. ':kept', member) == 1
if before ~= record or was_kept then note('put', member, record) end
bury()
return redis.call('GET', p .. ':index')
)lua";

constexpr std::string_view kRemove = R"lua(
if redis.call('HEXISTS', p .. ':instances', ARGV[3]) == 1 then drop(ARGV[3]) end
return 1
)lua";

constexpr std::string_view kSettle = R"lua(
bury()
return redis.call('GET', p .. ':index') or '0'
)lua";

// index, epoch, leader, then four for each instance: member, record, verdict, 1 when it is kept.
constexpr std::string_view kLoad = R"lua(
bury()
local verdicts, kept = {}, {}
local flat = redis.call('HGETALL', p .. ':health')
for i = 1, #flat, 2 do verdicts[flat[i]] = flat[i + 1] end
for _, member in ipairs(redis.call('SMEMBERS', p .. ':kept')) do kept[member] = '1' end
local answer = {redis.call('GET', p .. ':index') or '0', redis.call('GET', p .. ':epoch') or '0',
                redis.call('GET', p .. ':leader') or ''}
flat = redis.call('HGETALL', p .. ':instances')
for i = 1, #flat, 2 do
  local member = flat[i]
  answer[#answer + 1] = member
  answer[#answer + 1] = flat[i + 1]
  answer[#answer + 1] = verdicts[member] or ''
  answer[#answer + 1] = kept[member] or ''
end
return answer
)lua";

constexpr std::string_view kLead = R"lua(
local holder = redis.call('GET', p .. ':leader')
if not holder then
  holder = ARGV[3] .. ' ' .. note('leader', '', ARGV[3])
  redis.call('SET', p .. ':leader', holder, 'PX', ARGV[1])
elseif string.match(holder, '^(.*) %d+$') == ARGV[3] then
  redis.call('PEXPIRE', p .. ':leader', ARGV[1])
end
return holder
)lua";

constexpr std::string_view kResign = R"lua(
local holder = redis.call('GET', p .. ':leader')
if holder and string.match(holder, '^(.*) %d+$') == ARGV[3] then redis.call('DEL', p .. ':leader') end
return 1
)lua";

// Only a change of the verdict's first word is a change: reasons vary from probe to probe.
constexpr std::string_view kPublish = R"lua(
if redis.call('GET', p .. ':leader') ~= ARGV[3] then return 0 end
for i = 4, #ARGV, 2 do
  local member, verdict = ARGV[i], ARGV[i + 1]
  local before = redis.call('HGET', p .. ':health', member)
  local same = before and string.match(before, '^%S*') == string.match(verdict, '^%S*')
  if not same and redis.call('HEXISTS', p .. ':instances', member) == 1 then
    redis.call('HSET', p .. ':health', member, verdict)
    redis.call('SET', p .. ':judged', '1')
    note('health', member, verdict)
  end
end
redis.call('PEXPIRE', p .. ':health', text(2 * lease))
return 1
)lua";

Async<Result<redis::Reply>> evaluate(redis::Client& redis, const RegistrySettings& settings, std::string_view script,
                                     std::vector<std::string> arguments) {
  std::vector<std::string> command;
  command.reserve(6 + arguments.size());
  command.emplace_back("EVAL");
  command.push_back(std::string(kPrelude).append(script));
  command.emplace_back("1");
  command.push_back(settings.prefix);
  command.push_back(std::to_string(settings.lease().count()));
  command.push_back(std::to_string(kChangesKept));
  for (std::string& argument : arguments) command.push_back(std::move(argument));
  co_return co_await redis.command(std::move(command));
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Leadership leadership_of(std::string_view holder, std::string_view id) {
  const auto space = holder.rfind(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view leader = holder.substr(0, space);
  return {leader == id ? number_of(holder.substr(space + 1)) : 0, std::string(leader)};
}

tl::unexpected<Error> strange_answer(const char* to) {
  return fail(ErrorKind::bad_gateway, std::string("Redis answered ") + to + " in a form that we do not know");
}

Result<Loaded> loaded_of(const std::vector<redis::Reply>& answer) {
  if (answer.size() < 3 || answer.size() % 4 != 3) return strange_answer("a load of the registry");
  Loaded loaded;
  loaded.index = number_of(answer[0].text);
  loaded.epoch = number_of(answer[1].text);
  loaded.leader = leadership_of(answer[2].text, "").leader;
  for (std::size_t i = 3; i < answer.size(); i += 4) {
    Result<Instance> instance = decode_record(answer[i + 1].text);
    if (!instance || member_of(*instance) != answer[i].text) continue;  // one that cannot be read hides nobody
    judge(*instance, answer[i + 2].text);
    instance->kept = !answer[i + 3].text.empty();
    loaded.instances.push_back(std::move(*instance));
  }
  return loaded;
}

Result<Change> change_of(const redis::Reply& entry) {
  if (entry.elements.size() != 2 || entry.elements[1].elements.size() % 2 != 0) return strange_answer("XREAD");
  Change change;
  change.index = number_of(entry.elements[0].text);
  const auto& fields = entry.elements[1].elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::string& name = fields[i].text;
    const std::string& value = fields[i + 1].text;
    if (name == "op") change.operation = value;
    if (name == "member") change.member = value;
    if (name == "value") change.value = value;
    if (name == "prev") change.previous = number_of(value);
  }
  return change;
}

}  // namespace

void judge(Instance& instance, std::string_view verdict) {
  instance.verdict = verdict_of(verdict);
  const auto space = verdict.find(' ');
  instance.verdict_reason = space == std::string_view::npos ? "" : std::string(verdict.substr(space + 1));
}

Async<Result<std::uint64_t>> beat(redis::Client& redis, const RegistrySettings& settings, const Instance& instance) {
  std::vector<std::string> arguments;
  arguments.push_back(member_of(instance));
  arguments.push_back(encode_record(instance));
  const auto lease = instance.lease.count() > 0 ? instance.lease : settings.lease();
  arguments.push_back(std::to_string(lease.count()));
  const auto reply = co_await evaluate(redis, settings, kBeat, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  co_return number_of(reply->text);
}

Async<Result<void>> remove(redis::Client& redis, const RegistrySettings& settings, const std::string& member) {
  std::vector<std::string> arguments;
  arguments.push_back(member);
  const auto reply = co_await evaluate(redis, settings, kRemove, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  co_return Result<void>();
}

Async<Result<Loaded>> load(redis::Client& redis, const RegistrySettings& settings) {
  std::vector<std::string> none;
  const auto reply = co_await evaluate(redis, settings, kLoad, std::move(none));
  if (!reply) co_return fail(reply.error());
  co_return loaded_of(reply->elements);
}

Async<Result<std::uint64_t>> settle(redis::Client& redis, const RegistrySettings& settings) {
  std::vector<std::string> none;
  const auto reply = co_await evaluate(redis, settings, kSettle, std::move(none));
  if (!reply) co_return fail(reply.error());
  co_return number_of(reply->text);
}

Async<Result<std::vector<Change>>> wait_for_changes(redis::Client& redis, const RegistrySettings& settings,
                                                    std::uint64_t index, std::chrono::milliseconds block) {
  std::vector<std::string> command;
  for (const char* word : {"XREAD", "COUNT", "256", "BLOCK"}) command.emplace_back(word);
  command.push_back(std::to_string(block.count()));
  command.emplace_back("STREAMS");
  command.push_back(key_of(settings, "changes"));
  command.push_back(std::to_string(index) + "-0");
  const auto reply = co_await redis.command(std::move(command));
  if (!reply) co_return fail(reply.error());
  std::vector<Change> changes;
  if (reply->kind == redis::Reply::Kind::nil) co_return changes;
  if (reply->elements.size() != 1 || reply->elements[0].elements.size() != 2) co_return strange_answer("XREAD");
  const std::vector<redis::Reply>& entries = reply->elements[0].elements[1].elements;
  for (const redis::Reply& entry : entries) {
    VALION_CO_TRY_ASSIGN(Change change, change_of(entry));
    changes.push_back(std::move(change));
  }
  co_return changes;
}

Async<Result<Leadership>> lead(redis::Client& redis, const RegistrySettings& settings, const std::string& id) {
  std::vector<std::string> arguments;
  arguments.push_back(id);
  const auto reply = co_await evaluate(redis, settings, kLead, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  co_return leadership_of(reply->text, id);
}

Async<Result<void>> resign(redis::Client& redis, const RegistrySettings& settings, const std::string& id) {
  std::vector<std::string> arguments;
  arguments.push_back(id);
  const auto reply = co_await evaluate(redis, settings, kResign, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  co_return Result<void>();
}

Async<Result<void>> publish_verdicts(redis::Client& redis, const RegistrySettings& settings, const std::string& id,
                                     std::uint64_t term, const std::vector<VerdictOn>& verdicts) {
  std::vector<std::string> arguments;
  arguments.push_back(id + " " + std::to_string(term));
  for (const VerdictOn& each : verdicts) {
    if (each.verdict == Verdict::unknown) continue;
    arguments.push_back(each.member);
    arguments.push_back(each.reason.empty() ? text_of(each.verdict) : text_of(each.verdict) + " " + each.reason);
  }
  const auto reply = co_await evaluate(redis, settings, kPublish, std::move(arguments));
  if (!reply) co_return fail(reply.error());
  if (reply->integer != 1) co_return fail(ErrorKind::conflict, id + " no longer leads in term " + std::to_string(term));
  co_return Result<void>();
}

}  // namespace valion::registry
