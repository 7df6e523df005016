#include "app/backup/tar.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "platform/objects/open_file.hpp"

namespace valion::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;
constexpr std::size_t kPiece = 1u << 20;
constexpr std::uint64_t kLargestOctal = 077777777777;

// IEEE Std 1003.1, «pax», ustar interchange format: where the fields of a header stand.
struct Field {
  std::size_t at, size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUser{108, 8}, kGroup{116, 8}, kSize{124, 12}, kTime{136, 12},
    kChecksum{148, 8}, kType{156, 1}, kMagic{257, 8}, kPrefix{345, 155};

using Header = std::array<char, kBlock>;

void put(Header& header, Field field, const std::string& text) {
  std::copy_n(text.begin(), std::min(text.size(), field.size), header.begin() + static_cast<std::ptrdiff_t>(field.at));
}

std::string octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (std::size_t i = digits; i > 0 && value > 0; value /= 8) text[--i] = static_cast<char>('0' + value % 8);
  return text;
}

// Eight GiB and more do not fit in octal digits: GNU's form, a set first bit and the number in base 256.
std::string size_text(std::uint64_t size) {
  if (size <= kLargestOctal) return octal(size, 11);
  std::string text(12, '\0');
  for (std::size_t i = 12; i > 4; size >>= 8) text[--i] = static_cast<char>(size & 0xff);
  text[0] = static_cast<char>(0x80);
  return text;
}

std::uint32_t checksum_of(const Header& header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.size;
    sum += own ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

Result<Header> header_of(const std::string& name, std::uint64_t size, std::int64_t time) {
  Header header{};
  if (name.size() <= kName.size) {
    put(header, kName, name);
  } else {
    // The first slash that leaves a last part that fits.
    const auto slash = name.find('/', name.size() - kName.size - 1);
    if (slash == std::string::npos || slash > kPrefix.size) return fail(ErrorKind::invalid, "too long a name: " + name);
    put(header, kPrefix, name.substr(0, slash));
    put(header, kName, name.substr(slash + 1));
  }
  put(header, kMode, octal(0600, 7));
  put(header, kUser, octal(0, 7));
  put(header, kGroup, octal(0, 7));
  put(header, kSize, size_text(size));
  put(header, kTime, octal(static_cast<std::uint64_t>(std::max<std::int64_t>(time, 0)), 11));
  put(header, kType, "0");
  put(header, kMagic,
      std::string("ustar\0"
                  "00",
                  8));
  put(header, kChecksum, octal(checksum_of(header), 6) + std::string("\0 ", 2));
  return header;
}

Result<void> append(const OpenFile& to, std::string_view bytes) {
  if (!write_all(to.get(), bytes)) return system_failure("cannot write", to.path());
  return {};
}

Result<void> pack_file(const OpenFile& to, const fs::path& file, const std::string& name) {
  const OpenFile from(file, O_RDONLY);
  struct stat status {};
  if (!from.good() || ::fstat(from.get(), &status) != 0) return system_failure("cannot read", file);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  VALION_TRY_ASSIGN(const Header header, header_of(name, size, status.st_mtime));
  VALION_TRY(append(to, {header.data(), header.size()}));
  for (std::uint64_t done = 0; done < size;) {
    VALION_TRY_ASSIGN(const std::string piece,
                      read_piece(from.get(), file, std::min<std::uint64_t>(kPiece, size - done)));
    if (piece.empty()) return fail(ErrorKind::internal, file.string() + " became shorter while it was read");
    VALION_TRY(append(to, piece));
    done += piece.size();
  }
  return append(to, std::string((kBlock - size % kBlock) % kBlock, '\0'));
}

std::string field_text(const Header& header, Field field) {
  const char* begin = header.data() + field.at;
  return {begin, ::strnlen(begin, field.size)};
}

Result<std::uint64_t> field_number(const Header& header, Field field) {
  std::uint64_t value = 0;
  if ((static_cast<unsigned char>(header[field.at]) & 0x80) != 0) {
    for (std::size_t i = field.at + field.size - 8; i < field.at + field.size; ++i) {
      value = value << 8 | static_cast<unsigned char>(header[i]);
    }
    return value;
  }
  for (const char digit : field_text(header, field)) {
    if (digit == ' ') continue;
    if (digit < '0' || digit > '7') return fail(ErrorKind::malformed, "a number in the archive is none");
    value = value * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

Result<fs::path> name_of(const Header& header) {
  const std::string prefix = field_text(header, kPrefix);
  const fs::path name = prefix.empty() ? field_text(header, kName) : prefix + "/" + field_text(header, kName);
  const bool plain = !name.empty() && name.is_relative() &&
                     std::none_of(name.begin(), name.end(),
                                  [](const fs::path& part) { return part.empty() || part == "." || part == ".."; });
  if (!plain) return fail(ErrorKind::malformed, "the archive names a file outside of it: " + name.string());
  return name;
}

// Nothing at the end of the archive.
Result<std::optional<Header>> next_header(const OpenFile& from) {
  VALION_TRY_ASSIGN(const std::string block, read_piece(from.get(), from.path(), kBlock));
  if (block.size() != kBlock) return fail(ErrorKind::malformed, from.path().string() + " is cut short, or no backup");
  Header header;
  std::copy(block.begin(), block.end(), header.begin());
  if (std::all_of(header.begin(), header.end(), [](char c) { return c == '\0'; })) return std::optional<Header>();
  VALION_TRY_ASSIGN(const std::uint64_t sum, field_number(header, kChecksum));
  if (field_text(header, kMagic) != "ustar" || sum != checksum_of(header)) {
    return fail(ErrorKind::malformed, from.path().string() + " is damaged, or no backup");
  }
  const char type = header[kType.at];
  if (type != '0' && type != '\0') return fail(ErrorKind::malformed, "the archive holds more than plain files");
  return std::optional<Header>(header);
}

Result<void> unpack_file(const OpenFile& from, const fs::path& file, std::uint64_t size) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  const OpenFile to(file, O_WRONLY | O_CREAT | O_EXCL);
  if (error || !to.good()) return system_failure("cannot create", file);
  for (std::uint64_t done = 0; done < size;) {
    VALION_TRY_ASSIGN(const std::string piece,
                      read_piece(from.get(), from.path(), std::min<std::uint64_t>(kPiece, size - done)));
    if (piece.empty()) return fail(ErrorKind::malformed, from.path().string() + " is cut short");
    VALION_TRY(append(to, piece));
    done += piece.size();
  }
  VALION_TRY(read_piece(from.get(), from.path(), (kBlock - size % kBlock) % kBlock));
  return {};
}

}  // namespace

Result<void> pack_folder(const fs::path& folder, const fs::path& archive) {
  const OpenFile to(archive, O_WRONLY | O_CREAT | O_EXCL);
  if (!to.good() && errno == EEXIST) return fail(ErrorKind::conflict, archive.string() + " exists already");
  if (!to.good()) return system_failure("cannot create", archive);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const auto pack = [&]() -> Result<void> {
    for (const fs::path& file : files)
      VALION_TRY(pack_file(to, file, file.lexically_relative(folder).generic_string()));
    VALION_TRY(append(to, std::string(2 * kBlock, '\0')));
    if (::fsync(to.get()) != 0) return system_failure("cannot write", archive);
    return {};
  };
  Result<void> packed = pack();
  if (!packed) ::unlink(archive.c_str());
  return packed;
}

Result<void> unpack_archive(const fs::path& archive, const fs::path& folder) {
  const OpenFile from(archive, O_RDONLY);
  if (!from.good()) return system_failure("cannot open", archive);
  while (true) {
    VALION_TRY_ASSIGN(const std::optional<Header> header, next_header(from));
    if (!header) return {};
    VALION_TRY_ASSIGN(const fs::path name, name_of(*header));
    VALION_TRY_ASSIGN(const std::uint64_t size, field_number(*header, kSize));
    VALION_TRY(unpack_file(from, folder / name, size));
  }
}

}  // namespace valion::app
