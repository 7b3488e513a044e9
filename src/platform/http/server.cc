#include "platform/http/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/http/connection.h"

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

IpAddress ToAddress(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::FromV4(address.to_v4().to_bytes());
  return IpAddress::FromV6(address.to_v6().to_bytes());
}

std::unexpected<Error> ListenFailed(std::string detail) {
  return Fail(Code::kUnavailable, "listen_failed", std::move(detail));
}

// SO_REUSEPORT would let a second server share the port without a word: first bind without it.
error_code ProbeUnused(asio::io_context& context, const tcp::endpoint& endpoint) {
  error_code ec;
  tcp::acceptor probe(context);
  probe.open(endpoint.protocol(), ec);
  if (!ec) probe.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) probe.bind(endpoint, ec);
  return ec;
}

error_code Listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (ec) return ec;
  acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (ec) return ec;
  using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  acceptor.set_option(ReusePort(true), ec);
  if (ec) return ec;
  acceptor.bind(endpoint, ec);
  if (ec) return ec;
  acceptor.listen(tcp::acceptor::max_listen_connections, ec);
  return ec;
}

Result<std::vector<Cidr>> ParseBlocks(const std::vector<std::string>& texts) {
  std::vector<Cidr> blocks;
  for (const std::string& text : texts) {
    const std::optional<Cidr> block = Cidr::Parse(text);
    if (!block) return ListenFailed("not a CIDR block: " + text);
    blocks.push_back(*block);
  }
  return blocks;
}

bool Contains(const std::vector<Cidr>& blocks, const IpAddress& address) {
  return std::ranges::any_of(blocks, [&](const Cidr& block) { return block.Contains(address); });
}

}  // namespace

bool ClientCounts::Enter(const IpAddress& client, std::size_t max) {
  std::lock_guard lock(mutex_);
  std::size_t& open = open_[client.Subscriber()];
  if (open >= max) return false;
  ++open;
  return true;
}

void ClientCounts::Leave(const IpAddress& client) {
  std::lock_guard lock(mutex_);
  const auto found = open_.find(client.Subscriber());
  if (--found->second == 0) open_.erase(found);
}

NetThread::NetThread(asio::io_context& c, std::shared_ptr<ServerState> s, Rng& r)
    : context(c), state(std::move(s)), rng(r), acceptor_(c), timer_(c) {}

void NetThread::Start(tcp::acceptor acceptor) {
  if (draining_) return;
  acceptor_ = std::move(acceptor);
  asio::co_spawn(context, Accept(shared_from_this()), [](std::exception_ptr) {});
  ArmSweep();
}

asio::awaitable<void> NetThread::Accept(std::shared_ptr<NetThread> self) {
  constexpr auto kWithCode = asio::as_tuple(asio::use_awaitable);
  while (!self->draining_) {
    auto [ec, socket] = co_await self->acceptor_.async_accept(kWithCode);
    if (ec == asio::error::operation_aborted || !self->acceptor_.is_open()) break;
    if (ec) {
      // Out of descriptors or memory: give the others time to end.
      asio::steady_timer pause(self->context, std::chrono::milliseconds(50));
      co_await pause.async_wait(kWithCode);
      continue;
    }
    error_code failed;
    tcp::endpoint peer = socket.remote_endpoint(failed);
    if (!failed) socket.set_option(tcp::no_delay(true), failed);
    if (!failed) socket.non_blocking(true, failed);
    if (failed) continue;
    ServerState& state = *self->state;
    const IpAddress client = ToAddress(peer.address());
    const bool counted = !Contains(state.shared, client);
    if (!self->MakeRoom() ||
        (counted && !state.clients.Enter(client, state.options.max_connections_per_client))) {
      ++state.stats.refused;
      continue;
    }
    auto connection = std::make_unique<Connection>(self, std::move(socket), client, counted);
    asio::co_spawn(self->context, Connection::Run(std::move(connection)),
                   [](std::exception_ptr) {});
  }
}

bool NetThread::MakeRoom() {
  if (state->stats.open < state->options.max_connections) return true;
  const auto idle = std::ranges::find_if(connections_, &Connection::idle);
  if (idle == connections_.end()) return false;
  // It ends when its coroutine runs next; until then there is one too many.
  idle->Close();
  return true;
}

void NetThread::ArmSweep() {
  timer_.expires_after(std::chrono::seconds(1));
  timer_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->Sweep();
  });
}

void NetThread::Sweep() {
  if (draining_) ++drained_for_;
  bool all = draining_ && drained_for_ >= state->options.drain;
  Duration now = state->clock.Monotonic();
  for (Connection& connection : connections_) {
    if (all || now > connection.deadline()) connection.Close();
  }
  if (!draining_ || !connections_.empty()) ArmSweep();
}

void NetThread::Drain() {
  if (draining_) return;
  draining_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (Connection& connection : connections_) {
    if (connection.idle()) connection.Close();
  }
  if (connections_.empty()) timer_.cancel();
}

struct Server::Impl {
  runtime::Runtime& runtime;
  Rng& rng;
  std::shared_ptr<ServerState> state;
  // Shared with the stop callback, which may outlive the server.
  std::shared_ptr<std::vector<std::shared_ptr<NetThread>>> threads;
  std::uint16_t port = 0;

  static void DrainAll(const std::vector<std::shared_ptr<NetThread>>& threads) {
    for (const auto& thread : threads) asio::post(thread->context, [thread] { thread->Drain(); });
  }
};

Server::Server(runtime::Runtime& runtime, ServerOptions options, const Router& router,
               const Clock& clock, Rng& rng, ErrorRenderer render_error, AccessLog access_log)
    : impl_(std::make_unique<Impl>(
          Impl{runtime, rng,
               std::make_shared<ServerState>(std::move(options), router, clock,
                                             std::move(render_error), std::move(access_log)),
               std::make_shared<std::vector<std::shared_ptr<NetThread>>>(), 0})) {}

Server::~Server() {
  Impl::DrainAll(*impl_->threads);
  impl_->threads->clear();
}

Result<void> Server::Start() {
  ServerState& state = *impl_->state;
  GH_TRY(state.trusted, ParseBlocks(state.options.trusted_proxies));
  GH_TRY(state.shared, ParseBlocks(state.options.shared_addresses));
  std::ranges::copy(state.trusted, std::back_inserter(state.shared));
  error_code ec;
  asio::ip::address address = asio::ip::make_address(state.options.address, ec);
  if (ec) return ListenFailed("not an address: " + state.options.address);
  tcp::endpoint endpoint(address, state.options.port);

  std::size_t count = impl_->runtime.threads();
  if (endpoint.port() != 0) ec = ProbeUnused(impl_->runtime.context(0), endpoint);
  std::vector<tcp::acceptor> acceptors;
  for (std::size_t i = 0; i < count && !ec; ++i) {
    ec = Listen(acceptors.emplace_back(impl_->runtime.context(i)), endpoint);
    if (!ec && endpoint.port() == 0) endpoint.port(acceptors.front().local_endpoint(ec).port());
  }
  if (ec) {
    return ListenFailed(state.options.address + ":" + std::to_string(endpoint.port()) + ": " +
                        ec.message());
  }
  impl_->port = endpoint.port();
  for (std::size_t i = 0; i < count; ++i) {
    auto thread = std::make_shared<NetThread>(impl_->runtime.context(i), impl_->state, impl_->rng);
    impl_->threads->push_back(thread);
    // On its own thread, also when the runtime is running already.
    asio::post(thread->context, [thread, acceptor = std::move(acceptors[i])]() mutable {
      thread->Start(std::move(acceptor));
    });
  }
  impl_->runtime.OnStop([threads = impl_->threads] { Impl::DrainAll(*threads); });
  return {};
}

std::uint16_t Server::port() const { return impl_->port; }
const ServerStats& Server::stats() const { return impl_->state->stats; }

}  // namespace gatehouse::http
