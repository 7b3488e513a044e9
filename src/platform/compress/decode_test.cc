#include "platform/compress/decode.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "platform/compress/encode.h"
#include "platform/compress/errors.h"
#include "platform/compress/zstd.h"

namespace gatehouse::compress {
namespace {

std::string Sample(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) {
    text += "{\"frame\":" + std::to_string(i * 7919 % 1000) + ",\"file\":\"app.js\"}";
  }
  text.resize(size);
  return text;
}

std::string Encode(Encoding encoding, std::string_view text) {
  switch (encoding) {
    case Encoding::kIdentity:
      return std::string(text);
    case Encoding::kGzip:
      return Gzip(text);
    case Encoding::kDeflate:
      return Deflate(text);
    case Encoding::kBrotli:
      return Brotli(text);
    case Encoding::kZstd:
      return ZstdCodec().Encode(text);
    case Encoding::kXz:
      return Xz(text);
    case Encoding::kBzip2:
      return Bzip2(text);
  }
  return {};
}

constexpr Encoding kCodings[] = {Encoding::kGzip, Encoding::kDeflate, Encoding::kBrotli,
                                 Encoding::kZstd, Encoding::kXz,      Encoding::kBzip2};

TEST(ParseEncoding, KnowsTheCodingsWithoutCase) {
  EXPECT_EQ(ParseEncoding(" GZip "), Encoding::kGzip);
  EXPECT_EQ(ParseEncoding("x-gzip"), Encoding::kGzip);
  EXPECT_EQ(ParseEncoding("deflate"), Encoding::kDeflate);
  EXPECT_EQ(ParseEncoding("br"), Encoding::kBrotli);
  EXPECT_EQ(ParseEncoding("ZSTD"), Encoding::kZstd);
}

TEST(ParseEncoding, TakesWhatClientsSendForNone) {
  for (std::string_view text : {"", "  ", "identity", "UTF-8", "utf8"}) {
    EXPECT_EQ(ParseEncoding(text), Encoding::kIdentity) << text;
  }
}

TEST(ParseEncoding, DoubleAndUnknownCodingsAreNotGuessed) {
  for (std::string_view text :
       {"gzip, gzip", "gzip,br", "compress", "gzip;q=1", "identity, gzip"}) {
    EXPECT_EQ(ParseEncoding(text), std::nullopt) << text;
  }
}

TEST(Decode, EveryCodingRoundTripsAtItsExactBound) {
  Decoder decoder;
  for (Encoding encoding : kCodings) {
    for (std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 100'000u}) {
      std::string text = Sample(size);
      auto out = decoder.Decode(encoding, Encode(encoding, text), {.max_out = size});
      ASSERT_TRUE(out) << static_cast<int>(encoding) << " " << size << out.error().detail;
      EXPECT_EQ(*out, text);
    }
  }
}

TEST(Decode, OneByteMoreThanTheBoundIsTooLarge) {
  Decoder decoder;
  for (Encoding encoding : {Encoding::kIdentity, Encoding::kGzip, Encoding::kDeflate,
                            Encoding::kBrotli, Encoding::kZstd}) {
    std::string text = Sample(50'000);
    auto out = decoder.Decode(encoding, Encode(encoding, text), {.max_out = 49'999});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().reason, kTooLarge);
    EXPECT_EQ(out.error().code, Code::kResourceExhausted);
  }
}

TEST(Decode, BombStopsAtTheRatioLongBeforeTheBound) {
  std::string zeros(64 * 1024 * 1024, '\0');
  for (Encoding encoding : kCodings) {
    std::string bomb = Encode(encoding, zeros);
    EXPECT_LT(bomb.size(), zeros.size() / 500);
    auto out = Decoder().Decode(encoding, bomb, {.max_out = 200u << 20, .max_ratio = 500});
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().reason, kTooLarge);
  }
}

TEST(Decode, TruncatedAtEveryLengthIsInvalid) {
  Decoder decoder;
  for (Encoding encoding : kCodings) {
    std::string bytes = Encode(encoding, Sample(300));
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      auto out = decoder.Decode(encoding, std::string_view(bytes).substr(0, n), {.max_out = 1000});
      ASSERT_FALSE(out) << static_cast<int>(encoding) << " " << n;
      EXPECT_EQ(out.error().reason, kInvalid);
    }
  }
}

TEST(Decode, CorruptAndTrailingBytesAreInvalid) {
  Decoder decoder;
  for (Encoding encoding : kCodings) {
    std::string bytes = Encode(encoding, Sample(300));
    EXPECT_FALSE(decoder.Decode(encoding, bytes + "x", {.max_out = 1000}));
    EXPECT_FALSE(decoder.Decode(encoding, "x" + bytes, {.max_out = 1000}));
    EXPECT_FALSE(decoder.Decode(encoding, "hello world", {.max_out = 1000}));
  }
  std::string gzip = Gzip(Sample(300));
  gzip[gzip.size() - 6] = static_cast<char>(gzip[gzip.size() - 6] ^ 1);  // the checksum
  EXPECT_FALSE(decoder.Decode(Encoding::kGzip, gzip, {.max_out = 1000}));
}

TEST(DetectPacking, ByFirstBytes) {
  for (Encoding encoding :
       {Encoding::kGzip, Encoding::kZstd, Encoding::kXz, Encoding::kBzip2, Encoding::kIdentity}) {
    EXPECT_EQ(DetectPacking(Encode(encoding, "MDMP")), encoding);
  }
  EXPECT_EQ(DetectPacking(""), Encoding::kIdentity);
}

TEST(Decode, RawDeflateIsRead) {
  std::string text = Sample(5000);
  EXPECT_EQ(Decode(Encoding::kDeflate, RawDeflate(text), 5000).value(), text);
}

TEST(Decode, MembersAndFramesFollowEachOtherUnderOneBound) {
  std::string two = Gzip("hello ") + Gzip("world");
  EXPECT_EQ(Decode(Encoding::kGzip, two, 11).value(), "hello world");
  EXPECT_FALSE(Decode(Encoding::kGzip, two, 10));
  ZstdCodec codec;
  EXPECT_EQ(Decode(Encoding::kZstd, codec.Encode("a") + codec.Encode("b"), 2).value(), "ab");
}

TEST(Zstd, TextsOfEverySizeComeBackAsTheyWere) {
  ZstdCodec codec;
  std::string all;
  std::string text;
  for (int size = 0; size < 200; ++size) {
    const std::string frame = codec.Encode(text);
    EXPECT_EQ(codec.Decode(frame, nullptr, 1000).value(), text) << size;
    const std::size_t before = all.size();
    codec.Append(all, text);
    EXPECT_EQ(all.substr(before), frame) << size;
    text += static_cast<char>('a' + size % 26);
  }
}

TEST(Decode, ZstdWindowBeyond8MiBIsRefused) {
  // A frame head that asks for a window of 128 MiB: exponent 17.
  std::string frame("\x28\xB5\x2F\xFD\x00\x88\x01\x00\x00", 9);
  auto out = Decode(Encoding::kZstd, frame, 1u << 30);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().reason, kInvalid);
}

TEST(ZstdCodec, DictionaryMakesSmallTextsSmallerAndIsRequiredToRead) {
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) {
    texts.push_back("{\"event_id\":\"" + std::to_string(i * 7919) +
                    "\",\"platform\":\"node\",\"exception\":{\"values\":[{\"type\":\"TypeError\","
                    "\"value\":\"cannot read " +
                    std::to_string(i) + "\"}]},\"sdk\":{\"name\":\"example.javascript\"}}");
  }
  std::vector<std::string_view> views(texts.begin(), texts.end());
  auto bytes = TrainDictionary(views, 4096);
  ASSERT_TRUE(bytes) << bytes.error().detail;
  auto dictionary = Dictionary::Load(*bytes);
  ASSERT_TRUE(dictionary);
  EXPECT_NE(dictionary->id(), 0u);
  ZstdCodec codec;
  std::string with = codec.Encode(texts[7], &*dictionary);
  std::string without = codec.Encode(texts[7]);
  EXPECT_LT(with.size(), without.size() / 2);
  EXPECT_EQ(DictionaryIdOf(with), dictionary->id());
  EXPECT_EQ(DictionaryIdOf(without), 0u);
  EXPECT_EQ(codec.Decode(with, &*dictionary, 1000).value(), texts[7]);
  EXPECT_EQ(codec.Decode(without, nullptr, 1000).value(), texts[7]);
  EXPECT_FALSE(codec.Decode(with, nullptr, 1000));
  EXPECT_EQ(codec.Decode(without, nullptr, 10).error().reason, kTooLarge);
}

TEST(TrainDictionary, TooFewSamplesIsAnErrorAndSoIsJunk) {
  std::string_view one[] = {"a"};
  EXPECT_EQ(TrainDictionary(one, 1024).error().code, Code::kFailedPrecondition);
  EXPECT_FALSE(Dictionary::Load("no dictionary"));
}

TEST(Stream, GivesEveryCodingInPiecesThatAreNeverLarge) {
  const std::string text = Sample(300'000);
  Decoder decoder;
  for (const Encoding encoding : kCodings) {
    std::string all;
    std::size_t largest = 0;
    const auto streamed = decoder.Stream(encoding, Encode(encoding, text), {.max_out = text.size()},
                                         [&](std::string_view piece) -> Result<bool> {
                                           all += piece;
                                           largest = std::max(largest, piece.size());
                                           return true;
                                         });
    ASSERT_TRUE(streamed) << static_cast<int>(encoding);
    EXPECT_TRUE(streamed->whole);
    EXPECT_EQ(streamed->bytes, text.size());
    EXPECT_EQ(all, text) << static_cast<int>(encoding);
    EXPECT_LE(largest, 64u * 1024);
  }
}

TEST(Stream, StopsWhereTheSinkHasEnoughAndPassesItsErrorOn) {
  Decoder decoder;
  for (const Encoding encoding : kCodings) {
    std::string packed = Encode(encoding, Sample(2'000'000));
    // What follows is not looked at: it may be damaged.
    packed.back() = static_cast<char>(packed.back() ^ 1);
    std::size_t calls = 0;
    auto streamed = decoder.Stream(encoding, packed, {.max_out = 10'000'000},
                                   [&](std::string_view) -> Result<bool> { return ++calls < 2; });
    ASSERT_TRUE(streamed) << static_cast<int>(encoding);
    EXPECT_FALSE(streamed->whole);
    EXPECT_EQ(calls, 2u);
    EXPECT_LE(streamed->bytes, 128u * 1024);
    auto failed = decoder.Stream(
        encoding, packed, {.max_out = 10'000'000},
        [](std::string_view) -> Result<bool> { return Fail(Code::kInternal, "no"); });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().reason, "no");
  }
}

// INTAKE-03
TEST(Stream, ABombIsRefusedInTheMemoryOfOnePiece) {
  const std::string packed = Gzip(std::string(100u << 20, '\0'));
  EXPECT_LT(packed.size(), 110'000u);
  std::size_t largest = 0;
  std::size_t seen = 0;
  const Sink sink = [&](std::string_view piece) -> Result<bool> {
    largest = std::max(largest, piece.size());
    seen += piece.size();
    return true;
  };
  Decoder decoder;
  const auto streamed =
      decoder.Stream(Encoding::kGzip, packed, {.max_out = 200u << 20, .max_ratio = 500}, sink);
  ASSERT_FALSE(streamed);
  EXPECT_EQ(streamed.error().reason, kTooLarge);
  EXPECT_LE(largest, 64u * 1024);
  EXPECT_LT(seen, 60u << 20);
}

TEST(Stream, WhatIsKnownToComeOutTakesNoMoreRoom) {
  const std::string text = Sample(3'000'000);
  Decoder decoder;
  const auto out = decoder.Decode(Encoding::kGzip, Gzip(text),
                                  {.max_out = text.size(), .expected = text.size()});
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, text);
  EXPECT_LE(out->capacity(), text.size() + 64);
}

}  // namespace
}  // namespace gatehouse::compress
