#include <flatbuffers/flatbuffers.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "storage/arrow_format.hpp"
#include "storage/arrow_ipc.hpp"

namespace valion::storage {
namespace {

using namespace arrow;
using dataset::Column;
using dataset::ColumnType;
using flatbuffers::FlatBufferBuilder;
using AnyTable = flatbuffers::Offset<flatbuffers::Table>;
using flatbuffers::uoffset_t;

AnyTable end(FlatBufferBuilder& builder, uoffset_t start) { return {builder.EndTable(start)}; }

// A message's body under construction, with its buffers and nodes.
struct Body {
  std::string bytes;
  std::vector<FieldNode> nodes;
  std::vector<Buffer> buffers;

  void add(const void* data, std::size_t size) {
    buffers.push_back(Buffer{static_cast<std::int64_t>(bytes.size()), static_cast<std::int64_t>(size)});
    bytes.append(static_cast<const char*>(data), size);
    bytes.resize(padded(bytes.size()), '\0');
  }
  template <class T>
  void add(const std::vector<T>& values) {
    add(values.data(), values.size() * sizeof(T));
  }
};

void add_validity(Body& body, const Column& column) {
  const std::size_t rows = column.size();
  std::string bits((rows + 7) / 8, '\0');
  std::int64_t nulls = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (column.missing(row)) {
      ++nulls;
    } else {
      bits[row / 8] = static_cast<char>(static_cast<unsigned char>(bits[row / 8]) | (1u << (row % 8)));
    }
  }
  body.nodes.push_back(FieldNode{static_cast<std::int64_t>(rows), nulls});
  body.add(bits.data(), nulls == 0 ? 0 : bits.size());
}

// What is missing is zero in the data buffer, so that equal tables have equal bytes.
void add_column(Body& body, const Column& column) {
  add_validity(body, column);
  if (column.type() == ColumnType::number) {
    std::vector<double> values = column.numbers();
    for (double& value : values) value = std::isnan(value) ? 0.0 : value;
    body.add(values);
  } else if (column.type() == ColumnType::text) {
    std::vector<std::int32_t> codes = column.texts().codes;
    for (std::int32_t& code : codes) code = code == dataset::kMissingCode ? 0 : code;
    body.add(codes);
  } else {
    std::vector<std::int32_t> days = column.dates().days;
    for (std::int32_t& day : days) day = day == dataset::kMissingDate ? 0 : day;
    body.add(days);
  }
}

Result<Body> dictionary_body(const Column& column) {
  std::vector<std::int32_t> offsets{0};
  std::string text;
  for (const std::string& level : column.texts().levels) {
    text += level;
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      return fail(ErrorKind::too_large, "the texts of column «" + column.name + "» exceed 2 GiB");
    }
    offsets.push_back(static_cast<std::int32_t>(text.size()));
  }
  Body body;
  body.nodes.push_back(FieldNode{static_cast<std::int64_t>(column.texts().levels.size()), 0});
  body.add(nullptr, 0);
  body.add(offsets);
  body.add(text.data(), text.size());
  return body;
}

flatbuffers::Offset<flatbuffers::Vector<AnyTable>> key_values(FlatBufferBuilder& builder,
                                                              const TableMetadata& metadata) {
  std::vector<AnyTable> pairs;
  for (const auto& [key, value] : metadata) {
    const auto key_text = builder.CreateString(key);
    const auto value_text = builder.CreateString(value);
    const auto start = builder.StartTable();
    builder.AddOffset(KeyValueSlots::kKey, key_text);
    builder.AddOffset(KeyValueSlots::kValue, value_text);
    pairs.push_back(end(builder, start));
  }
  return builder.CreateVector(pairs);
}

AnyTable int_type(FlatBufferBuilder& builder, std::int32_t bits) {
  const auto start = builder.StartTable();
  builder.AddElement<std::int32_t>(IntSlots::kBitWidth, bits, 0);
  builder.AddElement<std::uint8_t>(IntSlots::kSigned, 1, 0);
  return end(builder, start);
}

AnyTable column_type(FlatBufferBuilder& builder, ColumnType type) {
  const auto start = builder.StartTable();
  if (type == ColumnType::number) builder.AddElement<std::int16_t>(FloatingPointSlots::kPrecision, kDouble, 0);
  if (type == ColumnType::date) builder.AddElement<std::int16_t>(DateSlots::kUnit, kDay, kMillisecond);
  return end(builder, start);
}

TypeCode type_code(ColumnType type) {
  return type == ColumnType::number ? TypeCode::floating_point
         : type == ColumnType::text ? TypeCode::utf8
                                    : TypeCode::date;
}

AnyTable dictionary_encoding(FlatBufferBuilder& builder, std::int64_t id) {
  const auto index = int_type(builder, 32);
  const auto start = builder.StartTable();
  builder.AddElement<std::int64_t>(DictionarySlots::kId, id, -1);
  builder.AddOffset(DictionarySlots::kIndexType, index);
  return end(builder, start);
}

AnyTable column_field(FlatBufferBuilder& builder, const Column& column, std::int64_t dictionary_id) {
  const auto name = builder.CreateString(column.name);
  const auto type = column_type(builder, column.type());
  const auto dictionary = column.type() == ColumnType::text ? dictionary_encoding(builder, dictionary_id) : AnyTable();
  const auto children = builder.CreateVector(std::vector<AnyTable>{});
  const auto metadata = column.unit.empty() ? flatbuffers::Offset<flatbuffers::Vector<AnyTable>>()
                                            : key_values(builder, TableMetadata{{"unit", column.unit}});
  const auto start = builder.StartTable();
  builder.AddOffset(FieldSlots::kName, name);
  builder.AddElement<std::uint8_t>(FieldSlots::kNullable, 1, 0);
  builder.AddElement<std::uint8_t>(FieldSlots::kTypeType, static_cast<std::uint8_t>(type_code(column.type())), 0);
  builder.AddOffset(FieldSlots::kType, type);
  builder.AddOffset(FieldSlots::kDictionary, dictionary);
  builder.AddOffset(FieldSlots::kChildren, children);
  builder.AddOffset(FieldSlots::kMetadata, metadata);
  return end(builder, start);
}

AnyTable row_field(FlatBufferBuilder& builder) {
  const auto name = builder.CreateString(std::string(kRowColumn));
  const auto type = int_type(builder, 64);
  const auto children = builder.CreateVector(std::vector<AnyTable>{});
  const auto start = builder.StartTable();
  builder.AddOffset(FieldSlots::kName, name);
  builder.AddElement<std::uint8_t>(FieldSlots::kTypeType, static_cast<std::uint8_t>(TypeCode::integer), 0);
  builder.AddOffset(FieldSlots::kType, type);
  builder.AddOffset(FieldSlots::kChildren, children);
  return end(builder, start);
}

AnyTable schema(FlatBufferBuilder& builder, const dataset::Table& table, const TableMetadata& metadata) {
  std::vector<AnyTable> fields;
  std::int64_t dictionary_id = 0;
  for (const Column& column : table.columns) {
    fields.push_back(column_field(builder, column, dictionary_id));
    dictionary_id += column.type() == ColumnType::text ? 1 : 0;
  }
  fields.push_back(row_field(builder));
  const auto field_vector = builder.CreateVector(fields);
  const auto pairs = key_values(builder, metadata);
  const auto start = builder.StartTable();
  builder.AddOffset(SchemaSlots::kFields, field_vector);
  builder.AddOffset(SchemaSlots::kMetadata, pairs);
  return end(builder, start);
}

AnyTable record_batch(FlatBufferBuilder& builder, const Body& body, std::int64_t length) {
  const auto nodes = builder.CreateVectorOfStructs(body.nodes);
  const auto buffers = builder.CreateVectorOfStructs(body.buffers);
  const auto start = builder.StartTable();
  builder.AddElement<std::int64_t>(RecordBatchSlots::kLength, length, 0);
  builder.AddOffset(RecordBatchSlots::kNodes, nodes);
  builder.AddOffset(RecordBatchSlots::kBuffers, buffers);
  return end(builder, start);
}

// The file under construction.
class FileWriter {
 public:
  FileWriter() : bytes_(kMagic) { bytes_.resize(padded(bytes_.size()), '\0'); }

  Block message(FlatBufferBuilder& builder, HeaderType type, AnyTable header, const std::string& body) {
    const auto start = builder.StartTable();
    builder.AddElement<std::int64_t>(MessageSlots::kBodyLength, static_cast<std::int64_t>(body.size()), 0);
    builder.AddOffset(MessageSlots::kHeader, header);
    builder.AddElement<std::int16_t>(MessageSlots::kVersion, kVersion5, 0);
    builder.AddElement<std::uint8_t>(MessageSlots::kHeaderType, static_cast<std::uint8_t>(type), 0);
    builder.Finish(end(builder, start));
    const std::size_t offset = bytes_.size();
    const std::size_t size = padded(builder.GetSize());
    append(kContinuation);
    append(static_cast<std::uint32_t>(size));
    append(builder, size);
    bytes_ += body;
    return Block{static_cast<std::int64_t>(offset), static_cast<std::int32_t>(size + 8), 0,
                 static_cast<std::int64_t>(body.size())};
  }

  std::string finish(FlatBufferBuilder& builder, AnyTable schema_table, const std::vector<Block>& dictionaries,
                     const std::vector<Block>& batches) && {
    append(kContinuation);
    append(std::uint32_t{0});
    const auto dictionary_blocks = builder.CreateVectorOfStructs(dictionaries);
    const auto batch_blocks = builder.CreateVectorOfStructs(batches);
    const auto start = builder.StartTable();
    builder.AddElement<std::int16_t>(FooterSlots::kVersion, kVersion5, 0);
    builder.AddOffset(FooterSlots::kSchema, schema_table);
    builder.AddOffset(FooterSlots::kDictionaries, dictionary_blocks);
    builder.AddOffset(FooterSlots::kRecordBatches, batch_blocks);
    builder.Finish(end(builder, start));
    append(builder, builder.GetSize());
    append(static_cast<std::uint32_t>(builder.GetSize()));
    bytes_ += kMagic;
    return std::move(bytes_);
  }

 private:
  void append(std::uint32_t value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
  }
  void append(const FlatBufferBuilder& builder, std::size_t size) {
    const std::size_t before = bytes_.size();
    bytes_.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    bytes_.resize(before + size, '\0');
  }
  std::string bytes_;
};

Block write_dictionary(FileWriter& file, const Body& body, std::int64_t id) {
  FlatBufferBuilder builder;
  const auto batch = record_batch(builder, body, body.nodes.front().length);
  const auto start = builder.StartTable();
  builder.AddElement<std::int64_t>(DictionaryBatchSlots::kId, id, -1);
  builder.AddOffset(DictionaryBatchSlots::kData, batch);
  const auto header = end(builder, start);
  return file.message(builder, HeaderType::dictionary_batch, header, body.bytes);
}

}  // namespace

Result<std::string> write_arrow(const dataset::Table& table, const TableMetadata& given) {
  TableMetadata metadata = given;
  metadata.insert_or_assign(kArrowFormatKey, std::to_string(kArrowFormat));
  FileWriter file;
  {
    FlatBufferBuilder builder;
    const auto header = schema(builder, table, metadata);
    file.message(builder, HeaderType::schema, header, "");
  }
  std::vector<Block> dictionaries;
  for (const Column& column : table.columns) {
    if (column.type() != ColumnType::text) continue;
    VALION_TRY_ASSIGN(const Body body, dictionary_body(column));
    dictionaries.push_back(write_dictionary(file, body, static_cast<std::int64_t>(dictionaries.size())));
  }
  std::vector<Block> batches;
  {
    Body body;
    for (const Column& column : table.columns) add_column(body, column);
    body.nodes.push_back(FieldNode{static_cast<std::int64_t>(table.rows()), 0});
    body.add(nullptr, 0);
    body.add(table.row_numbers);
    FlatBufferBuilder builder;
    const auto header = record_batch(builder, body, static_cast<std::int64_t>(table.rows()));
    batches.push_back(file.message(builder, HeaderType::record_batch, header, body.bytes));
  }
  FlatBufferBuilder builder;
  const auto schema_table = schema(builder, table, metadata);
  return std::move(file).finish(builder, schema_table, dictionaries, batches);
}

}  // namespace valion::storage
