#pragma once

// Writes small ZIP archives, also broken ones, for the tests.

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/compress/encode.h"

namespace gatehouse::artifacts {

class ZipWriter {
 public:
  // What the directory is to say in place of the truth.
  struct Lies {
    std::uint32_t size = 0;
    std::uint32_t offset = 0;
    std::uint16_t flags = 0;
  };

  void Add(std::string_view name, std::string_view text, bool deflate = true) {
    Add(name, text, deflate, Lies());
  }
  void Add(std::string_view name, std::string_view text, bool deflate, Lies lies) {
    const std::string packed = deflate ? compress::RawDeflate(text) : std::string(text);
    const auto offset =
        lies.offset != 0 ? lies.offset - 1 : static_cast<std::uint32_t>(out_.size());
    const auto size = lies.size != 0 ? lies.size : static_cast<std::uint32_t>(text.size());
    std::string fields;
    Put(fields, 20, 2);
    Put(fields, lies.flags, 2);
    Put(fields, deflate ? 8 : 0, 2);
    Put(fields, 0, 4);  // time
    Put(fields, 0, 4);  // CRC: the whole archive has a checksum
    Put(fields, static_cast<std::uint32_t>(packed.size()), 4);
    Put(fields, size, 4);
    Put(fields, static_cast<std::uint32_t>(name.size()), 2);
    Put(fields, 0, 2);
    out_ += "PK\x03\x04" + fields + std::string(name) + packed;
    directory_ += "PK\x01\x02";
    Put(directory_, 20, 2);
    directory_ += fields;
    Put(directory_, 0, 2);  // comment
    Put(directory_, 0, 2);  // disk
    Put(directory_, 0, 2);
    Put(directory_, 0, 4);
    Put(directory_, offset, 4);
    directory_ += name;
    ++count_;
  }
  std::string Finish() const {
    std::string out = out_ + directory_ + "PK\x05\x06";
    Put(out, 0, 4);
    Put(out, count_, 2);
    Put(out, count_, 2);
    Put(out, static_cast<std::uint32_t>(directory_.size()), 4);
    Put(out, static_cast<std::uint32_t>(out_.size()), 4);
    Put(out, 0, 2);
    return out;
  }

 private:
  static void Put(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  }

  std::string out_;
  std::string directory_;
  std::uint32_t count_ = 0;
};

}  // namespace gatehouse::artifacts
