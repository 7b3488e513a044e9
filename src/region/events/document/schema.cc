#include "region/events/document/schema.h"

#include <algorithm>
#include <array>

namespace gatehouse::events {
namespace {

using enum Kind;
using enum Pii;

constexpr Node kAnyFalse{.kind = kAny};
constexpr Node kAnyMaybe{.kind = kAny, .pii = kMaybe};
constexpr Node kAnyTrue{.kind = kAny, .pii = kTrue};
constexpr Node kText{.kind = kString};
constexpr Node kTextMaybe{.kind = kString, .pii = kMaybe};
constexpr Node kTextTrue{.kind = kString, .pii = kTrue};
constexpr Node kCount{.kind = kUnsigned};
constexpr Node kSigned{.kind = kInteger};
constexpr Node kReal{.kind = kNumber};
constexpr Node kFlag{.kind = kBool};
constexpr Node kMoment{.kind = kTime};
constexpr Node kPointer{.kind = kAddress};
constexpr Node kEnum{.kind = kString, .max_chars = 128};
constexpr Node kSymbol{.kind = kString, .max_chars = 256, .allowance = 20};
constexpr Node kSymbolMaybe{.kind = kString, .pii = kMaybe, .max_chars = 256, .allowance = 20};
constexpr Node kThreadId{.kind = kIntOrString, .max_chars = 128};
constexpr Node kTextList{.kind = kArray, .element = &kText};
constexpr Node kFreeMap{.kind = kFreeObject};
constexpr Node kFreeMapTrue{.kind = kFreeObject, .pii = kTrue};
constexpr Node kFreeList{.kind = kFreeArray};

constexpr Node Large(Kind kind, Pii pii) {
  return {.kind = kind, .pii = pii, .bag_depth = 7, .bag_bytes = 8192};
}
constexpr Node Medium(Kind kind, Pii pii) {
  return {.kind = kind, .pii = pii, .bag_depth = 5, .bag_bytes = 2048};
}
constexpr Node Message(Kind kind, Pii pii) {
  return {.kind = kind, .pii = pii, .max_chars = 8192, .allowance = 200};
}

// --- frames and stack traces

constexpr Node kFramePath{.kind = kAny,
                          .pii = kMaybe,
                          .image_path = true,
                          .default_rules = false,
                          .max_chars = 256,
                          .allowance = 40};
constexpr Node kVars = Medium(kAny, kTrue);
constexpr Node kFrameData = Medium(kFreeObject, kFalse);
constexpr Node kSourceLines{.kind = kFreeArray};
constexpr Field kFrameFields[] = {
    {"abs_path", &kFramePath},
    {"addr_mode", &kText},
    {"colno", &kCount},
    {"context_line", &kText},
    {"data", &kFrameData},
    {"filename", &kFramePath},
    {"function", &kSymbol},
    {"function_id", &kPointer},
    {"image_addr", &kPointer},
    {"in_app", &kFlag},
    {"instruction_addr", &kPointer},
    {"lang", &kEnum},
    {"lineno", &kCount},
    {"lock", &kAnyFalse},
    {"module", &kSymbolMaybe},
    {"package", &kTextMaybe},
    {"platform", &kText},
    {"post_context", &kSourceLines},
    {"pre_context", &kSourceLines},
    {"raw_function", &kSymbol},
    {"source_link", &kTextMaybe},
    {"stack_start", &kFlag},
    {"symbol", &kSymbol},
    {"symbol_addr", &kPointer},
    {"trust", &kEnum},
    {"vars", &kVars},
};
constexpr Node kFrame{.kind = kObject, .role = Role::kFrame, .fields = kFrameFields};
constexpr Node kFrames{.kind = kArray, .nonempty = true, .element = &kFrame};
constexpr Node kRegisters{.kind = kMap, .element = &kPointer};
constexpr Field kStacktraceFields[] = {
    {"frames", &kFrames, true}, {"instruction_addr_adjustment", &kText},
    {"lang", &kEnum},           {"registers", &kRegisters},
    {"snapshot", &kFlag},
};
constexpr Node kStacktrace{.kind = kObject, .role = Role::kStacktrace, .fields = kStacktraceFields};

// --- exceptions and threads

constexpr Node kHelpLink{.kind = kUrlHttp, .max_chars = 256, .allowance = 40};
constexpr Node kMechanismText = Message(kString, kTrue);
constexpr Node kMechanismData = Medium(kFreeObject, kTrue);
constexpr Field kMechanismFields[] = {
    {"data", &kMechanismData}, {"description", &kMechanismText}, {"exception_id", &kCount},
    {"handled", &kFlag},       {"help_link", &kHelpLink},        {"is_exception_group", &kFlag},
    {"meta", &kFreeMap},       {"parent_id", &kCount},           {"source", &kText},
    {"synthetic", &kFlag},     {"type", &kEnum, true},
};
constexpr Node kMechanism{.kind = kObject, .unknown = Unknown::kKeep, .fields = kMechanismFields};
constexpr Node kExceptionValue{
    .kind = kJsonString, .pii = kTrue, .default_rules = false, .max_chars = 8192, .allowance = 200};
constexpr Field kExceptionFields[] = {
    {"mechanism", &kMechanism},   {"module", &kSymbolMaybe}, {"raw_stacktrace", &kStacktrace},
    {"stacktrace", &kStacktrace}, {"thread_id", &kThreadId}, {"type", &kSymbol},
    {"value", &kExceptionValue},
};
constexpr Node kException{.kind = kObject, .role = Role::kException, .fields = kExceptionFields};
constexpr Node kExceptions{.kind = kValues, .element = &kException};

constexpr Node kLockType{.kind = kUnsigned};
constexpr Field kLockFields[] = {
    {"address", &kPointer},    {"class_name", &kText}, {"package_name", &kText},
    {"thread_id", &kThreadId}, {"type", &kLockType},
};
constexpr Node kLock{.kind = kObject, .fields = kLockFields};
constexpr Node kLocks{.kind = kMap, .element = &kLock};
constexpr Node kThreadName{.kind = kString, .pii = kMaybe, .max_chars = 1024, .allowance = 100};
constexpr Field kThreadFields[] = {
    {"crashed", &kFlag},
    {"current", &kFlag},
    {"held_locks", &kLocks},
    {"id", &kThreadId},
    {"main", &kFlag},
    {"name", &kThreadName},
    {"raw_stacktrace", &kStacktrace},
    {"stacktrace", &kStacktrace},
    {"state", &kText},
};
constexpr Node kThread{.kind = kObject, .role = Role::kThread, .fields = kThreadFields};
constexpr Node kThreads{.kind = kValues, .element = &kThread};

// --- breadcrumbs

constexpr Node kCrumbMessage{
    .kind = kString, .pii = kTrue, .max_chars = 8192, .allowance = 200, .role = Role::kMessage};
constexpr Node kCrumbData = Medium(kFreeObject, kTrue);
constexpr Field kBreadcrumbFields[] = {
    {"category", &kEnum},        {"data", &kCrumbData},
    {"event_id", &kAnyFalse},    {"level", &kAnyFalse},
    {"message", &kCrumbMessage}, {"origin", &kText},
    {"timestamp", &kMoment},     {"type", &kEnum},
};
constexpr Node kBreadcrumb{.kind = kObject,
                           .unknown = Unknown::kReport,
                           .role = Role::kBreadcrumb,
                           .fields = kBreadcrumbFields};
constexpr Node kBreadcrumbs{.kind = kValues, .element = &kBreadcrumb};

// --- user, request, logentry, template

constexpr Field kGeoFields[] = {
    {"city", &kTextTrue},
    {"country_code", &kTextTrue},
    {"region", &kTextTrue},
    {"subdivision", &kTextTrue},
};
constexpr Node kGeo{.kind = kObject, .pii = kTrue, .fields = kGeoFields};
constexpr Node kUserId{.kind = kLenientString, .pii = kTrue, .max_chars = 128};
constexpr Node kUserName{.kind = kString, .pii = kTrue, .max_chars = 128};
constexpr Node kEmail{.kind = kString, .pii = kTrue, .max_chars = 75};
constexpr Node kIpText{.kind = kIp, .pii = kTrue};
constexpr Field kUserFields[] = {
    {"data", &kFreeMapTrue}, {"email", &kEmail},       {"geo", &kGeo},
    {"id", &kUserId},        {"ip_address", &kIpText}, {"name", &kUserName},
    {"segment", &kTextTrue}, {"username", &kUserName},
};
constexpr Node kUser{.kind = kObject,
                     .pii = kTrue,
                     .unknown = Unknown::kKeep,
                     .role = Role::kUser,
                     .fields = kUserFields};

constexpr Node kUrl{.kind = kString, .pii = kTrue, .max_chars = 256, .allowance = 40};
constexpr Node kBody = Large(kAny, kTrue);
constexpr Node kHeaders = Large(kAny, kTrue);
constexpr Node kEnv = Large(kFreeObject, kTrue);
constexpr Node kQuery{.kind = kAny, .pii = kTrue, .bag_depth = 3, .bag_bytes = 1024};
constexpr Node kCookies = Medium(kAny, kTrue);
constexpr Node kFragment{.kind = kString, .pii = kTrue, .max_chars = 1024, .allowance = 100};
constexpr Field kRequestFields[] = {
    {"api_target", &kText},
    {"cookies", &kCookies},
    {"data", &kBody},
    {"env", &kEnv},
    {"fragment", &kFragment},
    {"headers", &kHeaders},
    {"inferred_content_type", &kText},
    {"method", &kAnyFalse},
    {"query_string", &kQuery},
    {"url", &kUrl},
};
constexpr Node kRequest{.kind = kObject, .role = Role::kRequest, .fields = kRequestFields};

constexpr Node kFormatted{.kind = kJsonString,
                          .pii = kTrue,
                          .default_rules = false,
                          .max_chars = 8192,
                          .allowance = 200,
                          .role = Role::kMessage};
constexpr Node kLogMessage{.kind = kJsonString,
                           .pii = kMaybe,
                           .max_chars = 8192,
                           .allowance = 200,
                           .role = Role::kMessage};
constexpr Node kParams = Medium(kAny, kTrue);
constexpr Field kLogentryFields[] = {
    {"formatted", &kFormatted},
    {"message", &kLogMessage},
    {"params", &kParams},
};
constexpr Node kLogentry{.kind = kObject, .role = Role::kLogentry, .fields = kLogentryFields};

constexpr Field kTemplateFields[] = {
    {"abs_path", &kTextMaybe},   {"colno", &kCount},  {"context_line", &kText},
    {"filename", &kTextMaybe},   {"lineno", &kCount}, {"post_context", &kTextList},
    {"pre_context", &kTextList},
};
constexpr Node kTemplate{.kind = kObject, .fields = kTemplateFields};

// --- contexts

constexpr Field kNamedFields[] = {
    {"brand", &kTextTrue}, {"build", &kTextTrue},           {"kernel_version", &kTextTrue},
    {"name", &kTextTrue},  {"raw_description", &kTextTrue}, {"rooted", &kFlag},
    {"type", &kText},      {"version", &kTextTrue},
};
constexpr Node kNamedContext{.kind = kObject,
                             .pii = kTrue,
                             .bag_depth = 7,
                             .bag_bytes = 8192,
                             .unknown = Unknown::kKeep,
                             .fields = kNamedFields};
constexpr Field kDeviceFields[] = {
    {"arch", &kTextTrue},     {"brand", &kTextTrue}, {"family", &kTextTrue}, {"model", &kTextTrue},
    {"model_id", &kTextTrue}, {"name", &kTextMaybe}, {"type", &kText},
};
constexpr Node kDeviceContext{.kind = kObject,
                              .pii = kTrue,
                              .bag_depth = 7,
                              .bag_bytes = 8192,
                              .unknown = Unknown::kKeep,
                              .fields = kDeviceFields};
constexpr Node kTraceId{.kind = kHexId32};
constexpr Node kSpanId{.kind = kHexId16};
constexpr Node kSpanData{.kind = kFreeObject, .pii = kMaybe};
constexpr Node kTraceData = Large(kFreeObject, kMaybe);
constexpr Field kTraceFields[] = {
    {"client_sample_rate", &kReal},
    {"data", &kTraceData},
    {"description", &kTextMaybe},
    {"exclusive_time", &kReal},
    {"links", &kAnyFalse},
    {"op", &kEnum},
    {"origin", &kEnum},
    {"parent_span_id", &kSpanId},
    {"sampled", &kFlag},
    {"span_id", &kSpanId},
    {"status", &kAnyFalse},
    {"tags", &kAnyMaybe},
    {"trace_id", &kTraceId},
    {"type", &kText},
};
constexpr Node kTraceContext{.kind = kObject,
                             .pii = kTrue,
                             .bag_depth = 7,
                             .bag_bytes = 8192,
                             .unknown = Unknown::kKeep,
                             .fields = kTraceFields};
constexpr Field kPlainContextFields[] = {{"type", &kText}};
constexpr Node kPlainContext{.kind = kObject,
                             .pii = kTrue,
                             .bag_depth = 7,
                             .bag_bytes = 8192,
                             .unknown = Unknown::kKeep,
                             .fields = kPlainContextFields};
constexpr Node kContexts{.kind = kMap, .pii = kTrue, .element = &kPlainContext};

constexpr auto kContextNames = std::to_array<std::string_view>({
    "app",     "art",    "browser",      "client_os", "cloud_resource",
    "culture", "device", "feedback",     "gpu",       "missing_instrumentation",
    "monitor", "nel",    "os",           "otel",      "performance_score",
    "profile", "replay", "reprocessing", "response",  "runtime",
    "spring",  "trace",  "unity",        "unreal",    "user_report",
});

// --- sdk, debug images

constexpr Node kSdkName{.kind = kString, .max_chars = 256, .allowance = 20};
constexpr Field kPackageFields[] = {{"name", &kText}, {"version", &kText}};
constexpr Node kPackage{.kind = kObject, .fields = kPackageFields};
constexpr Node kPackages{.kind = kArray, .element = &kPackage};
constexpr Field kSdkFields[] = {
    {"client_ip", &kIpText},      {"features", &kTextList}, {"integrations", &kTextList},
    {"name", &kSdkName, true},    {"packages", &kPackages}, {"settings", &kFreeMap},
    {"version", &kSdkName, true},
};
constexpr Node kSdk{.kind = kObject, .role = Role::kSdk, .fields = kSdkFields};

constexpr Node kImagePath{
    .kind = kString, .pii = kMaybe, .image_path = true, .default_rules = false};
constexpr Field kImageFields[] = {
    {"arch", &kText},           {"code_file", &kImagePath},  {"code_id", &kAnyFalse},
    {"debug_checksum", &kText}, {"debug_file", &kImagePath}, {"debug_id", &kAnyFalse},
    {"image_addr", &kPointer},  {"image_size", &kCount},     {"image_vmaddr", &kPointer},
    {"type", &kText},           {"uuid", &kAnyFalse},
};
constexpr Node kImage{
    .kind = kObject, .default_rules = false, .unknown = Unknown::kKeep, .fields = kImageFields};
constexpr Node kImages{.kind = kArray, .element = &kImage};
constexpr Field kSdkInfoFields[] = {
    {"sdk_name", &kText},
    {"version_major", &kCount},
    {"version_minor", &kCount},
    {"version_patchlevel", &kCount},
};
constexpr Node kSdkInfo{.kind = kObject, .fields = kSdkInfoFields};
constexpr Field kDebugMetaFields[] = {{"images", &kImages}, {"sdk_info", &kSdkInfo}};
constexpr Node kDebugMeta{.kind = kObject, .default_rules = false, .fields = kDebugMetaFields};

// --- spans

constexpr Node kTagText{.kind = kJsonString, .pii = kMaybe};
constexpr Node kSpanTags{.kind = kMap, .pii = kMaybe, .element = &kTagText};
constexpr Field kSpanFields[] = {
    {"data", &kSpanData},        {"description", &kTextMaybe},
    {"exclusive_time", &kReal},  {"links", &kAnyFalse},
    {"measurements", &kFreeMap}, {"op", &kEnum},
    {"origin", &kEnum},          {"parent_span_id", &kSpanId},
    {"profile_id", &kText},      {"same_process_as_parent", &kFlag},
    {"span_id", &kSpanId},       {"start_timestamp", &kMoment},
    {"status", &kAnyFalse},      {"tags", &kSpanTags},
    {"timestamp", &kMoment},     {"trace_id", &kTraceId},
};
constexpr Node kSpan{.kind = kObject,
                     .pii = kMaybe,
                     .unknown = Unknown::kKeep,
                     .role = Role::kSpan,
                     .fields = kSpanFields};
constexpr Node kSpans{.kind = kArray, .element = &kSpan};

constexpr Field kTransactionInfoFields[] = {
    {"changes", &kFreeList},
    {"original", &kTextMaybe},
    {"propagations", &kSigned},
    {"source", &kText},
};
constexpr Node kTransactionInfo{.kind = kObject, .fields = kTransactionInfoFields};

// --- security reports

constexpr Field kReportFields[] = {
    {"blocked_uri", &kTextTrue}, {"document_uri", &kTextTrue}, {"effective_directive", &kText},
    {"referrer", &kTextTrue},    {"source_file", &kTextTrue},  {"violated_directive", &kText},
};
constexpr Node kReport{
    .kind = kObject, .pii = kTrue, .unknown = Unknown::kKeep, .fields = kReportFields};

// --- the event

constexpr Node kHash{.kind = kString, .max_chars = 128};
constexpr Node kCulprit{.kind = kString, .pii = kMaybe, .max_chars = 200};
constexpr Node kTransaction{.kind = kString, .pii = kMaybe, .trim = true, .max_chars = 200};
constexpr Node kServerName{
    .kind = kString, .pii = kTrue, .trim = true, .max_chars = 256, .allowance = 20};
constexpr Node kLogger{.kind = kAny, .max_chars = 64};
constexpr Node kModules = Large(kFreeObject, kFalse);
constexpr Node kExtra{.kind = kAny, .pii = kTrue, .bag_depth = 7, .bag_bytes = 262144};
constexpr Node kTags{.kind = kAny, .pii = kMaybe};

constexpr Field kEventFields[] = {
    {"_dsc", &kAnyFalse},
    {"breadcrumbs", &kBreadcrumbs},
    {"breakdowns", &kFreeMap},
    {"checksum", &kHash},
    {"contexts", &kContexts},
    {"csp", &kReport},
    {"culprit", &kCulprit},
    {"debug_meta", &kDebugMeta},
    {"dist", &kAnyFalse},
    {"environment", &kAnyFalse},
    {"event_id", &kAnyFalse},
    {"exception", &kExceptions},
    {"expectct", &kReport},
    {"expectstaple", &kReport},
    {"extra", &kExtra},
    {"fingerprint", &kAnyFalse},
    {"grouping_config", &kAnyFalse},
    {"hpkp", &kReport},
    {"ingest_path", &kAnyFalse},
    {"key_id", &kAnyFalse},
    {"level", &kAnyFalse},
    {"logentry", &kLogentry},
    {"logger", &kLogger},
    {"measurements", &kAnyFalse},
    {"modules", &kModules},
    {"platform", &kAnyFalse},
    {"profile_id", &kText},
    {"project", &kAnyFalse},
    {"received", &kAnyFalse},
    {"release", &kAnyFalse},
    {"request", &kRequest},
    {"scraping_attempts", &kFreeList},
    {"sdk", &kSdk},
    {"server_name", &kServerName},
    {"site", &kHash},
    {"spans", &kSpans},
    {"stacktrace", &kStacktrace},
    {"start_timestamp", &kMoment},
    {"tags", &kTags},
    {"template", &kTemplate},
    {"threads", &kThreads},
    {"time_spent", &kAnyFalse},
    {"timestamp", &kAnyFalse},
    {"transaction", &kTransaction},
    {"transaction_info", &kTransactionInfo},
    {"type", &kAnyFalse},
    {"user", &kUser},
    {"version", &kAnyFalse},
};
constexpr Node kEvent{
    .kind = kObject, .unknown = Unknown::kReport, .role = Role::kEvent, .fields = kEventFields};

template <std::size_t N>
constexpr bool Sorted(const Field (&fields)[N]) {
  return std::ranges::is_sorted(fields, {}, &Field::name);
}
static_assert(Sorted(kFrameFields) && Sorted(kStacktraceFields) && Sorted(kMechanismFields) &&
              Sorted(kExceptionFields) && Sorted(kLockFields) && Sorted(kThreadFields) &&
              Sorted(kBreadcrumbFields) && Sorted(kGeoFields) && Sorted(kUserFields) &&
              Sorted(kRequestFields) && Sorted(kLogentryFields) && Sorted(kTemplateFields) &&
              Sorted(kNamedFields) && Sorted(kDeviceFields) && Sorted(kTraceFields) &&
              Sorted(kPackageFields) && Sorted(kSdkFields) && Sorted(kImageFields) &&
              Sorted(kSdkInfoFields) && Sorted(kDebugMetaFields) && Sorted(kSpanFields) &&
              Sorted(kTransactionInfoFields) && Sorted(kReportFields) && Sorted(kEventFields));
static_assert(std::ranges::is_sorted(kContextNames));

}  // namespace

const Node* FindField(const Node& object, std::string_view name) {
  if (name.empty()) return nullptr;
  // Asked for every member in every pass: most steps are decided by the first letter.
  const auto before = [](std::string_view field, std::string_view wanted) {
    const auto a = static_cast<unsigned char>(field.front());
    const auto b = static_cast<unsigned char>(wanted.front());
    return a != b ? a < b : field < wanted;
  };
  auto it = std::ranges::lower_bound(object.fields, name, before, &Field::name);
  return it != object.fields.end() && it->name == name ? it->node : nullptr;
}

const Node& FreeNode(Pii pii) {
  return pii == kTrue ? kAnyTrue : pii == kMaybe ? kAnyMaybe : kAnyFalse;
}

const Node& ChildNode(const Node& parent, std::string_view key) {
  if (parent.kind == kObject) {
    if (const Node* node = FindField(parent, key)) return *node;
    // What the schema does not know may hold anything.
    return parent.role == Role::kEvent ? kAnyTrue : FreeNode(parent.pii);
  }
  if (parent.kind == kMap) return *parent.element;
  return FreeNode(parent.pii);
}

const Node& ElementNode(const Node& parent) {
  return (parent.kind == kArray || parent.kind == kValues) ? *parent.element : FreeNode(parent.pii);
}

const Node& EventNode() { return kEvent; }

const Node& ContextNode(std::string_view type) {
  if (type == "os" || type == "runtime" || type == "browser" || type == "client_os") {
    return kNamedContext;
  }
  if (type == "device") return kDeviceContext;
  if (type == "trace") return kTraceContext;
  return kPlainContext;
}

bool IsContextElement(const Node& node) { return &node == &kPlainContext; }

bool IsKnownContext(std::string_view alias) {
  return std::ranges::binary_search(kContextNames, alias);
}

}  // namespace gatehouse::events
