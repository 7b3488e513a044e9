// CPU time of one error event of a Node server on its way through reading, normalizing, scrubbing
// and writing, in one thread.

#include <cstdio>
#include <ctime>
#include <string>

#include "region/events/document/event_json.h"
#include "region/events/normalize/normalize.h"
#include "region/events/scrub/rules.h"

namespace {

constexpr std::string_view kEvent = R"({"event_id":"9a1f3c5e7b2d4f6081a3c5e7092b4d6f",
"level":"error","platform":"node","timestamp":1699999998.731,"environment":"production",
"release":"shop-api@4.18.2","server_name":"shop-api-7d9c6b5f4-x2x7k","transaction":"POST /checkout",
"contexts":{"trace":{"trace_id":"4c79f60c11214eb38604f4ae0781bfb2","span_id":"fa90fdead5f74052",
"parent_span_id":"b0e6f15b45c36b12"},"runtime":{"name":"node","version":"v22.3.0"},"app":{
"app_start_time":"2023-11-14T20:00:03.101Z","app_memory":131072000},"os":{"name":"Linux",
"version":"6.1.0-18-amd64","kernel_version":"6.1.76"},"device":{"arch":"x64",
"memory_size":8321499136,"free_memory":1029383168,"processor_count":4}},
"exception":{"values":[{"type":"PaymentDeclinedError","value":"Card was declined by the issuer",
"mechanism":{"type":"middleware","handled":false},"stacktrace":{"frames":[
{"filename":"node:internal/process/task_queues","module":"task_queues","function":
"process.processTicksAndRejections","lineno":105,"colno":5,"in_app":false},
{"filename":"/srv/app/node_modules/express/lib/router/layer.js","module":"express.lib.router:layer",
"function":"Layer.handle","lineno":95,"colno":5,"in_app":false},
{"filename":"/srv/app/src/routes/checkout.js","module":"routes:checkout","function":"post",
"lineno":48,"colno":22,"in_app":true,"pre_context":["router.post('/checkout', async (req, res) => {",
"  const cart = await carts.load(req.session.cartId);","  assertNotEmpty(cart);"],
"context_line":"  const receipt = await payments.charge(cart.total, req.body.token);",
"post_context":["  await orders.place(cart, receipt);","  res.json({ ok: true });","});"]},
{"filename":"/srv/app/src/payments.js","module":"payments","function":"charge","lineno":31,
"colno":11,"in_app":true,"pre_context":["  const answer = await gateway.post('/charges', body);",
"  if (answer.status === 402) {"],"context_line":
"    throw new PaymentDeclinedError('Card was declined by the issuer');","post_context":["  }",
"  return answer.data;"]}]}}]},
"breadcrumbs":[{"timestamp":1699999998.201,"category":"console","level":"info",
"message":"cart 8812 loaded"},{"timestamp":1699999998.402,"type":"http","category":"http","data":{
"url":"https://gateway.example/charges","method":"POST","status_code":402}}],
"request":{"method":"POST","url":"https://shop.example/checkout?step=pay","headers":{
"host":"shop.example","user-agent":"Mozilla/5.0 (X11; Linux x86_64) Chrome/119.0.0.0 Safari/537.36",
"content-type":"application/json","accept":"*/*","cookie":"sid=abcdef; theme=dark"},
"data":"{\"cartId\":8812,\"password\":\"hunter2\"}"},
"user":{"id":4711,"email":"jane@example.com","ip_address":"203.0.113.9"},
"tags":{"region":"eu-central-1","tier":"web"},"extra":{"attempt":2,"cart":{"items":3,"total":89.9}},
"sdk":{"name":"sentry.javascript.node","version":"8.40.0","integrations":["Http","Express","Console"],
"packages":[{"name":"npm:@sentry/node","version":"8.40.0"}]}})";

// Processor time, not wall time: other work on the machine does not count.
template <class F>
double MicrosPerCall(F f) {
  constexpr std::clock_t kEnough = CLOCKS_PER_SEC * 7 / 10;
  std::clock_t start = std::clock();
  int calls = 0;
  while (std::clock() - start < kEnough) {
    for (int i = 0; i < 50; ++i) f();
    calls += 50;
  }
  return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / calls;
}

}  // namespace

int main() {
  using namespace gatehouse;
  const events::scrub::Rules rules;
  events::Context context;
  context.received = Timestamp::FromSeconds(1'700'000'000);
  context.client_ip = "198.51.100.4";
  bool ok = true;
  unsigned char buffer[64 * 1024];
  auto run = [&](bool normalize, bool scrub, bool write) {
    json::Arena arena(buffer, sizeof buffer);
    auto event = events::Parse(kEvent, {.storage = json::Storage(&arena)});
    ok &= event.has_value();
    context.scrub = scrub ? &rules : nullptr;
    if (normalize) ok &= events::Normalize(*event, context).kept();
    if (write) ok &= !json::Serialize(*event).empty();
  };
  std::printf("event of %zu bytes\n", kEvent.size());
  std::printf("parse                              %7.1f us\n",
              MicrosPerCall([&] { run(false, false, false); }));
  std::printf("parse, normalize                   %7.1f us\n",
              MicrosPerCall([&] { run(true, false, false); }));
  std::printf("parse, normalize, scrub            %7.1f us\n",
              MicrosPerCall([&] { run(true, true, false); }));
  std::printf("parse, normalize, scrub, serialize %7.1f us\n",
              MicrosPerCall([&] { run(true, true, true); }));
  return ok ? 0 : 1;
}
