#include <gtest/gtest.h>

#include <string>

#include "platform/compress/encode.h"
#include "platform/compress/zstd.h"
#include "region/ingest/protocol/form_data.h"
#include "region/ingest/protocol/minidump.h"
#include "region/ingest/protocol/multipart.h"
#include "region/ingest/protocol/rejection.h"

namespace gatehouse::ingest {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=\"XX\"";

std::string Form(std::initializer_list<std::pair<std::string, std::string>> parts) {
  std::string body;
  for (const auto& [head, data] : parts) {
    body += "--XX\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + data + "\r\n";
  }
  return body + "--XX--\r\n";
}

TEST(Multipart, PartsWithTheirNames) {
  std::string body =
      "preamble\r\n--XX  \r\n"
      "content-disposition: form-data; name=\"a\"\r\n\r\n"
      "\r\n--XX\r\n"
      "Content-Type: text/plain\r\nContent-Disposition: form-data; name=b; "
      "filename=\"C:\\\\dir\\q\\\"x.txt\"\r\n\r\nline\r\n--X\r\n"
      "\r\n--XX\r\nContent-Disposition: form-data; name=c; filename=x; "
      "filename*=UTF-8''%c3%a4.txt\r\n\r\nz\r\n--XX--epilogue";
  auto parts = ParseMultipart(body, "XX");
  ASSERT_TRUE(parts) << parts.error().detail;
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ(parts->at(0).name, "a");
  EXPECT_EQ(parts->at(0).data, "");
  EXPECT_FALSE(parts->at(0).filename);
  EXPECT_EQ(parts->at(1).data, "line\r\n--X\r\n");
  EXPECT_EQ(parts->at(1).content_type, "text/plain");
  EXPECT_EQ(*parts->at(1).filename, "C:\\\\dir\\q\"x.txt");
  EXPECT_EQ(*parts->at(2).filename, "\xC3\xA4.txt");
}

TEST(Multipart, DamageIsRefused) {
  std::string good = Form({{"name=a", "x"}});
  ASSERT_TRUE(ParseMultipart(good, "XX"));
  for (std::size_t n = 0; n < good.size() - 4; ++n) {
    EXPECT_FALSE(ParseMultipart(std::string_view(good).substr(0, n), "XX")) << n;
  }
  EXPECT_FALSE(ParseMultipart(good, ""));
  EXPECT_FALSE(ParseMultipart(good, "YY"));
  EXPECT_FALSE(ParseMultipart("--XX\r\nno colon\r\n\r\nx\r\n--XX--", "XX"));
  EXPECT_FALSE(ParseMultipart("--XX\r\nContent-Type: a\r\n\r\nx\r\n--XX--", "XX"));
  EXPECT_FALSE(ParseMultipart(good, "XX", {.parts = 0}));
  std::string long_head = Form({{"name=" + std::string(9000, 'n'), "x"}});
  EXPECT_FALSE(ParseMultipart(long_head, "XX"));
}

TEST(Multipart, BoundaryOfContentType) {
  EXPECT_EQ(BoundaryOf("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(BoundaryOf("Multipart/Form-Data; charset=x; Boundary=\"a b\""), "a b");
  EXPECT_EQ(BoundaryOf("multipart/form-data"), "");
  EXPECT_EQ(BoundaryOf("text/plain; boundary=abc"), "");
}

TEST(FileName, PathsDevicesAndControlsAreHarmless) {
  const std::pair<std::string, std::string> cases[] = {
      {"a.txt", "a.txt"},   {"../../etc/passwd", "passwd"},
      {"..\\..\\a", "a"},   {"CON", "file"},
      {"com1.txt", "file"}, {"", "file"},
      {"..", "file"},       {"a\r\nb: c", "ab c"},
      {"x\"y", "xy"},       {"C:\\dir\\q.dmp", "q.dmp"},
      {"/", "file"},        {"\xC3\xA4", "\xC3\xA4"},
  };
  for (const auto& [in, out] : cases) EXPECT_EQ(CleanFileName(in), out) << in;
  EXPECT_EQ(CleanFileName(std::string(1000, 'a')).size(), 255u);
}

TEST(FormData, FieldsFoldIntoAnEvent) {
  json::Object event = EventOfForm({
      {"sentry", R"({"release":"1","tags":{"a":"b"}})"},
      {"sentry[tags][c]", "d"},
      {"sentry[user][id]", "7"},
      {"sentry[bad", "x"},
      {"guid", "123"},
  });
  EXPECT_EQ(json::Serialize(event),
            R"({"release":"1","tags":{"a":"b","c":"d"},"user":{"id":"7"},"extra":{"guid":"123"}})");
}

TEST(FormData, ChunksJoinInOrderWithGaps) {
  json::Object event = EventOfForm({{"sentry__9", R"(ase":"2"})"}, {"sentry__1", R"({"rele)"}});
  EXPECT_EQ(json::Serialize(event), R"({"release":"2"})");
}

TEST(FormData, InvalidJsonIsLeftOut) {
  EXPECT_TRUE(EventOfForm({{"sentry", "{"}}).empty());
  EXPECT_TRUE(EventOfForm({{"sentry__1", "{"}}).empty());
}

TEST(Minidump, FormWithExtraFilesAndFields) {
  std::string body = Form({{"name=prod", "app"},
                           {"name=log; filename=log.txt", "hello"},
                           {"name=upload_file_minidump; filename=a.dmp", "MDMP123"},
                           {"name=\"__sentry-breadcrumb1\"", "\x81\xa7message\xa2go"},
                           {"name=vh; filename=view-hierarchy.json", "{}"},
                           {"name=\"sentry[release]\"", "1.0"}});
  auto upload = ParseMinidumpUpload(kType, body, 1 << 20);
  ASSERT_TRUE(upload) << upload.error().reason;
  ASSERT_EQ(upload->files.size(), 3u);
  EXPECT_EQ(upload->files[0].kind, AttachmentKind::kMinidump);
  EXPECT_EQ(upload->files[0].data, "MDMP123");
  EXPECT_EQ(upload->files[1].name, "log.txt");
  EXPECT_EQ(upload->files[2].kind, AttachmentKind::kViewHierarchy);
  EXPECT_EQ(upload->event.at("breadcrumbs").at("values").at(0).at("message").as_string(), "go");
  EXPECT_EQ(upload->event.at("release").as_string(), "1.0");
  EXPECT_EQ(upload->event.at("extra").at("prod").as_string(), "app");
  EXPECT_EQ(upload->event.at("level").as_string(), "fatal");
  EXPECT_EQ(
      upload->event.at("exception").at("values").at(0).at("mechanism").at("handled").as_bool(),
      false);
}

TEST(Minidump, RawNestedAndCompressed) {
  EXPECT_TRUE(ParseMinidumpUpload("application/octet-stream", "PMDMx", 100));
  std::string inner =
      "--in\r\nContent-Disposition: form-data; name=upload_file_minidump\r\n\r\nMDMPn\r\n--in--";
  std::string nested = Form({{"name=upload_file_minidump; filename=a", inner}});
  auto upload = ParseMinidumpUpload(kType, nested, 100);
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->files[0].data, "MDMPn");
  for (const std::string& packed : {compress::Gzip("MDMPz"), compress::ZstdCodec().Encode("MDMPz"),
                                    compress::Xz("MDMPz"), compress::Bzip2("MDMPz")}) {
    std::string form = Form({{"name=upload_file_minidump; filename=a.dmp.gz", packed}});
    auto unpacked = ParseMinidumpUpload(kType, form, 100);
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->files[0].data, "MDMPz");
    EXPECT_EQ(unpacked->files[0].name, "a.dmp");
  }
}

TEST(Minidump, Refusals) {
  EXPECT_EQ(
      ParseMinidumpUpload(kType, Form({{"name=other; filename=a", "MDMP"}}), 100).error().reason,
      kMissingMinidump);
  EXPECT_EQ(
      ParseMinidumpUpload(kType, Form({{"name=upload_file_minidump; filename=a", "ELF"}}), 100)
          .error()
          .reason,
      kInvalidMinidump);
  EXPECT_EQ(ParseMinidumpUpload("application/x-dmp", "xx", 100).error().reason, kInvalidMinidump);
  EXPECT_EQ(ParseMinidumpUpload("text/plain", "xx", 100).error().reason, kInvalidMultipart);
  std::string bomb = compress::Gzip("MDMP" + std::string(1 << 20, '\0'));
  auto refused = ParseMinidumpUpload("application/x-dmp", bomb, 1000);
  EXPECT_EQ(RejectionOf(refused.error()).status, 413);
}

TEST(Attachments, FilesOnlyAndNoLateCrash) {
  std::string body = Form({{"name=a; filename=x.txt", ""},
                           {"name=text", "no file"},
                           {"name=upload_file_minidump; filename=y", "MDMP"}});
  auto files = ParseAttachments(kType, body);
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ(files->at(0).data, "");
  EXPECT_EQ(files->at(1).kind, AttachmentKind::kAttachment);
}

}  // namespace
}  // namespace gatehouse::ingest
