#include "region/events/grouping/function_name.h"

#include <gtest/gtest.h>

namespace gatehouse::grouping {
namespace {

struct Case {
  const char* function;
  const char* trimmed;
};

TEST(FunctionName, NativeNames) {
  for (const Case& c : {
           Case{"main ", "main"},
           Case{"ns::call(int, char const*) const", "ns::call"},
           Case{"int ns::call<std::vector<int>>(int)", "ns::call<T>"},
           Case{"Foo::bar() const &", "Foo::bar"},
           Case{"(anonymous namespace)::start(int)", "(anonymous namespace)::start"},
           Case{"`anonymous namespace'::start(int)", "`anonymous namespace'::start"},
           Case{"?A0x0123abcd::start", "`anonymous namespace'::start"},
           Case{"Foo::operator<<(int)", "Foo::operator<<"},
           Case{"bool Foo::operator< (Foo const&)", "Foo::operator<"},
           Case{"Foo::operator()(int)", "Foo::operator()"},
           Case{"Foo* Ptr::operator->()", "Ptr::operator->"},
           Case{"work(int) [clone .isra.2]", "work"},
           Case{"std::rt::lang_start::{{closure}}::h4e8f5f76222f4872 ",
                "std::rt::lang_start::{{closure}}"},
           Case{"<Foo as Bar>::baz", "Foo::baz"},
           Case{"<T as tokio::Future>::poll", "tokio::Future::poll"},
           Case{"<std::thread::local::LocalKey<T>>::with::h118d351120ec801c",
                "std::thread::local::LocalKey<T>::with"},
           Case{"memcpy@@GLIBC_2.14", "memcpy"},
           Case{"memcpy@GLIBC_2.2.5", "memcpy"},
           Case{"@call@12", "call"},
           Case{"call@12", "call"},
           Case{"main::{lambda(int)#1}::operator()", "main::lambda::operator()"},
           Case{"lambda_7b8c1e2a3d4f5061728394a5b6c7d8e9::run", "lambda::run"},
           Case{"main::$_0::operator()", "main::lambda::operator()"},
           Case{"Bar.foo(x: Int) throws -> Swift.String", "Bar.foo"},
           Case{"Bar.foo(x: Int) -> Swift.String", "Bar.foo"},
           Case{"closure #1 in Bar.foo()", "closure in Bar.foo"},
           Case{"static operator<< <int>", "operator<< <T>"},
           Case{"variable initialization expression of static Foo.bar : Int",
                "initializer expression of Foo.bar"},
       }) {
    EXPECT_EQ(TrimFunctionName(c.function, "native"), c.trimmed) << c.function;
  }
}

TEST(FunctionName, SwiftAttributesAreClosures) {
  EXPECT_EQ(TrimFunctionName("@objc Foo -> @callee_guaranteed () -> ()", "cocoa").empty(), false);
  EXPECT_EQ(TrimFunctionName("thunk for @escaping @callee_guaranteed () -> ()", "swift"),
            "thunk for closure");
}

TEST(FunctionName, WhatIsLeftAlone) {
  for (const char* name :
       {"-[Foo bar:]", "+[Foo bar]", "<redacted>", "<unknown>", "main", "[clone .x]", ""}) {
    EXPECT_EQ(TrimFunctionName(name, "cocoa"), "") << name;
  }
  EXPECT_EQ(TrimFunctionName("call(int)", "python"), "");
  EXPECT_EQ(TrimFunctionName("call(int)", ""), "");
}

TEST(FunctionName, CsharpArgumentsGo) {
  EXPECT_EQ(TrimFunctionName("Foo.Bar (System.Int32 x)", "csharp"), "Foo.Bar");
  EXPECT_EQ(TrimFunctionName("Foo.Bar(System.Int32 x)", "csharp"), "");
}

TEST(FunctionName, UnbalancedAndNestedTextIsHarmless) {
  for (const std::string& name :
       {std::string(4000, '<'), std::string(4000, '>'), std::string(4000, '('),
        std::string(100'000, '<'), std::string("{lambda(") + std::string(3000, ')'),
        std::string("a)b(c"), std::string("-> ->"), std::string(" -> x"),
        std::string("initialization expression of"), std::string("\xF8\xF9\xFA\xFB x")}) {
    TrimFunctionName(name, "native");
    TrimFunctionName(name, "swift");
  }
}

TEST(FunctionName, Families) {
  EXPECT_EQ(FamilyOf("node"), Family::kJavascript);
  EXPECT_EQ(FamilyOf("swift"), Family::kNative);
  EXPECT_EQ(FamilyOf("python"), Family::kOther);
  EXPECT_EQ(FamilyOf(""), Family::kOther);
}

}  // namespace
}  // namespace gatehouse::grouping
