// The base set of newstyle:2023-01-11: which frames of the known platforms are the application's
// own, and which say nothing about a failure. The order is part of the format.
//
// Notation: one rule a line. F function, P package, M module, A path, C category, X mechanism; "&"
// joins what must hold together, "!" negates, "<" asks the caller's frame, ">" the callee's.

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "region/events/grouping/rules.h"

namespace gatehouse::grouping {
namespace {

struct Step {
  std::string_view actions;
  std::string_view family;  // empty: any
  std::string_view rules;
};

constexpr auto kSteps = std::to_array<Step>({
    {"+app", "native",
     R"(P=/var/containers/Bundle/Application/**
P=/private/var/containers/Bundle/Application/**
P=**/Developer/CoreSimulator/Devices/**
P=**/Containers/Bundle/Application/**)"},
    {"-app", "native",
     R"(P=/lib/**
P=/usr/lib/**
A=/usr/local/lib/**
A=/usr/local/Cellar/**
P=linux-gate.so*)"},
    {"+app", "native",
     R"(P=**.app/Contents/**
P=/Users/**)"},
    {"-app", "native",
     R"(F=std::*
F=core::*
F=alloc::*
F=__rust_*)"},
    {"^-group -group ^-app -app", "native",
     R"(F=std::panicking::begin_panic
F=core::panicking::begin_panic
F=failure::backtrace::Backtrace::new
F=error_chain::make_backtrace
F=_CxxThrowException
F=__cxa_throw
F=__assert_rtn
F=_NSRaiseError)"},
    {"-group -app", "native", R"(F=_mh_execute_header)"},
    {"-app -group", "native", R"(F=google_breakpad::*)"},
    {"^-group -group", "native",
     R"(F=google_breakpad::ExceptionHandler::SignalHandler
F=google_breakpad::ExceptionHandler::WriteMinidumpWithException)"},
    {"-app", "native",
     R"(P=**/Frameworks/libswift*.dylib
P=**/Frameworks/KSCrash.framework/**
P=**/Frameworks/SentrySwift.framework/**
P=**/Frameworks/Sentry.framework/**)"},
    {"-app -group", "native",
     R"(F=kscm_*
F=sentrycrashcm_*
F=kscrash_*
F=*sentrycrash_*
F=?[[]KSCrash*
F=?[[]RNSentry*
F=__*[[]Sentry*
F=?[[]Sentry*)"},
    {"invert-stacktrace=1", "",
     R"(X=ANR
X=NSError)"},
    {"-app -group", "javascript", R"(A=org-dartlang-sdk:///**)"},
    {"-app", "javascript", R"(M=**/packages/flutter/**)"},
    {"-app -group", "",
     R"(A=package:sentry/**
A=package:sentry_flutter/**
A=package:sentry_logging/**
A=package:sentry_dio/**
A=package:sentry_file/**
A=package:sentry_hive/**
A=package:sentry_isar/**
A=package:sentry_sqflite/**
A=package:sentry_drift/**)"},
    {"category=system", "native",
     R"(P=/System/Library/Frameworks/**
P=C:/Windows/**
P=/usr/lib/**
F=memset
F=memcpy
F=__memcpy
F=memcmp
P=CoreFoundation
P=Foundation
P=CFNetwork
P=IOKit
P=QuartzCore
P=IOMobileFramebuffer
P=libobjc*
P=libsystem*
P=/system/**
P=/vendor/**)"},
    {"category=system", "",
     R"(M=dalvik.system.*
M=com.android.*)"},
    {"category=system", "native",
     R"(P=libdispatch.dylib
P=WebKit
P=**/libart.so)"},
    {"category=system", "",
     R"(P=/apex/com.android.*/lib*/**
M=com.lenovo.lsf.*
M=com.lenovo.payplus.*)"},
    {"category=std", "native",
     R"(F=boost::*
F=std::*)"},
    {"category=std", "",
     R"(M=java.*
M=com.google.crypto.*
M=com.google.android.*
M=javax.crypto.*
M=android.database.*
M=androidx.*
M=android.*)"},
    {"category=system", "", R"(M=android.os.*)"},
    {"category=ui", "native",
     R"(P=UIKit
P=UIKitCore
P=SwiftUI
P=AttributeGraph
P=CoreAutoLayout
P=GraphicsServices
F=-\[NSISEngine*)"},
    {"category=ui", "",
     R"(M=android.view.*
M=android.text.*
M=android.widget.*
M=android.app.Dialog
M=androidx.*.widget.*
M=com.google.android.material.*)"},
    {"category=indirection", "",
     R"(C=ui & F=handleMessage
C=ui & F=run)"},
    {"category=runtime", "native", R"(F=art::jit::*)"},
    {"category=av", "native",
     R"(P=/system/lib/libmedia.so
P=/System/lib/libaudioclient.so
P=AudioToolbox*
P=libAudioToolboxUtility.dylib)"},
    {"category=internals", "native",
     R"(F=std::_*
F=__swift_*
F=block_destroy_helper*
F=*_block_invoke* & app=no)"},
    {"category=threadbase", "native",
     R"(P=/usr/lib/system/** & F=start
P=libdyld.dylib & F=start
P=UIKitCore & F=UIApplicationMain
F=wWinMain
F=invoke_main
F=BaseThreadInitThunk
F=RtlUserThreadStart
F=thread_start
F=_pthread_start
F=__pthread_start
F=_pthread_body
F=_dispatch_worker_thread2
F=start_wqthread
F=_pthread_wqthread
F=boost::*::thread_proxy
P=/usr/lib/system/libsystem_pthread.dylib & F=<unknown>)"},
    {"category=threadbase", "", R"(M=android.os.AsyncTask* & F=call)"},
    {"category=threadbase", "native", R"(P=UIKit & F=UIApplicationMain)"},
    {"category=threadbase", "",
     R"(M=java.util.concurrent.ThreadPoolExecutor* & F=runWorker
M=android.os.* & F=call
M=android.app.ActivityThread & F=main
M=android.view.View & F=layout
M=android.os.Looper & F=loop)"},
    {"category=threadbase", "native",
     R"(F=TppWorkerThread
F=TppWorkpExecuteCallback
F=RtlpTpWorkCallback)"},
    {"category=threadbase", "",
     R"(M=android.os.Handler & F=dispatchMessage
M=android.os.Handler & F=handleCallback
M=android.app.ActivityThread* & F=handleMessage)"},
    {"category=malloc", "native",
     R"(P=**/libsystem_malloc.dylib
F=malloc
F=malloc_base
F=RtlpAllocateHeapInternal
F=std::*::allocator_traits*)"},
    {"category=indirection", "native",
     R"(F=*::operator()*
F=*<lambda>*
F=destructor'
F=__dynamic_cast
F=boost::function*
F=boost::_bi::*
F=boost::detail::function::functor_manager*
F=Array.subscript.*)"},
    {"category=indirection", "",
     R"(M=java.lang.reflect.*
M=java.lang.Class & F=getMethod
M=androidx.work.impl.utils.ForceStopRunnable)"},
    {"category=dtor", "native",
     R"(F=*::\{dtor\}
F=destructor')"},
    {"category=shutdown", "native",
     R"(F=exit
F=RtlExitUserProcess
F=ExitProcessImplementation
F=RtlExitUserThread)"},
    {"category=handler", "native",
     R"(F=RtlpExecuteHandlerForException
F=_sigtramp
F=DispatchHookW
F=execute_onexit_table)"},
    {"category=throw", "native",
     R"(F=abort
F=raise
F=std::terminate
F=RtlExitUserThread
F=TppRaiseInvalidParameter
F=_CxxThrowException
F=RaiseException
F=RaiseComPlusException
F=_CFThrowFormattedException
F=objc_exception_throw
F=AG::precondition_failure*)"},
    {"category=driver", "native",
     R"(P=C:/WINDOWS/system32/DriverStore/**
P=/System/Library/Extensions/AppleIntel*GraphicsGLDriver.bundle/**
F=*CUDA*
P=**/nvcuda.dll
P=C:/Program Files/NVIDIA Corporation/**
P=/System/Library/Extensions/GeForceGLDriver.bundle/**
P=/System/Library/Extensions/AMDRadeon*/**
P=/System/Library/PrivateFrameworks/GPUSupport.framework/**
P=libGPUSupportMercury.dylib
P=AGXGLDriver)"},
    {"category=free", "native",
     R"(F=RtlFreeHeap
F=RtlFreeUnicodeString
F=std::_Deallocate
F=free
F=objc_release
F=_swift_release_dealloc
F=_CFRelease)"},
    {"category=gl", "native",
     R"(P=C:/Windows/SYSTEM32/OPENGL32.dll
P=/System/Library/Frameworks/OpenGL.framework/**
P=OpenGLES
P=GLEngine
P=/system/lib/libEGL.so
P=**/libGLES*.so
P=**/libESXGLES*.so
P=/system/lib/libskia.so
P=/System/Library/Frameworks/OpenCL.framework/**)"},
    {"category=telemetry", "native",
     R"(P=/System/Library/PrivateFrameworks/GPUSupport.framework/** & F=gpusGenerateCrashLog*
F=gpusKillClientExt
F=crashpad::*)"},
    {"category=telemetry", "",
     R"(M=cn.gundam.sdk.*
M=com.lenovo.payplus.analytics.*
P=**/libBugly.so)"},
    {"category=load", "native",
     R"(F=dlopen
F=dladdr
F=ImageLoaderMachO::findClosestSymbol
P=/system/lib/libnativeloader.so & F=android::OpenNativeLibrary)"},
    {"category=load", "",
     R"(M=java.lang.System & F=loadLibrary
M=java.lang.Runtime & F=loadLibrary*)"},
    {"category=lock", "native", R"(F=pthread_mutex_lock)"},
    {"category=internals", "",
     R"(C=driver & >C=driver
<C=gl & C=gl
<C=av & C=av
<C=malloc & C=malloc)"},
    {"^-group", "", R"(C=throw)"},
    {"category=internals", "",
     R"(<F=_purecall & C=throw
<C=throw & C=throw)"},
    {"-group v-group", "", R"(C=threadbase)"},
    {"^-group -group", "", R"(C=handler)"},
    {"-group", "",
     R"(C=telemetry
C=indirection
C=internals)"},
    {"v-group -group", "", R"(C=threadbase)"},
    {"category=internals", "native",
     R"(C=system & F=_* & !F=_purecall
C=system & F=<unknown>
F=_INTERNAL*
F=closure
F=Collection.map<T>
F=Array.subscript.getter
F=Array._getElement
F=_ArrayBuffer._nativeTypeChecked.getter
F=range
F=@callee_guaranteed)"},
    {"category=indirection", "native", R"(F=*.cold.1)"},
    {"category=indirection", "", R"(<!C=system & C=system & >!C=system)"},
    {"category=internals", "",
     R"(<C=free & C=system
<C=system & C=system
<C=std & C=system
<C=std & C=std
<C=ui & C=ui
<C=ui & C=system
<C=internals & C=system
<C=internals & C=ui
<C=load & C=system
<C=load & C=load
<C=throw & C=system
<C=runtime & C=system
<C=runtime & C=runtime
<C=dtor & C=dtor)"},
    {"-app", "",
     R"(A=**/vendor/**
A=**/site-packages/**
A=**/dist-packages/**
A=**/node_modules/**
M=unpkg/**
A=**https://unpkg.com/**
A=**https://cdnjs.cloudflare.com/**
A=**https://cdn.jsdelivr.net/**
A=**https://esm.run/**)"},
    {"^-app -app", "javascript", R"(F=reportError)"},
    {"-app -group", "",
     R"(M=@babel/**
M=core-js/**
M=regenerator-runtime/**
M=tslib/**
F=runMicrotasks
F=queueMicrotask
F=processTicksAndRejections
F=runNextTicks
F=nextTick)"},
    {"-app", "",
     R"(A=**/go/pkg/mod/**
M=jdk.*
M=sun.*
M=com.sun.*
M=java.*
M=scala.*
M=akka.*
M=javax.*
M=org.apache.*
M=org.springframework.*
M=org.glassfish.*
M=org.jboss.*
M=feign.*
M=io.opentelemetry.*)"},
    {"-app -group", "", R"(M=io.sentry.*)"},
    {"-app", "",
     R"(M=kotlin.*
M=kotlinx.*
M=io.ktor.*
M=io.netty.*)"},
    {"-app -group", "",
     R"(M=newrelic
A=**/*newrelic*/**
A=**/*LogRocket*/**)"},
});

Rules::Field FieldOfLetter(char letter) {
  switch (letter) {
    case 'F':
      return Rules::Field::kFunction;
    case 'P':
      return Rules::Field::kPackage;
    case 'M':
      return Rules::Field::kModule;
    case 'A':
      return Rules::Field::kPath;
    case 'C':
      return Rules::Field::kCategory;
    case 'X':
      return Rules::Field::kMechanism;
    default:
      GH_CHECK(letter == 'a');
      return Rules::Field::kApp;
  }
}

}  // namespace

Rules Rules::BuiltIn() {
  constexpr std::string_view kAnd = " & ";
  Rules rules;
  for (const Step& step : kSteps) {
    for (std::string_view line : Split(step.rules, '\n')) {
      Rule rule;
      if (!step.family.empty()) {
        rule.text = "family:" + std::string(step.family);
        Add(rule, MakeMatcher(Field::kFamily, step.family, false, Place::kFrame));
      }
      while (!line.empty()) {
        std::string_view part = line.substr(0, line.find(kAnd));
        line.remove_prefix(std::min(line.size(), part.size() + kAnd.size()));
        Place place = Place::kFrame;
        if (part.starts_with('<') || part.starts_with('>')) {
          place = part.front() == '<' ? Place::kCaller : Place::kCallee;
          part.remove_prefix(1);
        }
        const bool negated = part.starts_with('!');
        if (negated) part.remove_prefix(1);
        const Field field = FieldOfLetter(part.front());
        const std::string_view pattern = part.substr(part.find('=') + 1);
        Matcher matcher = MakeMatcher(field, pattern, negated, place);
        Describe(rule, matcher, pattern);
        Add(rule, std::move(matcher));
      }
      for (const std::string_view text : Split(step.actions, ' ')) {
        auto action = MakeAction(text);
        GH_CHECK(action.has_value());
        rule.actions.push_back(std::move(*action));
      }
      rules.Finish(std::move(rule));
    }
  }
  return rules;
}

}  // namespace gatehouse::grouping
