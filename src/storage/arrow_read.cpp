#include <flatbuffers/flatbuffers.h>
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/date.hpp"
#include "base/format_number.hpp"
#include "storage/arrow_format.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion::storage {
namespace {

using namespace arrow;
using dataset::Column;
using flatbuffers::Verifier;

constexpr std::size_t kMetadataLimit = 64u << 20;
constexpr std::uint32_t kColumnLimit = 4097;  // with __row
constexpr std::size_t kTailSize = 10;         // footer length and magic

tl::unexpected<Error> malformed(std::string why) {
  return fail(ErrorKind::malformed, "not an Arrow file of ours: " + std::move(why));
}

template <class T>
T load(std::string_view bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

// The verifier does not look at the alignment of structs in a vector, so they are copied out.
template <class T>
T struct_at(const flatbuffers::Vector<const T*>& vector, std::uint32_t index) {
  T value;
  std::memcpy(&value, vector.Data() + std::size_t{index} * sizeof value, sizeof value);
  return value;
}

// Views of FlatBuffers tables, as flatc would generate them: Verify() first, then the accessors are safe.
class KeyValueView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffsetRequired(verifier, KeyValueSlots::kKey) &&
           verifier.VerifyString(key()) && VerifyOffset(verifier, KeyValueSlots::kValue) &&
           verifier.VerifyString(value()) && verifier.EndTable();
  }
  [[nodiscard]] const flatbuffers::String* key() const {
    return GetPointer<const flatbuffers::String*>(KeyValueSlots::kKey);
  }
  [[nodiscard]] const flatbuffers::String* value() const {
    return GetPointer<const flatbuffers::String*>(KeyValueSlots::kValue);
  }
};
using KeyValues = flatbuffers::Vector<flatbuffers::Offset<KeyValueView>>;

class IntView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int32_t>(verifier, IntSlots::kBitWidth, 4) &&
           VerifyField<std::uint8_t>(verifier, IntSlots::kSigned, 1) && verifier.EndTable();
  }
  [[nodiscard]] bool is_signed(std::int32_t bits) const {
    return GetField<std::int32_t>(IntSlots::kBitWidth, 0) == bits && GetField<std::uint8_t>(IntSlots::kSigned, 0) != 0;
  }
};

// Types whose only member is a 16-bit code in slot 0 (precision, unit), or none.
class CodeView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int16_t>(verifier, slot(0), 2) && verifier.EndTable();
  }
  [[nodiscard]] std::int16_t code(std::int16_t absent) const { return GetField<std::int16_t>(slot(0), absent); }
};

class DictionaryView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int64_t>(verifier, DictionarySlots::kId, 8) &&
           VerifyOffset(verifier, DictionarySlots::kIndexType) && verifier.VerifyTable(index()) && verifier.EndTable();
  }
  [[nodiscard]] std::int64_t id() const { return GetField<std::int64_t>(DictionarySlots::kId, 0); }
  [[nodiscard]] const IntView* index() const { return GetPointer<const IntView*>(DictionarySlots::kIndexType); }
};

class FieldView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffsetRequired(verifier, FieldSlots::kName) &&
           verifier.VerifyString(name()) && VerifyField<std::uint8_t>(verifier, FieldSlots::kTypeType, 1) &&
           VerifyOffsetRequired(verifier, FieldSlots::kType) && verify_type(verifier) &&
           VerifyOffset(verifier, FieldSlots::kDictionary) && verifier.VerifyTable(dictionary()) &&
           VerifyOffset(verifier, FieldSlots::kMetadata) && verifier.VerifyVector(metadata()) &&
           verifier.VerifyVectorOfTables(metadata()) && verifier.EndTable();
  }
  [[nodiscard]] const flatbuffers::String* name() const {
    return GetPointer<const flatbuffers::String*>(FieldSlots::kName);
  }
  [[nodiscard]] TypeCode type() const {
    return static_cast<TypeCode>(GetField<std::uint8_t>(FieldSlots::kTypeType, 0));
  }
  [[nodiscard]] const IntView* int_type() const { return GetPointer<const IntView*>(FieldSlots::kType); }
  [[nodiscard]] const CodeView* code_type() const { return GetPointer<const CodeView*>(FieldSlots::kType); }
  [[nodiscard]] const DictionaryView* dictionary() const {
    return GetPointer<const DictionaryView*>(FieldSlots::kDictionary);
  }
  [[nodiscard]] const KeyValues* metadata() const { return GetPointer<const KeyValues*>(FieldSlots::kMetadata); }

 private:
  bool verify_type(Verifier& verifier) const {
    return type() == TypeCode::integer ? verifier.VerifyTable(int_type()) : verifier.VerifyTable(code_type());
  }
};

class SchemaView : private flatbuffers::Table {
 public:
  using Fields = flatbuffers::Vector<flatbuffers::Offset<FieldView>>;
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int16_t>(verifier, SchemaSlots::kEndianness, 2) &&
           VerifyOffsetRequired(verifier, SchemaSlots::kFields) && verifier.VerifyVector(fields()) &&
           verifier.VerifyVectorOfTables(fields()) && VerifyOffset(verifier, SchemaSlots::kMetadata) &&
           verifier.VerifyVector(metadata()) && verifier.VerifyVectorOfTables(metadata()) && verifier.EndTable();
  }
  [[nodiscard]] bool little_endian() const { return GetField<std::int16_t>(SchemaSlots::kEndianness, 0) == 0; }
  [[nodiscard]] const Fields* fields() const { return GetPointer<const Fields*>(SchemaSlots::kFields); }
  [[nodiscard]] const KeyValues* metadata() const { return GetPointer<const KeyValues*>(SchemaSlots::kMetadata); }
};

class FooterView : private flatbuffers::Table {
 public:
  using Blocks = flatbuffers::Vector<const Block*>;
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffsetRequired(verifier, FooterSlots::kSchema) &&
           verifier.VerifyTable(schema()) && VerifyOffset(verifier, FooterSlots::kDictionaries) &&
           verifier.VerifyVector(dictionaries()) && VerifyOffset(verifier, FooterSlots::kRecordBatches) &&
           verifier.VerifyVector(batches()) && verifier.EndTable();
  }
  [[nodiscard]] const SchemaView* schema() const { return GetPointer<const SchemaView*>(FooterSlots::kSchema); }
  [[nodiscard]] const Blocks* dictionaries() const { return GetPointer<const Blocks*>(FooterSlots::kDictionaries); }
  [[nodiscard]] const Blocks* batches() const { return GetPointer<const Blocks*>(FooterSlots::kRecordBatches); }
};

class RecordBatchView : private flatbuffers::Table {
 public:
  using Nodes = flatbuffers::Vector<const FieldNode*>;
  using Buffers = flatbuffers::Vector<const Buffer*>;
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int64_t>(verifier, RecordBatchSlots::kLength, 8) &&
           VerifyOffsetRequired(verifier, RecordBatchSlots::kNodes) && verifier.VerifyVector(nodes()) &&
           VerifyOffsetRequired(verifier, RecordBatchSlots::kBuffers) && verifier.VerifyVector(buffers()) &&
           verifier.EndTable();
  }
  [[nodiscard]] std::int64_t length() const { return GetField<std::int64_t>(RecordBatchSlots::kLength, 0); }
  [[nodiscard]] const Nodes* nodes() const { return GetPointer<const Nodes*>(RecordBatchSlots::kNodes); }
  [[nodiscard]] const Buffers* buffers() const { return GetPointer<const Buffers*>(RecordBatchSlots::kBuffers); }
  [[nodiscard]] bool compressed() const { return CheckField(RecordBatchSlots::kCompression); }
};

class DictionaryBatchView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::int64_t>(verifier, DictionaryBatchSlots::kId, 8) &&
           VerifyOffsetRequired(verifier, DictionaryBatchSlots::kData) && verifier.VerifyTable(data()) &&
           VerifyField<std::uint8_t>(verifier, DictionaryBatchSlots::kDelta, 1) && verifier.EndTable();
  }
  [[nodiscard]] std::int64_t id() const { return GetField<std::int64_t>(DictionaryBatchSlots::kId, 0); }
  [[nodiscard]] const RecordBatchView* data() const {
    return GetPointer<const RecordBatchView*>(DictionaryBatchSlots::kData);
  }
  [[nodiscard]] bool is_delta() const { return GetField<std::uint8_t>(DictionaryBatchSlots::kDelta, 0) != 0; }
};

class MessageView : private flatbuffers::Table {
 public:
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyField<std::uint8_t>(verifier, MessageSlots::kHeaderType, 1) &&
           VerifyOffsetRequired(verifier, MessageSlots::kHeader) && verify_header(verifier) &&
           VerifyField<std::int64_t>(verifier, MessageSlots::kBodyLength, 8) && verifier.EndTable();
  }
  [[nodiscard]] HeaderType type() const {
    return static_cast<HeaderType>(GetField<std::uint8_t>(MessageSlots::kHeaderType, 0));
  }
  [[nodiscard]] const RecordBatchView* record_batch() const {
    return GetPointer<const RecordBatchView*>(MessageSlots::kHeader);
  }
  [[nodiscard]] const DictionaryBatchView* dictionary() const {
    return GetPointer<const DictionaryBatchView*>(MessageSlots::kHeader);
  }

 private:
  bool verify_header(Verifier& verifier) const {
    if (type() == HeaderType::record_batch) return verifier.VerifyTable(record_batch());
    return type() == HeaderType::dictionary_batch && verifier.VerifyTable(dictionary());
  }
};

// A FlatBuffer copied to aligned memory, since the verifier counts alignment from its start.
class Metadata {
 public:
  explicit Metadata(std::string_view bytes) : words_((bytes.size() + 7) / 8), size_(bytes.size()) {
    std::memcpy(words_.data(), bytes.data(), bytes.size());
  }
  template <class Root>
  [[nodiscard]] const Root* verified() const {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(words_.data());
    Verifier verifier(data, size_);
    return verifier.VerifyBuffer<Root>(nullptr) ? flatbuffers::GetRoot<Root>(data) : nullptr;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_;
};

// Hands out a batch's nodes and buffers in order. Buffers may not overlap, so that a small file cannot grow large in memory.
class BatchReader {
 public:
  BatchReader(const RecordBatchView& batch, std::string_view body) : batch_(batch), body_(body) {}

  Result<FieldNode> node() {
    if (next_node_ >= batch_.nodes()->size()) return malformed("a batch has too few nodes");
    const FieldNode node = struct_at(*batch_.nodes(), next_node_++);
    if (node.length < 0 || node.null_count < 0 || node.null_count > node.length)
      return malformed("a node has an impossible length");
    return node;
  }
  Result<std::string_view> buffer() {
    if (next_buffer_ >= batch_.buffers()->size()) return malformed("a batch has too few buffers");
    const Buffer buffer = struct_at(*batch_.buffers(), next_buffer_++);
    const auto size = static_cast<std::int64_t>(body_.size());
    if (buffer.offset < end_ || buffer.length < 0 || buffer.offset > size || buffer.length > size - buffer.offset) {
      return malformed("a buffer lies outside its batch or over another");
    }
    end_ = buffer.offset + buffer.length;
    return body_.substr(static_cast<std::size_t>(buffer.offset), static_cast<std::size_t>(buffer.length));
  }
  template <class T>
  Result<std::vector<T>> values(std::size_t count) {
    VALION_TRY_ASSIGN(const std::string_view bytes, buffer());
    if (bytes.size() / sizeof(T) < count) return malformed("a buffer is shorter than its column");
    std::vector<T> result(count);
    if (count > 0) std::memcpy(result.data(), bytes.data(), count * sizeof(T));
    return result;
  }

 private:
  const RecordBatchView& batch_;
  std::string_view body_;
  std::uint32_t next_node_ = 0;
  std::uint32_t next_buffer_ = 0;
  std::int64_t end_ = 0;
};

// A message at its place in the file. `begin` is where the previous one ended; blocks may not overlap either.
struct MessageAt {
  Metadata metadata;
  const MessageView* view;
  std::string_view body;
};
Result<MessageAt> message_at(std::string_view file, const Block& block, std::int64_t& begin) {
  const auto size = static_cast<std::int64_t>(file.size());
  if (block.offset < begin || block.offset > size || block.metadata_length < 16 ||
      block.metadata_length > size - block.offset || static_cast<std::size_t>(block.metadata_length) > kMetadataLimit ||
      block.body_length < 0 || block.body_length > size - block.offset - block.metadata_length) {
    return malformed("a block lies outside the file or over another");
  }
  begin = block.offset + block.metadata_length + block.body_length;
  const std::string_view bytes = file.substr(static_cast<std::size_t>(block.offset));
  const auto length = static_cast<std::size_t>(block.metadata_length);
  if (load<std::uint32_t>(bytes, 0) != kContinuation) return malformed("a block does not begin as a message does");
  if (load<std::uint32_t>(bytes, 4) != length - 8)
    return malformed("a message has another length than the footer says");
  MessageAt message{Metadata(bytes.substr(8, length - 8)), nullptr,
                    bytes.substr(length, static_cast<std::size_t>(block.body_length))};
  message.view = message.metadata.verified<MessageView>();
  if (message.view == nullptr) return malformed("a message does not verify");
  return message;
}

Result<std::string> utf8(const flatbuffers::String* text) {
  if (text == nullptr) return std::string();
  std::string copy = text->str();
  if (!simdjson::validate_utf8(copy.data(), copy.size())) return malformed("a text is not UTF-8");
  return copy;
}

Result<TableMetadata> metadata_of(const KeyValues* pairs);

// The metadata without the number of the format, which must be one that we read.
Result<TableMetadata> checked_metadata(const KeyValues* pairs) {
  VALION_TRY_ASSIGN(TableMetadata metadata, metadata_of(pairs));
  const auto format = metadata.find(kArrowFormatKey);
  if (format == metadata.end()) return metadata;
  std::int64_t number = 0;
  const std::string& text = format->second;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return malformed("its format is no number");
  VALION_TRY(check_format("the Arrow file", number, kArrowFormat));
  metadata.erase(format);
  return metadata;
}

Result<TableMetadata> metadata_of(const KeyValues* pairs) {
  TableMetadata metadata;
  for (std::uint32_t i = 0; pairs != nullptr && i < pairs->size(); ++i) {
    VALION_TRY_ASSIGN(std::string key, utf8(pairs->Get(i)->key()));
    VALION_TRY_ASSIGN(std::string value, utf8(pairs->Get(i)->value()));
    if (!metadata.emplace(std::move(key), std::move(value)).second) return malformed("a metadata key stands twice");
  }
  return metadata;
}

Result<std::vector<std::string>> read_levels(std::string_view file, const Block& block, std::int64_t id,
                                             std::int64_t& begin) {
  VALION_TRY_ASSIGN(const MessageAt message, message_at(file, block, begin));
  if (message.view->type() != HeaderType::dictionary_batch) return malformed("a dictionary block holds something else");
  const DictionaryBatchView& dictionary = *message.view->dictionary();
  if (dictionary.id() != id || dictionary.is_delta() || dictionary.data()->compressed()) {
    return malformed("its dictionaries are in another order, deltas, or compressed");
  }
  BatchReader reader(*dictionary.data(), message.body);
  VALION_TRY_ASSIGN(const FieldNode node, reader.node());
  VALION_TRY_ASSIGN(const std::string_view validity, reader.buffer());
  if (node.null_count != 0 || !validity.empty()) return malformed("a dictionary has missing values");
  if (node.length >= std::numeric_limits<std::int32_t>::max()) return malformed("a dictionary is too long");
  const auto count = static_cast<std::size_t>(node.length);
  VALION_TRY_ASSIGN(const auto offsets, reader.values<std::int32_t>(count + 1));
  VALION_TRY_ASSIGN(const std::string_view text, reader.buffer());
  std::vector<std::string> levels;
  levels.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || static_cast<std::size_t>(offsets[i + 1]) > text.size()) {
      return malformed("a dictionary's offsets do not ascend");
    }
    levels.emplace_back(
        text.substr(static_cast<std::size_t>(offsets[i]), static_cast<std::size_t>(offsets[i + 1] - offsets[i])));
    if (!simdjson::validate_utf8(levels.back().data(), levels.back().size())) return malformed("a text is not UTF-8");
  }
  const std::unordered_set<std::string_view> distinct(levels.begin(), levels.end());
  if (distinct.size() != levels.size()) return malformed("a dictionary has equal values");
  return levels;
}

// Which rows are known; empty: all.
Result<std::vector<bool>> read_validity(BatchReader& reader, std::size_t rows) {
  VALION_TRY_ASSIGN(const FieldNode node, reader.node());
  if (static_cast<std::size_t>(node.length) != rows) return malformed("a column has another length than the table");
  VALION_TRY_ASSIGN(const std::string_view bits, reader.buffer());
  std::vector<bool> known;
  if (bits.empty()) {
    if (node.null_count != 0) return malformed("a column has missing values and no bitmap");
    return known;
  }
  if (bits.size() < (rows + 7) / 8) return malformed("a bitmap is shorter than its column");
  known.resize(rows);
  for (std::size_t row = 0; row < rows; ++row)
    known[row] = ((static_cast<unsigned char>(bits[row / 8]) >> (row % 8)) & 1u) != 0;
  return known;
}

bool is_known(const std::vector<bool>& known, std::size_t row) { return known.empty() || known[row]; }

Result<dataset::NumberValues> read_numbers(BatchReader& reader, std::size_t rows) {
  VALION_TRY_ASSIGN(const auto known, read_validity(reader, rows));
  VALION_TRY_ASSIGN(auto values, reader.values<double>(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    if (!is_known(known, row)) {
      values[row] = std::numeric_limits<double>::quiet_NaN();
    } else if (!std::isfinite(values[row])) {
      return malformed("a number is not finite");
    }
  }
  return values;
}

Result<dataset::TextValues> read_texts(BatchReader& reader, std::size_t rows, std::vector<std::string> levels) {
  VALION_TRY_ASSIGN(const auto known, read_validity(reader, rows));
  VALION_TRY_ASSIGN(auto codes, reader.values<std::int32_t>(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    if (!is_known(known, row)) {
      codes[row] = dataset::kMissingCode;
    } else if (codes[row] < 0 || static_cast<std::size_t>(codes[row]) >= levels.size()) {
      return malformed("a code points outside its dictionary");
    }
  }
  return dataset::TextValues{std::move(codes), std::move(levels)};
}

Result<dataset::DateValues> read_dates(BatchReader& reader, std::size_t rows) {
  static const std::int32_t kFirst = Date::from_parts(1000, 1, 1)->days();
  static const std::int32_t kLast = Date::from_parts(9999, 12, 31)->days();
  VALION_TRY_ASSIGN(const auto known, read_validity(reader, rows));
  VALION_TRY_ASSIGN(auto days, reader.values<std::int32_t>(rows));
  for (std::size_t row = 0; row < rows; ++row) {
    if (!is_known(known, row)) {
      days[row] = dataset::kMissingDate;
    } else if (days[row] < kFirst || days[row] > kLast) {
      return malformed("a date lies outside the years 1000 to 9999");
    }
  }
  return dataset::DateValues{std::move(days)};
}

class FileReader {
 public:
  FileReader(std::string_view file, const FooterView& footer) : file_(file), footer_(footer) {}
  Result<StoredTable> read();

 private:
  Result<void> check_fields() const;
  Result<void> read_dictionaries();
  Result<Column> read_column(const FieldView& field, BatchReader& reader, std::size_t rows);

  std::string_view file_;
  const FooterView& footer_;
  std::int64_t position_ = 0;
  std::vector<std::vector<std::string>> levels_;
  std::size_t next_dictionary_ = 0;
};

Result<void> FileReader::check_fields() const {
  const auto& fields = *footer_.schema()->fields();
  if (fields.size() < 2 || fields.size() > kColumnLimit) return malformed("it has no columns, or too many");
  std::unordered_set<std::string_view> names;
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const std::string_view name = fields.Get(i)->name()->string_view();
    if (name.empty() || !names.insert(name).second) return malformed("a column has no name, or the name of another");
  }
  const FieldView& last = *fields.Get(fields.size() - 1);
  if (last.name()->string_view() != kRowColumn || last.type() != TypeCode::integer || !last.int_type()->is_signed(64)) {
    return malformed("its last column is not __row, int64");
  }
  return {};
}

Result<void> FileReader::read_dictionaries() {
  const auto& fields = *footer_.schema()->fields();
  const std::uint32_t blocks = footer_.dictionaries() == nullptr ? 0 : footer_.dictionaries()->size();
  std::uint32_t block = 0;
  for (std::uint32_t i = 0; i < fields.size(); ++i) {
    const DictionaryView* dictionary = fields.Get(i)->dictionary();
    if (dictionary == nullptr) continue;
    const bool by_int32 = dictionary->index() == nullptr || dictionary->index()->is_signed(32);  // absent: int32
    if (!by_int32 || block >= blocks) return malformed("a dictionary is missing, or its index is not int32");
    VALION_TRY_ASSIGN(auto levels,
                      read_levels(file_, struct_at(*footer_.dictionaries(), block++), dictionary->id(), position_));
    levels_.push_back(std::move(levels));
  }
  if (block != blocks) return malformed("it has dictionaries that no column uses");
  return {};
}

Result<Column> FileReader::read_column(const FieldView& field, BatchReader& reader, std::size_t rows) {
  Column column;
  VALION_TRY_ASSIGN(column.name, utf8(field.name()));
  VALION_TRY_ASSIGN(auto metadata, metadata_of(field.metadata()));
  if (const auto unit = metadata.find("unit"); unit != metadata.end()) column.unit = unit->second;
  const bool encoded = field.dictionary() != nullptr;
  if (field.type() == TypeCode::utf8 && encoded) {
    VALION_TRY_ASSIGN(column.values, read_texts(reader, rows, std::move(levels_[next_dictionary_++])));
  } else if (field.type() == TypeCode::floating_point && !encoded && field.code_type()->code(0) == kDouble) {
    VALION_TRY_ASSIGN(column.values, read_numbers(reader, rows));
  } else if (field.type() == TypeCode::date && !encoded && field.code_type()->code(kMillisecond) == kDay) {
    VALION_TRY_ASSIGN(column.values, read_dates(reader, rows));
  } else {
    return malformed("column «" + column.name + "» is neither float64, date32 nor dictionary-encoded utf8");
  }
  return column;
}

Result<StoredTable> FileReader::read() {
  // First: of what comes after, a newer program may have made something else.
  VALION_TRY_ASSIGN(TableMetadata metadata, checked_metadata(footer_.schema()->metadata()));
  if (!footer_.schema()->little_endian()) return malformed("it is big-endian");
  VALION_TRY(check_fields());
  VALION_TRY(read_dictionaries());
  if (footer_.batches() == nullptr || footer_.batches()->size() != 1)
    return malformed("it does not have exactly one record batch");
  VALION_TRY_ASSIGN(const MessageAt message, message_at(file_, struct_at(*footer_.batches(), 0), position_));
  if (message.view->type() != HeaderType::record_batch) return malformed("its record batch is something else");
  const RecordBatchView& batch = *message.view->record_batch();
  if (batch.compressed()) return malformed("it is compressed");
  if (batch.length() < 0) return malformed("its record batch has an impossible length");
  const auto rows = static_cast<std::size_t>(batch.length());
  BatchReader reader(batch, message.body);
  StoredTable stored;
  const auto& fields = *footer_.schema()->fields();
  for (std::uint32_t i = 0; i + 1 < fields.size(); ++i) {
    VALION_TRY_ASSIGN(auto column, read_column(*fields.Get(i), reader, rows));
    stored.table.columns.push_back(std::move(column));
  }
  VALION_TRY_ASSIGN(const auto known, read_validity(reader, rows));
  if (!known.empty()) return malformed("row numbers are missing");
  VALION_TRY_ASSIGN(stored.table.row_numbers, reader.values<std::int64_t>(rows));
  for (const std::int64_t number : stored.table.row_numbers) {
    if (number < 1) return malformed("a row number is not positive");
  }
  stored.metadata = std::move(metadata);
  return stored;
}

}  // namespace

Result<StoredTable> read_arrow(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kTailSize || !bytes.starts_with(kMagic) || !bytes.ends_with(kMagic)) {
    return malformed("it does not begin and end with ARROW1");
  }
  const std::size_t end = bytes.size() - kTailSize;
  const auto length = static_cast<std::size_t>(load<std::uint32_t>(bytes, end));
  if (length > end - kMagic.size() || length > kMetadataLimit || length < 8)
    return malformed("its footer has an impossible length");
  const Metadata metadata(bytes.substr(end - length, length));
  const FooterView* footer = metadata.verified<FooterView>();
  if (footer == nullptr) return malformed("its footer does not verify");
  return FileReader(bytes.substr(0, end - length), *footer).read();
}

}  // namespace valion::storage
