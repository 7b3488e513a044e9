#pragma once

// One connection of the server and what the connections of a network thread share. Internal to this
// module: includes Asio.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "platform/http/address.h"
#include "platform/http/gzip.h"
#include "platform/http/server.h"
#include "platform/http/wire.h"

namespace gatehouse::http {

// Random bytes in blocks: one call to the generator serves many correlation ids. For nothing
// secret.
class BlockRng final : public Rng {
 public:
  explicit BlockRng(Rng& source) : source_(source) {}
  void Fill(std::span<std::uint8_t> out) override;

 private:
  Rng& source_;
  std::array<std::uint8_t, 4096> block_{};
  std::size_t used_ = sizeof block_;
};

// How many connections each subscriber has open. Any thread.
class ClientCounts {
 public:
  // false: as many as allowed.
  bool Enter(const IpAddress& client, std::size_t max);
  void Leave(const IpAddress& client);

 private:
  std::mutex mutex_;
  std::map<IpAddress, std::size_t> open_;
};

// Read-only after Start(), but for what counts.
struct ServerState {
  ServerState(ServerOptions o, const Router& r, const Clock& c, ErrorRenderer render, AccessLog log)
      : options(std::move(o)),
        hosts(options.hosts),
        router(r),
        clock(c),
        render_error(std::move(render)),
        access_log(std::move(log)) {}

  ServerOptions options;
  HostList hosts;
  std::vector<Cidr> trusted;
  std::vector<Cidr> shared;  // with the trusted ones
  const Router& router;
  const Clock& clock;
  ErrorRenderer render_error;
  AccessLog access_log;
  ServerStats stats;
  ClientCounts clients;
};

class Connection;
using ConnectionHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using ConnectionList =
    boost::intrusive::list<Connection, boost::intrusive::base_hook<ConnectionHook>,
                           boost::intrusive::constant_time_size<false>>;

// Lives on one network thread and is used on it only. Kept alive by its server and its connections.
class NetThread : public std::enable_shared_from_this<NetThread> {
 public:
  NetThread(boost::asio::io_context& context, std::shared_ptr<ServerState> state, Rng& rng);

  // Takes over a bound and listening socket. Call once, before the context runs or on its thread.
  void Start(boost::asio::ip::tcp::acceptor acceptor);
  // Ends accepting, closes idle connections; the others get the time to drain. On the network
  // thread.
  void Drain();
  bool draining() const { return draining_; }

  boost::asio::io_context& context;
  std::shared_ptr<ServerState> state;
  BlockRng rng;
  GzipEncoder gzip;
  DateCache date;

 private:
  friend class Connection;
  static boost::asio::awaitable<void> Accept(std::shared_ptr<NetThread> self);
  // Is there room for one more? Where the server is full the oldest idle connection gives way.
  bool MakeRoom();
  void ArmSweep();
  void Sweep();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  ConnectionList connections_;
  bool draining_ = false;
  // Counted in sweeps, not by the clock: a stop must end even if the clock stands still.
  std::chrono::seconds drained_for_{0};
};

class Connection : public ConnectionHook {
 public:
  // `counted`: the peer was entered into ServerState::clients, and leaves with the connection.
  Connection(std::shared_ptr<NetThread> thread, boost::asio::ip::tcp::socket socket, IpAddress peer,
             bool counted);
  ~Connection();

  // Serves requests until the connection ends. The coroutine owns the connection.
  static boost::asio::awaitable<void> Run(std::unique_ptr<Connection> self);

  bool idle() const { return idle_; }
  Duration deadline() const { return deadline_; }
  // Makes every pending and later operation of the connection fail.
  void Close();

 private:
  struct Exchange;

  boost::asio::awaitable<bool> ServeOne();
  boost::asio::awaitable<bool> ReadHead(HeadScanner& scanner, HeadScanner::State& scanned);
  boost::asio::awaitable<int> ReadBody(Exchange& exchange, std::size_t max_body);
  boost::asio::awaitable<int> ReadChunked(Exchange& exchange);
  boost::asio::awaitable<bool> SendContinue();
  boost::asio::awaitable<bool> Finish(std::size_t written, std::string_view body);
  boost::asio::awaitable<void> Linger();

  int Check(Exchange& exchange) const;
  Response Refuse(const Request& request, const Error& error, int status) const;
  Response Refuse(const Request& request, int status) const;
  void Encode(const Request& request, Response& response);
  // Writes what the socket takes at once; the rest is Finish's.
  std::size_t Send(const Exchange& exchange, Response& response, bool keep, std::string_view& body);
  void Account(int status);

  std::string_view buffered() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void Consume(std::size_t bytes);

  std::shared_ptr<NetThread> thread_;
  ServerState& state_;
  boost::asio::ip::tcp::socket socket_;
  IpAddress peer_;
  std::string peer_text_;
  const bool counted_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string head_;  // of the answer; reused
  Duration started_{0};
  Duration deadline_{0};
  bool idle_ = true;
  bool first_ = true;
};

}  // namespace gatehouse::http
