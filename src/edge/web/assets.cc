// Style sheet, script and icons: compiled in, the same for everybody, cached for ever under their
// content's version. Nothing else is served from a path that looks like a file.

#include "edge/access/headers.h"
#include "edge/web/embedded.h"
#include "edge/web/site.h"

namespace gatehouse::web {

namespace {

http::Response Serve(const http::Request& request, const Asset& asset, bool https) {
  http::Response response;
  const std::string etag = "\"" + asset.version + "\"";
  auto query = http::Form::Parse(request.query);
  const bool versioned = query && query->Get("v") == asset.version;
  if (request.headers.Get("If-None-Match") == etag) {
    response.status = 304;
  } else {
    response.body = std::string(asset.text);
    response.headers.Set("Content-Type", std::string(asset.type));
  }
  access::SetStaticHeaders(response, https);
  response.headers.Set("ETag", etag);
  // An old version in the URL gets today's content: it must not be kept under the old name.
  response.headers.Set("Cache-Control",
                       versioned ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

Task<http::Response> Static(Site& site, http::Request& request, std::string name) {
  const Asset* asset = FindAsset(name);
  if (asset == nullptr) co_return Fail(Code::kNotFound, "not_found");
  co_return Serve(request, *asset, site.d.guard.https());
}

Task<http::Response> Robots(Site& site) {
  auto response = http::Response::Text(200, "User-agent: *\nDisallow: /\n");
  access::SetStaticHeaders(response, site.d.guard.https());
  co_return response;
}

}  // namespace

void RegisterAssets(Site& site, http::Router& router) {
  router.Add(http::Method::kGet, "/static/{name}", [&site](http::Request& request) {
    return Static(site, request, request.Param("name"));
  });
  router.Add(http::Method::kGet, "/favicon.ico",
             [&site](http::Request& request) { return Static(site, request, "icon.svg"); });
  router.Add(http::Method::kGet, "/robots.txt", [&site](http::Request&) { return Robots(site); });
}

}  // namespace gatehouse::web
