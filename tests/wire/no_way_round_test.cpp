// Tricks that have let people in elsewhere. Each shows that a request gets no further than the best
// of its credentials alone.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/test_server.h"
#include "tests/unit/auth_support.h"

// Requests of a test read best as sums of texts, and cost nothing that matters.
// NOLINTBEGIN(performance-inefficient-string-concatenation)
namespace quprite::test {
namespace {

/// An account besides the development account.
constexpr std::string_view other_account = "otheraccount";

std::string key_of(std::string_view account) {
  return std::string(account == other_account ? second_key : server::development_key);
}

/// A service SAS of a queue of the development account.
std::string reading(const std::string& queue, const std::string& permissions = "r") {
  const std::string text = permissions + "\n\n2026-06-02T00:00:00Z\n/queue/devstoreaccount1/" +
                           queue + "\n\n\n\n2026-04-06";
  return "sv=2026-04-06&se=2026-06-02T00%3A00%3A00Z&sp=" + permissions +
         "&sig=" + percent_encoded(openssl_signature(text));
}

/// Two accounts, each with a queue "orders" whose metadata tells whose it is; and in the
/// development account a queue "secret" that no SAS of this file is for.
class Guarded : public TestServer {
 public:
  Guarded() : TestServer({}, {}, accounts()) {
    send("PUT", "/orders", {{"x-ms-meta-of", "devstoreaccount1"}});
    send("PUT", "/secret", {{"x-ms-meta-of", "secret"}});
    put("orders", "first");
    put("secret", "hidden");
    const Answer made = ask_as(other_account, "PUT", "/otheraccount/orders",
                               "/otheraccount/otheraccount/orders", "x-ms-meta-of:otheraccount\n");
    REQUIRE(made.status == 201);
  }

  /// Sends a request without Authorization; with headers given as lines.
  [[nodiscard]] Answer ask(const std::string& method, const std::string& target,
                           const std::string& host = "localhost",
                           const std::string& header_lines = {}) const {
    HttpClient client = connect();
    client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + header_lines +
                (method == "GET" || method == "DELETE" ? "" : "Content-Length: 0\r\n") + "\r\n");
    return client.receive(method == "HEAD");
  }

  /// Sends a request that an account signs, over a canonicalized resource given by hand.
  [[nodiscard]] Answer ask_as(std::string_view account, const std::string& method,
                              const std::string& target, const std::string& resource,
                              const std::string& metadata = {},
                              const std::string& host = "localhost") const {
    const std::string date = "Mon, 01 Jun 2026 12:00:00 GMT";
    const std::string text = method + std::string(12, '\n') + "x-ms-date:" + date + "\n" +
                             metadata + "x-ms-version:2026-04-06\n" + resource;
    std::string header = metadata;
    if (!header.empty()) header.back() = '\r';
    return ask(method, target, host,
               "x-ms-date: " + date + "\r\nx-ms-version: 2026-04-06\r\n" +
                   (header.empty() ? "" : header + "\n") + "Authorization: SharedKey " +
                   std::string(account) + ":" + openssl_signature(text, key_of(account)) + "\r\n");
  }

  /// Everything is still there.
  [[nodiscard]] bool untouched() {
    return peek("orders").element("MessageText") == "first" &&
           peek("secret").element("MessageText") == "hidden" &&
           send("GET", "/?comp=list").elements("Name").size() == 2;
  }

 private:
  static server::Accounts accounts() {
    server::Accounts both = server::development_accounts();
    server::Account other{std::string(other_account), "", {}};
    other.keys.emplace_back(openssl_decode(second_key));
    both.add(std::move(other));
    return both;
  }
};

bool let_in(const Answer& answer) {
  return answer.status < 300;
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("a field of a SAS that is there twice, in any case or escape, lets nobody in") {
  const Guarded server;
  const std::string messages = "/devstoreaccount1/orders/messages?";
  const std::string sas = reading("orders");
  REQUIRE(let_in(server.ask("GET", messages + "peekonly=true&" + sas)));
  for (const std::string more :
       {"sp=raup", "SP=raup", "s%70=raup", "%53%50=raup", "sp=r", "sp=", "se=2099-01-01",
        "sE=2099-01-01", "sig=AAAA", "SIG=AAAA", "si%67=", "sv=2012-02-12", "Sv=2026-04-06"}) {
    CAPTURE(more);
    for (const std::string& query : {sas + "&" + more, more + "&" + sas}) {
      CHECK(server.ask("GET", messages + "peekonly=true&" + query).status == 403);
      CHECK(server.ask("GET", messages + query).status == 403);
      CHECK(server.ask("DELETE", messages + query).status == 403);
    }
  }
}

TEST_CASE("fields are decoded once: what is escaped twice is another text") {
  const Guarded server;
  const std::string peek = "/devstoreaccount1/orders/messages?peekonly=true&";
  const std::string sas = reading("orders");
  const std::size_t place = sas.find("sig=") + 4;
  CHECK(
      server.ask("GET", peek + sas.substr(0, place) + percent_encoded(sas.substr(place))).status ==
      403);
  for (const std::string to : {"sp=%2572", "sp%3Dr", "%26sp=r", "sp=r%26", "sp=r%0Aa", "sp=r%00",
                               "sp=+r", "sp=r;a", "sp=r%0D%0A"}) {
    CAPTURE(to);
    std::string changed = sas;
    changed.replace(changed.find("sp=r"), 4, to);
    CHECK_FALSE(let_in(server.ask("GET", peek + changed)));
  }
  std::string escaped = sas;
  escaped.replace(escaped.find("sp=r"), 4, "%73p=%72");
  CHECK(let_in(server.ask("GET", peek + escaped)));
}

TEST_CASE("no path leads from one queue to another, or from a message to its queue") {
  Guarded server;
  const std::string sas = reading("orders", "raup");
  for (const std::string path : {"/orders/../secret",
                                 "/orders/%2e%2e/secret",
                                 "/orders/..%2fsecret",
                                 "/orders%2f..%2fsecret",
                                 "/orders%2f%2e%2e%2fsecret",
                                 "/orders/./../secret",
                                 "/secret",
                                 "//secret",
                                 "/secret/",
                                 "/./secret",
                                 "/orders/..;/secret",
                                 "/orders\\..\\secret",
                                 "/orders%5c..%5csecret",
                                 "/orders%00/../secret",
                                 "/secret%00orders",
                                 "/orders%0a/secret",
                                 "/secret%23/orders",
                                 "/secret?/orders",
                                 "/%252e%252e/secret",
                                 "/orders/messages/../../secret",
                                 "/ORDERS",
                                 "/Orders",
                                 "/orders%20",
                                 "/orders.",
                                 "/%6f%72ders%00",
                                 "/%256frders",
                                 "/.",
                                 "/..",
                                 "/%2e"}) {
    CAPTURE(path);
    const std::string place = "/devstoreaccount1" + path;
    const std::string joint = path.find('?') == std::string::npos ? "?" : "&";
    for (const std::string query : {"comp=metadata&", "comp=acl&", ""}) {
      const Answer answer = server.ask("GET", place + joint + query + sas);
      CHECK_FALSE(let_in(answer));
      CHECK_FALSE(answer.has("x-ms-meta-of"));
    }
    CHECK_FALSE(let_in(server.ask("DELETE", place + joint + sas)));
    CHECK_FALSE(let_in(server.ask("GET", place + "/messages" + joint + sas)));
    CHECK_FALSE(let_in(server.ask("PUT", place + joint + sas)));
  }
  for (const std::string path : {"/orders/messages/..", "/orders/messages/.", "/orders/messages//",
                                 "/orders/messages/%2e%2e", "/orders/messages/%2f",
                                 "/orders/messages/../messages", "/orders/messages/%2e%2e%2f"}) {
    CAPTURE(path);
    CHECK_FALSE(let_in(server.ask("DELETE", "/devstoreaccount1" + path + "?popreceipt=x&" + sas)));
  }
  CHECK(server.untouched());
}

TEST_CASE("slashes too many and escapes that are not needed name the same queue, for its SAS too") {
  const Guarded server;
  for (const std::string path :
       {"/orders", "//orders", "/orders/", "/%6frders", "/orders//", "///orders///"}) {
    CAPTURE(path);
    const Answer answer =
        server.ask("GET", "/devstoreaccount1" + path + "?comp=metadata&" + reading("orders"));
    CHECK(answer["x-ms-meta-of"] == "devstoreaccount1");
  }
}

TEST_CASE("a method in another case or in a header is not taken for the real one") {
  Guarded server;
  const std::string sas = reading("orders", "raup");
  for (const std::string header :
       {"X-HTTP-Method-Override: DELETE\r\n", "X-HTTP-Method: DELETE\r\n", "X-Method: PUT\r\n"}) {
    CHECK(let_in(
        server.ask("GET", "/devstoreaccount1/orders?comp=metadata&" + sas, "localhost", header)));
  }
  for (const std::string method :
       {"delete", "Delete", "get", "TRACE", "CONNECT", "PATCH", "MOVE"}) {
    CAPTURE(method);
    CHECK_FALSE(let_in(server.ask(method, "/devstoreaccount1/orders?" + sas)));
  }
  CHECK(server.untouched());
}

TEST_CASE("credentials of any size are refused, and are not sent back") {
  Guarded server;
  const std::string peek = "/devstoreaccount1/orders/messages?peekonly=true";
  for (const std::size_t size : {1'000U, 20'000U, 60'000U, 70'000U, 300'000U}) {
    CAPTURE(size);
    const std::string long_text(size, 'A');
    std::string many_parameters = peek;
    while (many_parameters.size() < size) many_parameters += "&sp=r";
    for (const std::string& target :
         {peek + "&" + reading("orders") + long_text,
          peek + "&sv=2026-04-06&sp=r&si=" + long_text + "&sig=AAAA", many_parameters + "&sig=AAAA",
          "/" + long_text, peek + "&" + long_text}) {
      CHECK_FALSE(let_in(server.ask("GET", target)));
    }
    for (const std::string scheme :
         {"SharedKey ", "Bearer ", "Bearer a.b.", "SharedKeyLite ", ""}) {
      const Answer answer =
          server.ask("GET", peek, "localhost", "Authorization: " + scheme + long_text + "\r\n");
      CHECK_FALSE(let_in(answer));
      CHECK(answer.body.find(long_text) == std::string::npos);
    }
  }
  CHECK(server.untouched());
}

TEST_CASE("of two Authorization headers none counts, nor does one in a trailer") {
  Guarded server;
  const std::string good =
      server.signed_request("GET", "/orders/messages?peekonly=true", {{"X-Place", "here"}});
  for (const std::string second : {"Authorization: SharedKey devstoreaccount1:AAAA\r\n",
                                   "authorization: Bearer a.b.c\r\n", "AUTHORIZATION: \r\n"}) {
    CAPTURE(second);
    std::string both = good;
    both.insert(both.find("X-Place"), second);
    HttpClient client = server.connect();
    client.send(both);
    CHECK(client.receive().status == 400);
  }
  std::string request = server.signed_request(
      "POST", "/orders/messages", {{"!Content-Length", ""}, {"Transfer-Encoding", "chunked"}});
  const std::size_t begin = request.find("Authorization:");
  const std::string header = request.substr(begin, request.find("\r\n", begin) + 2 - begin);
  request.erase(begin, header.size());
  request += "1\r\nx\r\n0\r\n" + header + "\r\n";
  HttpClient client = server.connect();
  client.send(request);
  client.finish_sending();
  CHECK_FALSE(client.receive_all().starts_with("HTTP/1.1 2"));
  CHECK(server.untouched());
}

TEST_CASE("no second request hides in the body of a first") {
  Guarded server;
  const std::string hidden = server.signed_request("DELETE", "/secret");
  const std::string chunks = "0\r\n\r\n" + hidden;
  const std::string size = std::to_string(chunks.size());
  for (const std::string& framing : std::vector<std::string>{
           "Content-Length: " + size + "\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: " + size + "\r\n",
           "Transfer-Encoding: identity\r\nContent-Length: " + size + "\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
           "Content-Length: 0\r\nContent-Length: " + size + "\r\n",
           "Content-Length: 0\r\n Transfer-Encoding: chunked\r\n",
           "Content-Length: " + size + "\r\nX: a\r\n\tTransfer-Encoding: chunked\r\n",
           "Content-Length: " + size + "\r\nTransfer-Encoding : chunked\r\n",
           "Content-Length: " + size + "\nTransfer-Encoding: chunked\r\n",
           "Content-Length: " + size + "\r\nX: a\rTransfer-Encoding: chunked\r\n",
           "Content-Length: " + size + "\r\nX: a\nTransfer-Encoding: chunked\r\n",
           "Content-Length: +0\r\n", "Content-Length: 0x0\r\n", "Content-Length: 0, 5\r\n",
           "Content-Length: \r\n"}) {
    CAPTURE(framing);
    HttpClient client = server.connect();
    client.send("POST /devstoreaccount1/orders/messages?" + reading("orders", "a") +
                " HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n" + chunks);
    client.finish_sending();
    const std::string answers = client.receive_all();
    CHECK(answers.starts_with("HTTP/1.1 400 "));
    CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
  }
  CHECK(server.untouched());
}

TEST_CASE("a chunk whose size is not plainly written ends the connection") {
  Guarded server;
  const std::string hidden = server.signed_request("DELETE", "/secret");
  for (const std::string chunk : {"0x0\r\n\r\n", "-1\r\n\r\n", "+0\r\n\r\n", " 0\r\n\r\n", "0\n\n",
                                  "fffffffffffffffff\r\n\r\n", "1\r\nxx\r\n0\r\n\r\n"}) {
    CAPTURE(chunk);
    HttpClient client = server.connect();
    client.send("POST /devstoreaccount1/orders/messages?" + reading("orders", "a") +
                " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk +
                hidden);
    client.finish_sending();
    CHECK(client.receive_all().find("HTTP/1.1 2") == std::string::npos);
  }
  CHECK(server.untouched());
}

TEST_CASE(
    "the secondary location gives reading, whatever signs, and only the one suffix names it") {
  Guarded server;
  const std::string sas = reading("orders", "raup");
  const std::string place = "/devstoreaccount1-secondary/orders";
  CHECK(let_in(server.ask("GET", place + "/messages?peekonly=true&" + sas)));
  CHECK(server.ask("GET", place + "/messages?" + sas)["x-ms-error-code"] ==
        "InsufficientAccountPermissions");
  CHECK(server.send("DELETE", "-secondary/orders").status == 403);
  CHECK(server.send("PUT", "-secondary/new").status == 403);
  for (const std::string account :
       {"devstoreaccount1-secondary-secondary", "devstoreaccount1-SECONDARY", "-secondary",
        "devstoreaccount1-secondar", "devstoreaccount1%00-secondary", "DevStoreAccount1"}) {
    CAPTURE(account);
    CHECK_FALSE(let_in(server.ask("GET", "/" + account + "/orders?comp=metadata&" + sas)));
    for (const std::string& host : {account + ".queue.localhost", account + ".queue"}) {
      CHECK_FALSE(let_in(server.ask("GET", "/orders?comp=metadata&" + sas, host)));
    }
  }
  CHECK(server.untouched());
}

TEST_CASE("whatever host and path say together, each account's key opens that account alone") {
  const Guarded server;
  const std::string development(server::development_account);
  const std::string other(other_account);
  const std::vector<std::string> hosts = {
      "localhost",          development + ".queue.localhost",     other + ".queue.localhost",
      "127.0.0.1",          other + "-secondary.queue.localhost", development + ".localhost",
      other + ".localhost", "queue." + other + ".localhost"};
  const std::vector<std::string> paths = {"/orders",
                                          "/" + development + "/orders",
                                          "/" + other + "/orders",
                                          "//" + other + "/orders",
                                          "/" + development + "-secondary/orders",
                                          "/" + other + "/../" + development + "/orders",
                                          "/./" + development + "/orders"};
  int opened = 0;
  for (const std::string& signer : {development, other}) {
    for (const std::string& host : hosts) {
      for (const std::string& path : paths) {
        for (const std::string& resource : {"/" + development + path, "/" + other + path}) {
          CAPTURE(signer);
          CAPTURE(host);
          CAPTURE(path);
          CAPTURE(resource);
          const Answer answer = server.ask_as(signer, "GET", path + "?comp=metadata",
                                              resource + "\ncomp:metadata", "", host);
          CHECK(answer["x-ms-meta-of"] == (answer.status == 200 ? signer : ""));
          if (answer.status == 200) ++opened;
        }
      }
    }
  }
  CHECK(opened >= 10);
}

TEST_CASE("a SAS of one account is none of another, in path or host") {
  const Guarded server;
  const std::string sas = reading("orders");
  CHECK_FALSE(let_in(server.ask("GET", "/otheraccount/orders?comp=metadata&" + sas)));
  for (const std::string path : {"/orders", "/devstoreaccount1/orders", "/otheraccount/orders"}) {
    const Answer answer =
        server.ask("GET", path + "?comp=metadata&" + sas, "otheraccount.queue.localhost");
    CHECK_FALSE(let_in(answer));
  }
  const Answer own =
      server.ask("GET", "/orders?comp=metadata&" + sas, "devstoreaccount1.queue.localhost");
  CHECK(own["x-ms-meta-of"] == "devstoreaccount1");
}

TEST_CASE("the key of one account signs nothing for another, whichever account is named") {
  const Guarded server;
  const std::string path = "/devstoreaccount1/orders";
  for (const std::string named : {"devstoreaccount1", "otheraccount"}) {
    const std::string text = "GET" + std::string(12, '\n') +
                             "x-ms-date:Mon, 01 Jun 2026 12:00:00 GMT\nx-ms-version:2026-04-06\n/" +
                             named + path + "\ncomp:metadata";
    const Answer answer = server.ask(
        "GET", path + "?comp=metadata", "localhost",
        "x-ms-date: Mon, 01 Jun 2026 12:00:00 GMT\r\nx-ms-version: 2026-04-06\r\nAuthorization: "
        "SharedKey " +
            named + ":" + openssl_signature(text, second_key) + "\r\n");
    CHECK(answer.status == 403);
  }
}

TEST_SUITE_END();

}  // namespace quprite::test
// NOLINTEND(performance-inefficient-string-concatenation)
