#pragma once

// Page rendering: ctemplate with context-aware auto-escape forced on. Templates are compiled into
// the binary; a template that does not begin with {{%AUTOESCAPE context="HTML"}} is refused, as is
// one with another pragma, other delimiters or a modifier that could switch escaping off. The only
// modifier is :u, for a value inside a query string: href="/find?q={{Q:u}}". Quote every attribute.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::html {

// Values of a template: text, sections (lists), includes. Owned tree; not thread-safe.
class Data {
 public:
  Data& Set(std::string name, std::string value);
  // Shows the section {{#name}} once.
  Data& Show(std::string name);
  // Shows {{#name}} if `value` is not empty and sets `name` inside and outside it.
  Data& SetIf(std::string name, std::string value);
  // One more repetition of {{#name}}; fill the returned data.
  Data& Add(std::string name);
  // Fills {{>name}} with another template, which sees only the values of the returned data (a
  // section, in contrast, sees those around it).
  Data& Include(std::string name, std::string template_name);

 private:
  friend class Templates;
  struct Item;
  std::vector<std::pair<std::string, std::string>> values_;
  std::vector<std::pair<std::string, std::unique_ptr<Data>>> sections_;
  std::vector<std::tuple<std::string, std::string, std::unique_ptr<Data>>> includes_;
};

struct Embedded {
  std::string_view name;  // "login.tpl"
  std::string_view text;
};

// Immutable after construction; Render is thread-safe.
class Templates {
 public:
  // Errors: kInternal "template_invalid" (no auto-escape marker, unsafe tag, does not parse).
  static Result<std::unique_ptr<Templates>> Load(const std::vector<Embedded>& all);
  ~Templates();
  // REQUIRES: `name` was loaded.
  std::string Render(std::string_view name, const Data& data) const;

 private:
  struct Impl;
  explicit Templates(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Escapes for HTML text and double-quoted attributes.
std::string Escape(std::string_view text);

}  // namespace gatehouse::html
