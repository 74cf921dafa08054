#include "server/options.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/program/azurite_options.h"

using namespace quprite;
using namespace quprite::server;

namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

Environment environment_of(const Variables& variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto variable = variables.find(name);
    if (variable == variables.end()) return std::nullopt;
    return variable->second;
  };
}

Options good(const Words& words, const Variables& variables = {}) {
  const auto options = parse_options(words, environment_of(variables));
  REQUIRE(options.has_value());
  return *options;
}

std::string wrong(const Words& words, const Variables& variables = {}) {
  const auto options = parse_options(words, environment_of(variables));
  REQUIRE_FALSE(options.has_value());
  return options.error().message;
}

AzuriteOptions azurite(const Words& words, AzuriteProgram program = AzuriteProgram::All,
                       const Variables& variables = {}) {
  const auto options = parse_azurite_options(program, words, environment_of(variables));
  REQUIRE(options.has_value());
  return *options;
}

std::string wrong_azurite(const Words& words, AzuriteProgram program = AzuriteProgram::All) {
  const auto options = parse_azurite_options(program, words, environment_of({}));
  REQUIRE_FALSE(options.has_value());
  return options.error().message;
}

}  // namespace

TEST_CASE("without options the server is where clients look for it") {
  const Options options = good({});
  CHECK(options.host == "127.0.0.1");
  CHECK(options.port == 10001);
  CHECK_FALSE(options.in_memory);
  CHECK(options.auth == Auth::On);
}

TEST_CASE("a value stands behind a blank or an equals sign") {
  CHECK(good({"--port", "1"}).port == 1);
  CHECK(good({"--port=2"}).port == 2);
  CHECK(good({"--port", "1", "--port", "3"}).port == 3);
  CHECK(good({"--queue=a-b", "--queue", "c-d"}).queues == Words{"a-b", "c-d"});
}

TEST_CASE("the environment sets what the command line does not") {
  CHECK(good({}, {{"QUPRITE_PORT", "7"}}).port == 7);
  CHECK(good({"--port", "8"}, {{"QUPRITE_PORT", "7"}}).port == 8);
  CHECK(good({}, {{"QUPRITE_IN_MEMORY", "1"}}).in_memory);
  CHECK_FALSE(good({}, {{"QUPRITE_IN_MEMORY", "0"}}).in_memory);
  CHECK(good({}, {{"AZURITE_ACCOUNTS", "a:b"}}).accounts == "a:b");
  CHECK(good({"--account", "c:d"}, {{"AZURITE_ACCOUNTS", "a:b"}}).accounts == "c:d;");
}

TEST_CASE("a wrong option names itself, its value and what is allowed") {
  CHECK(wrong({"--port", "65536"}) == "--port: '65536' is not allowed; 0 to 65535 is");
  CHECK(wrong({"--port", "x"}) == "--port: 'x' is not allowed; 0 to 65535 is");
  CHECK(wrong({"--port"}) == "--port needs a value: 0 to 65535");
  CHECK(wrong({"--sync=never"}) == "--sync: 'never' is not allowed; normal or full is");
  CHECK(wrong({"--in-memory=1"}) == "--in-memory takes no value");
  CHECK(wrong({"--prot", "1"}) == "'--prot' is not an option; --help lists them");
  CHECK(wrong({"port"}) == "'port' is not an option; --help lists them");
  CHECK(wrong({}, {{"QUPRITE_PORT", "x"}}) == "QUPRITE_PORT: 'x' is not allowed; 0 to 65535 is");
  CHECK(wrong({}, {{"QUPRITE_EXACT", "yes"}}) ==
        "QUPRITE_EXACT: 'yes' is not allowed; 1, true, 0 or false is");
}

TEST_CASE("options that do not go together are told by name") {
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(has(wrong({"--in-memory", "--data", "f"}), "--in-memory and --data 'f' exclude"));
  CHECK(has(wrong({"--cert", "c"}), "--cert 'c' needs either --key (PEM) or --pwd"));
  CHECK(has(wrong({"--cert", "c", "--key", "k", "--pwd", "p"}), "needs either"));
  CHECK(has(wrong({"--key", "k"}), "--key is of no use without --cert"));
  CHECK(has(wrong({"--tls", "auto", "--cert", "c", "--key", "k"}), "exclude each other"));
  CHECK(has(wrong({"--host-name", "n"}), "of no use without --tls auto"));
  CHECK(has(wrong({"--auth", "off", "--host", "0.0.0.0"}), "--host '0.0.0.0'"));
  CHECK(good({"--auth", "off-everywhere", "--host", "0.0.0.0"}).auth == Auth::OffEverywhere);
}

TEST_CASE("the help fits a screen and has every option's line") {
  const std::string help = help_text();
  for (const char* name : {"--host ADDRESS", "--port N", "--exact", "--log-file FILE"}) {
    CHECK(help.find(name) != std::string::npos);
  }
  CHECK(std::count(help.begin(), help.end(), '\n') < 50);
}

TEST_CASE("Azurite's options are understood in terms of ours") {
  const AzuriteOptions all =
      azurite({"--queueHost", "0.0.0.0", "--queuePort", "1", "-l", "/data", "--silent", "--oauth",
               "basic", "--cert", "c", "--key", "k", "--disableProductStyleUrl",
               "--skipApiVersionCheck", "--queueKeepAliveTimeout", "9"});
  CHECK(all.options.host == "0.0.0.0");
  CHECK(all.options.port == 1);
  CHECK(all.options.data == "/data/quprite.db");
  CHECK(all.options.quiet);
  CHECK(all.options.bearer);
  CHECK(all.options.certificate == "c");
  CHECK_FALSE(all.options.host_style);
  CHECK(all.options.keep_alive == std::chrono::seconds{9});
  CHECK(azurite({}).options.data == "./quprite.db");
  CHECK(azurite({"--inMemoryPersistence"}).options.in_memory);
  CHECK(azurite({"-d", "log"}).options.log_file == "log");
}

TEST_CASE("azurite has ports for blobs and tables, azurite-queue has none") {
  const auto stubs = azurite({"--blobPort", "1", "--tableHost", "::1"}).options.stubs;
  REQUIRE(stubs.size() == 2);
  CHECK(stubs[0].port == 1);
  CHECK(stubs[1].host == "::1");
  CHECK(stubs[1].port == 10002);
  CHECK(azurite({}, AzuriteProgram::Queue).options.stubs.empty());
}

TEST_CASE("what is accepted without effect is noted") {
  CHECK(azurite({"--extentMemoryLimit", "64"}).notes == Words{"--extentMemoryLimit has no effect "
                                                              "here"});
  CHECK(azurite({"--blobKeepAliveTimeout", "5"}).notes.size() == 1);
  CHECK(azurite({}).notes.empty());
  CHECK(azurite({"--blobPort", "1"}, AzuriteProgram::Queue).notes ==
        Words{"--blobPort has no effect here"});
  CHECK(azurite({"start"}).notes == Words{"'start' has no effect here"});
}

TEST_CASE("short switches of Azurite's may stand together") {
  CHECK(azurite({"-sL", "-l", "d"}).options.quiet);
  CHECK(wrong_azurite({"-sl", "d"}).find("The option \"sl\" is unknown.") == 0);
}

TEST_CASE("no keep-alive timeout at all is Azurite's way to say the usual one") {
  CHECK(azurite({"--queueKeepAliveTimeout", "0"}).options.keep_alive == Options{}.keep_alive);
  CHECK(azurite({"--queueKeepAliveTimeout", "7"}).options.keep_alive == std::chrono::seconds{7});
}

TEST_CASE("the environment of ours counts under Azurite's name, too") {
  CHECK(azurite({}, AzuriteProgram::All, {{"QUPRITE_EXACT", "1"}}).options.exact);
  CHECK(azurite({}, AzuriteProgram::All, {{"QUPRITE_DATA", "f"}}).options.data == "f");
  CHECK(azurite({"-l", "d"}, AzuriteProgram::All, {{"QUPRITE_DATA", "f"}}).options.data ==
        "d/quprite.db");
  CHECK(azurite({}, AzuriteProgram::All, {{"AZURITE_ACCOUNTS", "a:b"}}).options.accounts == "a:b");
}

TEST_CASE("wrong options of Azurite's are told in its words") {
  CHECK(wrong_azurite({"--blbPort", "1"})
            .find("The option \"blbPort\" is unknown. Did you mean the "
                  "following one?\n  --blobPort") == 0);
  CHECK(wrong_azurite({"--blobHost", "nowhere"}) ==
        "--blobHost: 'nowhere' is not allowed; a numeric IPv4 or IPv6 address, or localhost is");
  CHECK(wrong_azurite({"-x"}).find("The option \"x\" is unknown.") == 0);
  CHECK(wrong_azurite({"--inMemoryPersistence", "-l", "d"}) ==
        "The --inMemoryPersistence option is not supported when the --location option is set.");
  CHECK(wrong_azurite({"--cert", "c"}).find("--cert 'c' needs either --key") == 0);
}

TEST_CASE("a host or a queue that cannot be is told before anything is done") {
  CHECK(wrong({"--host", "example.com"}) ==
        "--host: 'example.com' is not allowed; a numeric IPv4 or IPv6 address, or localhost is");
  CHECK(wrong({}, {{"QUPRITE_QUEUE", "a,b"}}) ==
        "QUPRITE_QUEUE: 'a,b' is not allowed; 3 to 63 lower-case letters, digits and single dashes "
        "is");
}
