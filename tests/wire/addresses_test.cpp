#include <doctest/doctest.h>

#include <string>

#include "tests/support/test_server.h"

namespace quprite::test {

TEST_SUITE_BEGIN("wire");

TEST_CASE("path style works under any host name, that of a Kubernetes service included") {
  TestServer server;
  server.create("orders");
  for (const char* host :
       {"localhost", "127.0.0.1:10001", "[::1]:10001", "quprite", "quprite.queue.svc.cluster.local",
        "emulator.queue", "my.queue.example.com:10001", "devstoreaccount1.svc.cluster.local",
        "host.docker.internal"}) {
    CAPTURE(host);
    CHECK(server.send("GET", "/orders?comp=metadata", {{"Host", host}}).status == 200);
  }
}

TEST_CASE("host style names the account in the host, and the secondary location too") {
  TestServer server;
  server.create("orders");
  HttpClient client = server.connect();
  const std::string query = "?comp=metadata&" + queue_sas("orders", "r");
  for (const char* host :
       {"devstoreaccount1.queue.localhost", "devstoreaccount1.queue.core.windows.net:10001",
        "devstoreaccount1-secondary.queue.localhost", "devstoreaccount1.example.com"}) {
    CAPTURE(host);
    client.send("GET /orders" + query + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    CHECK(client.receive().status == 200);
  }
}

TEST_CASE("HTTP/1.1 has one Host, and no coding of the body but chunks") {
  TestServer server;
  for (const char* headers :
       {"", "Host: a\r\nHost: b\r\n", "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n"}) {
    CAPTURE(headers);
    HttpClient client = server.connect();
    client.send("GET /devstoreaccount1?comp=list HTTP/1.1\r\n" + std::string(headers) + "\r\n");
    CHECK(client.receive_all().starts_with("HTTP/1.1 400 "));
  }
}

TEST_SUITE_END();

}  // namespace quprite::test
