#include "server/program/serve.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "server/accounts.h"
#include "server/clock.h"
#include "server/config/config.h"
#include "server/housekeeping.h"
#include "server/http/certificate.h"
#include "server/http/listener.h"
#include "server/http/tls.h"
#include "server/log.h"
#include "server/options.h"
#include "server/program/event_loop.h"
#include "server/program/load_config.h"
#include "server/program/parent.h"
#include "server/program/stub_service.h"
#include "server/service.h"
#include "storage/store.h"

namespace quprite::server {
namespace {

constexpr std::chrono::milliseconds patience_at_the_end{700};

/// As many connections as the system lets us have.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::unique_ptr<storage::Store> open(const Options& options) {
  if (options.in_memory) return storage::open_store_in_memory();
  std::string file = options.data;
  if (file.empty()) {
    const auto standard = default_data_file(system_environment);
    if (!standard)
      throw std::runtime_error("no HOME to keep data in: --data FILE or --in-memory is needed");
    file = *standard;
    std::error_code ec;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ec);
    if (ec) throw std::runtime_error("cannot make the directory of " + file + ": " + ec.message());
  }
  try {
    return storage::open_store(file, options.durability);
  } catch (const std::runtime_error& error) {
    if (options.data.empty()) throw;
    throw std::runtime_error(options.data_source + ": " + error.what());
  }
}

/// The directory of the database file, where what belongs to it lies, too.
std::string data_directory(const Options& options) {
  const auto file = options.data.empty() ? default_data_file(system_environment) : options.data;
  if (!file)
    throw std::runtime_error("no HOME to keep a certificate in: --data FILE is needed, or --cert");
  return std::filesystem::absolute(*file).lexically_normal().parent_path();
}

std::optional<http::TlsContext> make_tls(const Options& options, const Accounts& accounts,
                                         const Clock& clock) {
  if (!options.certificate.empty()) {
    return options.certificate_key.empty()
               ? http::TlsContext::from_pfx(options.certificate, options.certificate_password)
               : http::TlsContext::from_pem(options.certificate, options.certificate_key);
  }
  if (!options.tls_auto) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [name, account] : accounts.all()) names.push_back(name);
  const auto files = http::make_certificate(data_directory(options) + "/tls", names,
                                            options.host_names, clock.now());
  std::cerr << "quprite: clients have to trust " << files.authority << "\n"
            << "  Python, az:  REQUESTS_CA_BUNDLE=" << files.authority << "\n"
            << "  JavaScript:  NODE_EXTRA_CA_CERTS=" << files.authority << "\n"
            << "  .NET, Go:    SSL_CERT_FILE=" << files.authority << "\n"
            << "  Java:        keytool -importcert -noprompt -alias quprite -cacerts -file "
            << files.authority << "\n";
  return http::TlsContext::from_pem(files.certificate, files.key);
}

/// Ends the event loop when the last connection has closed, or when patience is at its end.
void stop_when_empty(boost::asio::io_context& io, const http::Listener& listener,
                     boost::asio::steady_timer& timer, std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds pause{5};
  if (listener.empty() || patience <= pause) return io.stop();
  timer.expires_after(pause);
  timer.async_wait([&, patience](boost::system::error_code ec) {
    if (!ec) stop_when_empty(io, listener, timer, patience - pause);
  });
}

/// SIGHUP: reads the accounts again; keeps those it has where they are malformed now. What else a
/// config file declares waits for the next start.
void reload_on_hangup(boost::asio::signal_set& hangup, const Options& options, Accounts& accounts,
                      const Clock& clock, Log& log) {
  hangup.async_wait([&](boost::system::error_code ec, int) {
    if (ec) return;
    try {
      accounts = load_accounts(options, load_config(options));
      log.line(LogLevel::Info, clock.now(),
               "accounts read again: " + std::to_string(accounts.all().size()));
    } catch (const std::exception& error) {
      log.line(LogLevel::Error, clock.now(),
               std::string("accounts kept as they were: ") + error.what());
    }
    log.flush();
    reload_on_hangup(hangup, options, accounts, clock, log);
  });
}

ServiceRules rules_of(const Options& options) {
  return {.exact = options.exact,
          .auth = {.skew = options.skew, .bearer = options.bearer, .off = options.auth != Auth::On},
          .address = {.known_versions_only = options.exact, .host_style = options.host_style}};
}

/// The file that the log goes to; throws where it cannot be written.
int open_log(const Options& options) {
  if (options.log_file.empty()) return STDERR_FILENO;
  constexpr mode_t mode = 0640;
  const int file =
      ::open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode);
  if (file < 0) {
    throw std::runtime_error(options.log_file_source + ": cannot write '" + options.log_file +
                             "': " + std::generic_category().message(errno));
  }
  return file;
}

/// A port behind which there is only word that nothing is there.
struct StubPort {
  StubPort(boost::asio::io_context& io, const Stub& stub, const Clock& clock,
           const http::TlsContext* tls)
      : service(stub.kind, clock),
        listener(io, service, {.host = stub.host, .port = stub.port, .tls = tls}) {}

  StubService service;
  http::Listener listener;
};

/// Brings the store to what the config and the options declare, all at once.
void apply(const Config& config, const Accounts& accounts, storage::Store& store, Time now) {
  for (const DeclaredAccount& declared : config.accounts) {
    const std::string& name = declared.name.empty() ? accounts.first().name : declared.name;
    declare(declared, name, store, now);
  }
  store.commit();
}

}  // namespace

std::optional<std::string> system_environment(const std::string& name) {
  const char* value =
      std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return std::nullopt;
  return value;
}

int serve(const Options& options, const std::function<void(const Endpoint&)>& ready) {
  return serve_until_stopped(options, [&](const Endpoint& endpoint, const Running& running) {
    auto signals = std::make_shared<boost::asio::signal_set>(running.io, SIGINT, SIGTERM);
    signals->async_wait([stop = running.stop](boost::system::error_code ec, int) {
      if (!ec) stop();
    });
    ready(endpoint);
    return signals;
  });
}

int serve_until_stopped(const Options& options,
                        const std::function<Attendant(const Endpoint&, const Running&)>& ready) {
  raise_file_limit();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_IGN);  // whose children they are, nobody here waits for them
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a full disk, not the end
  const SystemClock clock;
  ReadyFile ready_file(options.ready_file);
  const Config config = load_config(options);
  Accounts accounts = load_accounts(options, config);
  const auto tls = make_tls(options, accounts, clock);
  const auto store = open(options);
  apply(config, accounts, *store, clock.now());
  Log log(open_log(options),
          options.quiet ? std::min(options.log_level, LogLevel::Warning) : options.log_level);
  Service service(accounts, *store, clock, log, rules_of(options));

  boost::asio::io_context io(1);
  http::Listener listener(io, service,
                          {.host = options.host,
                           .port = options.port,
                           .max_connections = options.max_connections,
                           .session = {.idle = static_cast<int>(options.keep_alive.count())},
                           .tls = tls ? &*tls : nullptr});
  std::list<StubPort> stubs;
  for (const Stub& stub : options.stubs) stubs.emplace_back(io, stub, clock, tls ? &*tls : nullptr);
  Housekeeping housekeeping(io, service, clock, log);
  boost::asio::steady_timer look_again(io);
  boost::asio::signal_set hangup(io, SIGHUP);
  const auto stop = [&] {
    housekeeping.stop();
    listener.stop();
    for (StubPort& stub : stubs) stub.listener.stop();
    stop_when_empty(io, listener, look_again, patience_at_the_end);
  };
  reload_on_hangup(hangup, options, accounts, clock, log);
  listener.start();
  housekeeping.start();
  Endpoint endpoint = endpoint_of(listener.endpoint(), tls.has_value(), accounts);
  for (StubPort& stub : stubs) {
    stub.listener.start();
    endpoint.stub_urls.push_back(url_of(stub.listener.endpoint(), tls.has_value()));
  }
  ready_file.write(to_json(endpoint));
  if (options.ready_json) std::cout << to_json(endpoint) << std::flush;
  const Attendant attendant = ready(endpoint, {io, stop});
  std::optional<ParentWatch> parent;
  if (options.exit_with_parent) parent.emplace(io);
  run(io, clock);
  try {
    if (store->has_changes()) store->commit();
    store->checkpoint();
  } catch (const storage::StoreFailure& failure) {
    // What was acknowledged is in the log already, and the next start reads it.
    log.line(LogLevel::Error, clock.now(),
             std::string("the log was not emptied: ") + failure.what());
  }
  return 0;
}

}  // namespace quprite::server
