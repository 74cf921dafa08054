#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/errors.h"
#include "server/log.h"
#include "storage/store.h"

namespace quprite::server {

/// Whether requests have to prove who sends them.
enum class Auth { On, Off, OffEverywhere };

/// A service of Azure Storage that is not served.
enum class StubKind { Blob, Table };

/// A port that says so to whoever asks for that service.
struct Stub {
  StubKind kind = StubKind::Blob;
  std::string host = "127.0.0.1";
  unsigned short port = 0;
};

/// What the command line and the environment ask for. Every default stands here.
struct Options {
  std::string host = "127.0.0.1";
  unsigned short port = 10001;
  bool port_given = false;
  std::string data = {};  ///< the database file; empty for the one in the user's state directory
  std::string data_source = "--data";  ///< the option that it comes from
  bool in_memory = false;
  storage::Durability durability = storage::Durability::Process;
  bool exact = false;
  std::string accounts = {};  ///< `name:key1[:key2]`, several separated by semicolons; empty for
                              ///< the development account
  std::string accounts_source = {};  ///< the option or variable that they come from
  std::string accounts_file = {};    ///< the same, read again on SIGHUP
  Auth auth = Auth::On;
  bool bearer = false;                    ///< `--oauth basic`
  std::string certificate = {};           ///< PEM or, with a password, PKCS #12
  std::string certificate_key = {};       ///< PEM
  std::string certificate_password = {};  ///< of a PKCS #12 file
  bool tls_auto = false;                  ///< make a certificate, and the authority that signs it
  std::vector<std::string> host_names = {};  ///< names besides the usual ones that it is good for
  std::chrono::seconds skew = std::chrono::minutes{15};
  std::size_t max_connections = 10'000;
  std::chrono::seconds keep_alive = std::chrono::minutes{5};  ///< how long a connection may be idle
  bool host_style = true;                ///< the account may be read from the Host name
  std::vector<Stub> stubs = {};          ///< ports besides that of the queues
  std::string config = {};               ///< a file that declares accounts, queues and messages
  std::vector<std::string> queues = {};  ///< made at the start, in the first account
  std::string ready_file = {};           ///< told as JSON where the server is
  bool ready_json = false;               ///< the line on standard output is JSON, too
  bool exit_with_parent = false;
  bool quiet = false;
  LogLevel log_level = LogLevel::Info;
  std::string log_file = {};  ///< empty for standard error
  std::string log_file_source = "--log-file";
  bool help = false;
  bool version = false;
};

/// What `host` may be, for the error message.
inline constexpr std::string_view an_address = "a numeric IPv4 or IPv6 address, or localhost";

/// An option that is wrong: names itself, its value, and what is allowed.
struct OptionError {
  std::string message;
};

/// Looks up an environment variable; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads options. `--name value` and `--name=value` both work; each is also read from the
/// environment (`QUPRITE_PORT` for
/// `--port`), which the command line overrides.
quprite::Result<Options, OptionError> parse_options(const std::vector<std::string>& arguments,
                                                    const Environment& environment);

/// Options that are fine by themselves and not together; nothing where all is well.
std::optional<OptionError> check_combination(const Options& options);

/// The text of `--help`; fits a screen.
std::string help_text();

/// The database file that is used where `--data` names none: `$XDG_STATE_HOME/quprite/quprite.db`.
/// Nothing where neither that variable nor HOME is set.
std::optional<std::string> default_data_file(const Environment& environment);

}  // namespace quprite::server
