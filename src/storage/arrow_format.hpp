// The part of Apache Arrow's file format that we write and read: field ids and codes of its FlatBuffers schemas
// (format/Schema.fbs, Message.fbs, File.fbs; metadata version V5), named once. A member with id n has vtable slot 4 + 2 n.
#pragma once

#include <cstdint>
#include <string_view>

namespace valion::storage::arrow {

inline constexpr std::string_view kMagic = "ARROW1";
inline constexpr std::uint32_t kContinuation = 0xFFFF'FFFFu;
inline constexpr std::size_t kAlignment = 8;

constexpr std::uint16_t slot(unsigned id) { return static_cast<std::uint16_t>(4 + 2 * id); }

inline constexpr std::int16_t kVersion5 = 4;

struct MessageSlots {
  static constexpr auto kVersion = slot(0), kHeaderType = slot(1), kHeader = slot(2), kBodyLength = slot(3);
};
enum class HeaderType : std::uint8_t { none, schema, dictionary_batch, record_batch };

struct SchemaSlots {
  static constexpr auto kEndianness = slot(0), kFields = slot(1), kMetadata = slot(2);
};
struct KeyValueSlots {
  static constexpr auto kKey = slot(0), kValue = slot(1);
};
struct FieldSlots {
  static constexpr auto kName = slot(0), kNullable = slot(1), kTypeType = slot(2), kType = slot(3),
                        kDictionary = slot(4), kChildren = slot(5), kMetadata = slot(6);
};
enum class TypeCode : std::uint8_t { none = 0, integer = 2, floating_point = 3, utf8 = 5, date = 8 };

struct IntSlots {
  static constexpr auto kBitWidth = slot(0), kSigned = slot(1);
};
struct FloatingPointSlots {
  static constexpr auto kPrecision = slot(0);
};
inline constexpr std::int16_t kDouble = 2;
struct DateSlots {
  static constexpr auto kUnit = slot(0);
};
inline constexpr std::int16_t kDay = 0;
inline constexpr std::int16_t kMillisecond = 1;  // the default
struct DictionarySlots {
  static constexpr auto kId = slot(0), kIndexType = slot(1), kOrdered = slot(2), kKind = slot(3);
};

struct RecordBatchSlots {
  static constexpr auto kLength = slot(0), kNodes = slot(1), kBuffers = slot(2), kCompression = slot(3);
};
struct DictionaryBatchSlots {
  static constexpr auto kId = slot(0), kData = slot(1), kDelta = slot(2);
};
struct FooterSlots {
  static constexpr auto kVersion = slot(0), kSchema = slot(1), kDictionaries = slot(2), kRecordBatches = slot(3);
};

// FlatBuffers structs, little-endian, laid out as in the file.
struct FieldNode {
  std::int64_t length;
  std::int64_t null_count;
};
struct Buffer {
  std::int64_t offset;  // from the start of the message's body
  std::int64_t length;
};
struct Block {
  std::int64_t offset;           // from the start of the file
  std::int32_t metadata_length;  // with its eight bytes of prefix, padded
  std::int32_t padding;
  std::int64_t body_length;
};
static_assert(sizeof(FieldNode) == 16 && sizeof(Buffer) == 16 && sizeof(Block) == 24);

constexpr std::size_t padded(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace valion::storage::arrow
