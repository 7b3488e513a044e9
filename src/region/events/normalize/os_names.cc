// Numbers of operating systems and their names (errno.h, signal.h, mach/exception_types.h).

#include <array>
#include <span>

#include "region/events/normalize/passes.h"

namespace gatehouse::events {
namespace {

struct Name {
  int number;
  std::string_view text;
};

// The same in every Unix and in the Windows C runtime.
constexpr Name kErrno[] = {
    {1, "EPERM"},   {2, "ENOENT"},  {3, "ESRCH"},   {4, "EINTR"},   {5, "EIO"},     {6, "ENXIO"},
    {7, "E2BIG"},   {8, "ENOEXEC"}, {9, "EBADF"},   {10, "ECHILD"}, {12, "ENOMEM"}, {13, "EACCES"},
    {14, "EFAULT"}, {16, "EBUSY"},  {17, "EEXIST"}, {18, "EXDEV"},  {19, "ENODEV"}, {20, "ENOTDIR"},
    {21, "EISDIR"}, {22, "EINVAL"}, {23, "ENFILE"}, {24, "EMFILE"}, {25, "ENOTTY"}, {27, "EFBIG"},
    {28, "ENOSPC"}, {29, "ESPIPE"}, {30, "EROFS"},  {31, "EMLINK"}, {32, "EPIPE"},  {33, "EDOM"},
    {34, "ERANGE"},
};
constexpr Name kErrnoUnix[] = {{15, "ENOTBLK"}, {26, "ETXTBSY"}};
constexpr Name kErrnoLinux[] = {
    {11, "EAGAIN"},
    {35, "EDEADLK"},
    {36, "ENAMETOOLONG"},
    {37, "ENOLCK"},
    {38, "ENOSYS"},
    {39, "ENOTEMPTY"},
    {40, "ELOOP"},
    {42, "ENOMSG"},
    {43, "EIDRM"},
    {60, "ENOSTR"},
    {61, "ENODATA"},
    {62, "ETIME"},
    {63, "ENOSR"},
    {67, "ENOLINK"},
    {71, "EPROTO"},
    {72, "EMULTIHOP"},
    {74, "EBADMSG"},
    {75, "EOVERFLOW"},
    {84, "EILSEQ"},
    {87, "EUSERS"},
    {88, "ENOTSOCK"},
    {89, "EDESTADDRREQ"},
    {90, "EMSGSIZE"},
    {91, "EPROTOTYPE"},
    {92, "ENOPROTOOPT"},
    {93, "EPROTONOSUPPORT"},
    {94, "ESOCKTNOSUPPORT"},
    {95, "EOPNOTSUPP"},
    {96, "EPFNOSUPPORT"},
    {97, "EAFNOSUPPORT"},
    {98, "EADDRINUSE"},
    {99, "EADDRNOTAVAIL"},
    {100, "ENETDOWN"},
    {101, "ENETUNREACH"},
    {102, "ENETRESET"},
    {103, "ECONNABORTED"},
    {104, "ECONNRESET"},
    {105, "ENOBUFS"},
    {106, "EISCONN"},
    {107, "ENOTCONN"},
    {108, "ESHUTDOWN"},
    {109, "ETOOMANYREFS"},
    {110, "ETIMEDOUT"},
    {111, "ECONNREFUSED"},
    {112, "EHOSTDOWN"},
    {113, "EHOSTUNREACH"},
    {114, "EALREADY"},
    {115, "EINPROGRESS"},
    {116, "ESTALE"},
    {121, "EREMOTEIO"},
    {122, "EDQUOT"},
    {123, "ENOMEDIUM"},
    {125, "ECANCELED"},
    {130, "EOWNERDEAD"},
    {131, "ENOTRECOVERABLE"},
};
constexpr Name kErrnoDarwin[] = {
    {11, "EDEADLK"},         {35, "EAGAIN"},          {36, "EINPROGRESS"},
    {37, "EALREADY"},        {38, "ENOTSOCK"},        {39, "EDESTADDRREQ"},
    {40, "EMSGSIZE"},        {41, "EPROTOTYPE"},      {42, "ENOPROTOOPT"},
    {43, "EPROTONOSUPPORT"}, {44, "ESOCKTNOSUPPORT"}, {45, "ENOTSUP"},
    {46, "EPFNOSUPPORT"},    {47, "EAFNOSUPPORT"},    {48, "EADDRINUSE"},
    {49, "EADDRNOTAVAIL"},   {50, "ENETDOWN"},        {51, "ENETUNREACH"},
    {52, "ENETRESET"},       {53, "ECONNABORTED"},    {54, "ECONNRESET"},
    {55, "ENOBUFS"},         {56, "EISCONN"},         {57, "ENOTCONN"},
    {58, "ESHUTDOWN"},       {59, "ETOOMANYREFS"},    {60, "ETIMEDOUT"},
    {61, "ECONNREFUSED"},    {62, "ELOOP"},           {63, "ENAMETOOLONG"},
    {64, "EHOSTDOWN"},       {65, "EHOSTUNREACH"},    {66, "ENOTEMPTY"},
    {67, "EPROCLIM"},        {68, "EUSERS"},          {69, "EDQUOT"},
    {70, "ESTALE"},          {71, "EREMOTE"},         {77, "ENOLCK"},
    {78, "ENOSYS"},          {79, "EFTYPE"},          {80, "EAUTH"},
    {81, "ENEEDAUTH"},       {82, "EPWROFF"},         {83, "EDEVERR"},
    {84, "EOVERFLOW"},       {85, "EBADEXEC"},        {86, "EBADARCH"},
    {87, "ESHLIBVERS"},      {88, "EBADMACHO"},       {89, "ECANCELED"},
    {90, "EIDRM"},           {91, "ENOMSG"},          {92, "EILSEQ"},
    {93, "ENOATTR"},         {94, "EBADMSG"},         {95, "EMULTIHOP"},
    {96, "ENODATA"},         {97, "ENOLINK"},         {98, "ENOSR"},
    {99, "ENOSTR"},          {100, "EPROTO"},         {101, "ETIME"},
    {102, "EOPNOTSUPP"},     {103, "ENOPOLICY"},      {104, "ENOTRECOVERABLE"},
    {105, "EOWNERDEAD"},     {106, "EQFULL"},
};
constexpr Name kErrnoWindows[] = {
    {11, "EAGAIN"},       {36, "EDEADLOCK"},      {38, "ENAMETOOLONG"},  {39, "ENOLCK"},
    {40, "ENOSYS"},       {41, "ENOTEMPTY"},      {42, "EILSEQ"},        {80, "STRUNCATE"},
    {100, "EADDRINUSE"},  {101, "EADDRNOTAVAIL"}, {102, "EAFNOSUPPORT"}, {103, "EALREADY"},
    {104, "EBADMSG"},     {105, "ECANCELED"},     {106, "ECONNABORTED"}, {107, "ECONNREFUSED"},
    {108, "ECONNRESET"},  {109, "EDESTADDRREQ"},  {110, "EHOSTUNREACH"}, {111, "EIDRM"},
    {112, "EINPROGRESS"}, {113, "EISCONN"},       {114, "ELOOP"},        {115, "EMSGSIZE"},
    {116, "ENETDOWN"},    {117, "ENETRESET"},     {118, "ENETUNREACH"},  {119, "ENOBUFS"},
    {123, "ENOPROTOOPT"}, {126, "ENOTCONN"},      {128, "ENOTSOCK"},     {129, "ENOTSUP"},
    {130, "EOPNOTSUPP"},  {132, "EOVERFLOW"},     {134, "EPROTO"},       {138, "ETIMEDOUT"},
    {140, "EWOULDBLOCK"},
};

constexpr Name kSignals[] = {
    {1, "SIGHUP"},   {2, "SIGINT"},     {3, "SIGQUIT"},  {4, "SIGILL"},    {5, "SIGTRAP"},
    {6, "SIGABRT"},  {8, "SIGFPE"},     {9, "SIGKILL"},  {11, "SIGSEGV"},  {13, "SIGPIPE"},
    {14, "SIGALRM"}, {15, "SIGTERM"},   {21, "SIGTTIN"}, {22, "SIGTTOU"},  {24, "SIGXCPU"},
    {25, "SIGXFSZ"}, {26, "SIGVTALRM"}, {27, "SIGPROF"}, {28, "SIGWINCH"},
};
constexpr Name kSignalsLinux[] = {
    {7, "SIGBUS"},   {10, "SIGUSR1"}, {12, "SIGUSR2"}, {16, "SIGSTKFLT"},
    {17, "SIGCHLD"}, {18, "SIGCONT"}, {19, "SIGSTOP"}, {20, "SIGTSTP"},
    {23, "SIGURG"},  {29, "SIGIO"},   {30, "SIGPWR"},  {31, "SIGSYS"},
};
constexpr Name kSignalsDarwin[] = {
    {7, "SIGEMT"},   {10, "SIGBUS"},  {12, "SIGSYS"},  {16, "SIGURG"},
    {17, "SIGSTOP"}, {18, "SIGTSTP"}, {19, "SIGCONT"}, {20, "SIGCHLD"},
    {23, "SIGIO"},   {29, "SIGINFO"}, {30, "SIGUSR1"}, {31, "SIGUSR2"},
};

struct CodeName {
  int signal;  // zero: any
  int code;
  std::string_view text;
};
constexpr CodeName kDarwinCodes[] = {
    {4, 0, "ILL_NOOP"},         {4, 1, "ILL_ILLOPC"},     {4, 2, "ILL_ILLTRP"},
    {4, 3, "ILL_PRVOPC"},       {4, 4, "ILL_ILLOPN"},     {4, 5, "ILL_ILLADR"},
    {4, 6, "ILL_PRVREG"},       {4, 7, "ILL_COPROC"},     {4, 8, "ILL_BADSTK"},
    {5, 1, "TRAP_BRKPT"},       {5, 2, "TRAP_TRACE"},     {8, 0, "FPE_NOOP"},
    {8, 1, "FPE_FLTDIV"},       {8, 2, "FPE_FLTOVF"},     {8, 3, "FPE_FLTUND"},
    {8, 4, "FPE_FLTRES"},       {8, 5, "FPE_FLTINV"},     {8, 6, "FPE_FLTSUB"},
    {8, 7, "FPE_INTDIV"},       {8, 8, "FPE_INTOVF"},     {10, 0, "BUS_NOOP"},
    {10, 1, "BUS_ADRALN"},      {10, 2, "BUS_ADRERR"},    {10, 3, "BUS_OBJERR"},
    {11, 0, "SEGV_NOOP"},       {11, 1, "SEGV_MAPERR"},   {11, 2, "SEGV_ACCERR"},
    {20, 1, "CLD_EXITED"},      {20, 2, "CLD_KILLED"},    {20, 3, "CLD_DUMPED"},
    {20, 4, "CLD_TRAPPED"},     {20, 5, "CLD_STOPPED"},   {20, 6, "CLD_CONTINUED"},
    {0, 0x10001, "SI_USER"},    {0, 0x10002, "SI_QUEUE"}, {0, 0x10003, "SI_TIMER"},
    {0, 0x10004, "SI_ASYNCIO"}, {0, 0x10005, "SI_MESGQ"},
};

constexpr std::array<std::string_view, 13> kMachExceptions = {
    "EXC_BAD_ACCESS", "EXC_BAD_INSTRUCTION", "EXC_ARITHMETIC",   "EXC_EMULATION", "EXC_SOFTWARE",
    "EXC_BREAKPOINT", "EXC_SYSCALL",         "EXC_MACH_SYSCALL", "EXC_RPC_ALERT", "EXC_CRASH",
    "EXC_RESOURCE",   "EXC_GUARD",           "EXC_CORPSE_NOTIFY"};

std::string_view Find(std::span<const Name> names, std::int64_t number) {
  for (const Name& name : names) {
    if (name.number == number) return name.text;
  }
  return {};
}

}  // namespace

std::string_view ErrnoName(std::int64_t number, OsHint os) {
  if (os == OsHint::kUnknown) return {};
  if (std::string_view name = Find(kErrno, number); !name.empty()) return name;
  if (os != OsHint::kWindows) {
    if (std::string_view name = Find(kErrnoUnix, number); !name.empty()) return name;
  }
  switch (os) {
    case OsHint::kLinux:
      return Find(kErrnoLinux, number);
    case OsHint::kDarwin:
      return Find(kErrnoDarwin, number);
    default:
      return Find(kErrnoWindows, number);
  }
}

std::string_view SignalName(std::int64_t number, OsHint os) {
  if (os != OsHint::kLinux && os != OsHint::kDarwin) return {};
  if (std::string_view name = Find(kSignals, number); !name.empty()) return name;
  return os == OsHint::kLinux ? Find(kSignalsLinux, number) : Find(kSignalsDarwin, number);
}

std::string_view SignalCodeName(std::int64_t signal, std::int64_t code, OsHint os) {
  if (os != OsHint::kDarwin) return {};
  for (const CodeName& name : kDarwinCodes) {
    if ((name.signal == 0 || name.signal == signal) && name.code == code) return name.text;
  }
  return {};
}

std::string_view MachExceptionName(std::int64_t number) {
  if (number < 1 || number > 13) return {};
  return kMachExceptions[static_cast<std::size_t>(number - 1)];
}

}  // namespace gatehouse::events
