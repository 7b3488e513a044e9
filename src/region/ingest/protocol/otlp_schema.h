#pragma once

// The messages of OTLP that are read here, as tables for protobuf.h.

#include "region/ingest/protocol/protobuf.h"

namespace gatehouse::ingest {

const ProtoMessage& OtlpTraces();  // ExportTraceServiceRequest
const ProtoMessage& OtlpLogs();    // ExportLogsServiceRequest

}  // namespace gatehouse::ingest
