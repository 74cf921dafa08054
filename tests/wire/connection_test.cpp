#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/test_certificate.h"
#include "tests/support/test_server.h"

namespace quprite::test {

TEST_SUITE_BEGIN("wire");

TEST_CASE("a connection serves one request after another") {
  TestServer server;
  server.create("orders");
  HttpClient client = server.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(server.signed_request("GET", "/orders?comp=metadata"));
    CHECK(client.receive().status == 200);
  }
}

TEST_CASE("pipelined requests are answered in their order") {
  TestServer server;
  server.create("orders");
  HttpClient client = server.connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += server.signed_request("POST", "/orders/messages", {},
                                      message_body("m" + std::to_string(i)));
    requests += server.signed_request("GET", "/orders/messages?peekonly=true&numofmessages=32");
  }
  client.send(requests);
  for (int i = 0; i < 20; ++i) {
    CHECK(client.receive().status == 201);
    const Answer peeked = client.receive();
    REQUIRE(peeked.status == 200);
    CHECK(peeked.elements("MessageText").size() == static_cast<std::size_t>(i) + 1);
  }
}

TEST_CASE("a request may arrive byte by byte") {
  TestServer server;
  server.create("orders");
  HttpClient client = server.connect();
  for (const char byte :
       server.signed_request("POST", "/orders/messages", {}, message_body("slow"))) {
    client.send({&byte, 1});
  }
  CHECK(client.receive().status == 201);
  CHECK(server.peek("orders").element("MessageText") == "slow");
}

TEST_CASE("a body of 64 KiB arrives whole, however it is cut") {
  TestServer server;
  server.create("orders");
  const std::string text(65'536, 'x');
  const std::string request =
      server.signed_request("POST", "/orders/messages", {}, message_body(text));
  HttpClient client = server.connect();
  for (std::size_t at = 0; at < request.size(); at += 5'000)
    client.send(std::string_view(request).substr(at, 5'000));
  CHECK(client.receive().status == 201);
  CHECK(server.peek("orders").element("MessageText") == text);
}

TEST_CASE("a chunked request body is put together") {
  TestServer server;
  server.create("orders");
  const std::string body = message_body("in three pieces");
  std::string request = server.signed_request(
      "POST", "/orders/messages", {{"!Content-Length", ""}, {"Transfer-Encoding", "chunked"}});
  const std::string first = body.substr(0, 7);
  const std::string second = body.substr(7, 30);
  const std::string third = body.substr(37);
  char size[16];
  for (const std::string& piece : {first, second, third}) {
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    request += size + piece + "\r\n";
  }
  request += "0\r\n\r\n";

  SUBCASE("at once") {
    HttpClient client = server.connect();
    client.send(request + server.signed_request("GET", "/orders?comp=metadata"));
    CHECK(client.receive().status == 201);
    CHECK(client.receive()["x-ms-approximate-messages-count"] == "1");
  }
  SUBCASE("byte by byte") {
    HttpClient client = server.connect();
    for (const char byte : request) client.send({&byte, 1});
    CHECK(client.receive().status == 201);
  }
  CHECK(server.peek("orders").element("MessageText") == "in three pieces");
}

TEST_CASE("a body over 1 MiB is refused unread, chunked or not") {
  TestServer server;
  server.create("orders");
  const std::string body = message_body(std::string(1'100'000, 'x'));
  HttpClient client = server.connect();
  SUBCASE("with its length") {
    client.send(server.signed_request("POST", "/orders/messages", {}, body));
  }
  SUBCASE("chunked") {
    client.send(server.signed_request("POST", "/orders/messages",
                                      {{"!Content-Length", ""}, {"Transfer-Encoding", "chunked"}}));
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    client.send(size + body + "\r\n0\r\n\r\n");
  }
  const Answer answer = client.receive();
  CHECK(answer.status == 413);
  CHECK(answer.element("Code") == "RequestBodyTooLarge");
  CHECK(answer.element("MaxLimit") == "65536");
  CHECK(answer["Connection"] == "close");
}

TEST_CASE("a client that expects 100-continue is told to go on") {
  TestServer server;
  server.create("orders");
  const std::string body = message_body("patient");
  const std::string request =
      server.signed_request("POST", "/orders/messages", {{"Expect", "100-continue"}}, body);
  const std::string head = request.substr(0, request.size() - body.size());
  HttpClient client = server.connect();
  client.send(head);
  CHECK(client.receive().status == 100);
  client.send(body);
  CHECK(client.receive().status == 201);
}

TEST_CASE("HTTP/1.0 is answered without chunks, and the connection is closed") {
  TestServer server;
  server.create("orders");
  server.put("orders", "old");
  std::string request = server.signed_request("GET", "/orders/messages?peekonly=true");
  request.replace(request.find("HTTP/1.1"), 8, "HTTP/1.0");
  HttpClient client = server.connect();
  client.send(request);
  const Answer answer = client.receive();
  CHECK(answer.status == 200);
  CHECK_FALSE(answer.chunked);
  CHECK(answer.element("MessageText") == "old");
  CHECK(client.closed());
}

TEST_CASE("Connection: close is honoured") {
  TestServer server;
  server.create("orders");
  HttpClient client = server.connect();
  client.send(server.signed_request("GET", "/orders?comp=metadata", {{"Connection", "close"}}));
  const Answer answer = client.receive();
  CHECK(answer.status == 200);
  CHECK(answer["Connection"] == "close");
  CHECK(client.closed());
}

TEST_CASE("what is not HTTP is answered with a bare 400, and the connection is closed") {
  TestServer server;
  for (
      const std::string bytes : {
          "hello\r\n\r\n",
          "GET / HTTP/2.0\r\n\r\n",
          "GET /x HTTP/1.1\nHost: a\n\n",                   // bare line feeds
          "GET /x HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",  // a folded header
          "GET /x HTTP/1.1\r\nHost : a\r\n\r\n",            // a blank before the colon
          "POST /x HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",  // both
                                                                                          // lengths
          "POST /x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
          "POST /x HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
          "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnope\r\n",
      }) {
    CAPTURE(bytes);
    HttpClient client = server.connect();
    client.send(bytes);
    client.finish_sending();
    CHECK(client.receive_all().starts_with("HTTP/1.1 400 "));
  }
}

TEST_CASE("a head beyond its limit is refused") {
  TestServer server;
  HttpClient client = server.connect();
  client.send("GET /devstoreaccount1?comp=list HTTP/1.1\r\nX-Long: " + std::string(70'000, 'a'));
  CHECK(client.receive_all().starts_with("HTTP/1.1 400 "));
}

TEST_CASE("many connections at once each get their own answers") {
  TestServer server;
  server.create("orders");
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      HttpClient client = server.connect();
      for (int i = 0; i < 25; ++i) {
        const std::string text = std::to_string(t) + "-" + std::to_string(i);
        client.send(server.signed_request("POST", "/orders/messages", {}, message_body(text)));
        if (client.receive().status == 201) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 200);
  CHECK(server.send("GET", "/orders?comp=metadata")["x-ms-approximate-messages-count"] == "200");
}

TEST_CASE("a commit that fails is told to exactly those it held, and leaves nothing") {
  TestServer server;
  server.create("orders");
  server.put("orders", "before");
  server.store().commits_fail = true;
  const Answer refused = server.put("orders", "lost");
  CHECK(refused.status == 503);
  CHECK(refused["x-ms-error-code"] == "ServerBusy");
  CHECK(server.peek("orders").status == 200);  // reading goes on
  server.store().commits_fail = false;
  CHECK(server.put("orders", "after").status == 201);
  const Answer all = server.peek("orders", "numofmessages=32");
  CHECK(all.elements("MessageText") == std::vector<std::string>{"before", "after"});
}

TEST_CASE("a store that throws inside a request costs that request, not the server") {
  TestServer server;
  server.create("orders");
  server.put("orders", "kept");
  server.store().gets_fail = true;
  const Answer failed = server.get("orders");
  CHECK(failed.status == 500);
  CHECK(failed["x-ms-error-code"] == "InternalError");
  server.store().gets_fail = false;
  CHECK(server.get("orders").element("MessageText") == "kept");
}

TEST_SUITE_END();

TEST_CASE("who begins a request, or a handshake, and does not end it has to go") {
  constexpr int at_once = 1;  // seconds, of the connections' own clock
  const TestCertificate certificate;
  TestServer server({},
                    {.session = {.idle = 300, .request = at_once}, .tls = &certificate.context()});
  for (const std::string_view begun : {"G", "POST / HTTP/1.1\r\n", "\x16", "\x16\x03\x01\x02"}) {
    HttpClient client = server.connect();
    client.send(begun);
    CHECK(client.closed());
  }
}

}  // namespace quprite::test
