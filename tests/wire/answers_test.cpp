#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/test_server.h"

// What the recordings of the real service teach of answers that went well, a rule a test.

namespace quprite::test {
namespace {

constexpr const char* declaration = "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>";
constexpr const char* client_id = "11111111-2222-3333-4444-555555555555";

/// The names of the elements directly inside the first element of that name, in order.
std::vector<std::string> children(const Answer& answer, const std::string& parent) {
  std::vector<std::string> names;
  std::string inner = answer.element(parent);
  while (inner.starts_with('<')) {
    const std::string name = inner.substr(1, inner.find_first_of(" >") - 1);
    names.push_back(name);
    const std::string close = "</" + name + ">";
    const std::size_t end = inner.find(close);
    inner.erase(0, end == std::string::npos ? inner.find('>') + 1 : end + close.size());
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("an answer tells the version that the request named, and who it is") {
  TestServer server;
  server.version = "2018-03-28";
  const Answer answer = server.send("PUT", "/orders");
  CHECK(answer["x-ms-version"] == "2018-03-28");
  CHECK(answer["Server"] == "Windows-Azure-Queue/1.0 Microsoft-HTTPAPI/2.0");
  CHECK(answer["Date"] == "Mon, 01 Jun 2026 12:00:00 GMT");
  CHECK(answer["x-ms-request-id"].size() == 36);
  CHECK(answer.reason == "Created");
}

TEST_CASE("an answer from the front end tells neither version nor client request id") {
  TestServer server;
  const Answer answer = server.send("GET", "/?comp=list",
                                    {{"Authorization", "SharedKey devstoreaccount1:AAAA"},
                                     {"x-ms-client-request-id", client_id}});
  CHECK(answer["Server"] == "Microsoft-HTTPAPI/2.0");
  CHECK_FALSE(answer.has("x-ms-version"));
  CHECK_FALSE(answer.has("x-ms-client-request-id"));
}

TEST_CASE("the client request id is echoed from version 2019-02-02 on, on errors too") {
  for (const auto& [version, echoed] :
       {std::pair{"2018-11-09", false}, std::pair{"2019-02-02", true}}) {
    const std::string tested = version;
    CAPTURE(tested);
    TestServer server;
    server.version = version;
    for (const char* target : {"/?comp=list", "/nowhere?comp=metadata"}) {
      CHECK(server.send("GET", target,
                        {{"x-ms-client-request-id", client_id}})["x-ms-client-request-id"] ==
            (echoed ? client_id : ""));
    }
    CHECK_FALSE(
        server.send("GET", "/?comp=list", {{"x-ms-client-request-id", std::string(1'025, 'a')}})
            .has("x-ms-client-request-id"));
  }
}

TEST_CASE("reads are not to be cached, writes say nothing of it") {
  TestServer server;
  server.create("orders");
  for (const char* target :
       {"/?comp=list", "/orders?comp=metadata", "/orders?comp=acl", "/orders/messages"}) {
    CAPTURE(target);
    CHECK(server.send("GET", target)["Cache-Control"] == "no-cache");
  }
  CHECK_FALSE(server.put("orders", "x").has("Cache-Control"));
  CHECK_FALSE(server.send("GET", "/nowhere?comp=acl").has("Cache-Control"));
}

TEST_CASE("a body comes in chunks, behind a byte order mark and a declaration") {
  TestServer server;
  server.create("orders");
  for (const char* target : {"/?comp=list", "/orders?comp=acl", "/orders/messages",
                             "/?restype=service&comp=properties"}) {
    CAPTURE(target);
    const Answer answer = server.send("GET", target);
    CHECK(answer.chunked);
    CHECK(answer["Content-Type"] == "application/xml");
    CHECK(answer.body.starts_with(declaration));
    CHECK(answer.body.find('\n') == std::string::npos);
  }
}

TEST_CASE(
    "an answer without a body is an empty chunked one before 2018-03-28, and has a length of 0 "
    "since") {
  for (const auto& [version, chunked] :
       {std::pair{"2017-11-09", true}, std::pair{"2018-03-28", false}}) {
    const std::string tested = version;
    CAPTURE(tested);
    TestServer server;
    server.version = version;
    const Answer created = server.send("PUT", "/orders");
    CHECK(created.status == 201);
    CHECK(created.chunked == chunked);
    CHECK(created["Content-Length"] == (chunked ? "" : "0"));
    CHECK(server.send("GET", "/orders?comp=metadata").chunked == chunked);
    const Answer removed = server.send("DELETE", "/orders");
    CHECK(removed.status == 204);
    CHECK(removed["Content-Length"] == "0");
  }
}

TEST_CASE("Put Message answers with a body from 2016-05-31 on") {
  TestServer server;
  server.create("orders");
  server.version = "2015-07-08";
  const Answer old = server.put("orders", "x");
  CHECK(old.status == 201);
  CHECK(old.body.empty());
  CHECK_FALSE(old.has("Content-Type"));
  server.version = "2016-05-31";
  CHECK(children(server.put("orders", "x"), "QueueMessage") ==
        Names{"MessageId", "InsertionTime", "ExpirationTime", "PopReceipt", "TimeNextVisible"});
}

TEST_CASE("the dequeue count comes before the pop receipt until 2016-05-31, and behind it since") {
  for (const auto& [version, names] :
       {std::pair{"2015-07-08",
                  Names{"MessageId", "InsertionTime", "ExpirationTime", "DequeueCount",
                        "PopReceipt", "TimeNextVisible", "MessageText"}},
        std::pair{"2016-05-31", Names{"MessageId", "InsertionTime", "ExpirationTime", "PopReceipt",
                                      "TimeNextVisible", "DequeueCount", "MessageText"}}}) {
    const std::string tested = version;
    CAPTURE(tested);
    TestServer server;
    server.create("orders");
    server.put("orders", "x");
    server.version = version;
    CHECK(children(server.peek("orders"), "QueueMessage") ==
          Names{"MessageId", "InsertionTime", "ExpirationTime", "DequeueCount", "MessageText"});
    CHECK(children(server.get("orders"), "QueueMessage") == names);
  }
}

TEST_CASE("an empty text, and an empty list, are empty elements") {
  TestServer server;
  server.create("orders");
  CHECK(server.get("orders").body == std::string(declaration) + "<QueueMessagesList />");
  server.put("orders", "");
  CHECK(server.peek("orders").body.find("<MessageText />") != std::string::npos);
  CHECK(server.send("GET", "/orders?comp=acl").body ==
        std::string(declaration) + "<SignedIdentifiers />");
}

TEST_CASE("a text comes back as XML delivers it") {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"  spaces\tand tabs  ", "  spaces\tand tabs  "},
      {"   ", "   "},
      {"&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;\"'"},
      {"<![CDATA[<raw> & ]]>", "&lt;raw&gt; &amp; "},
      {"line\r\nend", "line\nend"},
      {"kept&#xD;", "kept&#xD;"},
      {"\xF0\x9F\x98\x80 \xE5\x95\x8A", "\xF0\x9F\x98\x80 \xE5\x95\x8A"},
      {"]]&gt;", "]]&gt;"},
      {"markup <b>loses</b> its tags", "markup loses its tags"},
  };
  TestServer server;
  server.create("orders");
  for (const auto& [sent, stored] : texts) {
    const std::string tested = sent;
    CAPTURE(tested);
    REQUIRE(server.put("orders", sent).status == 201);
    const Answer got = server.get("orders");
    CHECK(got.element("MessageText") == stored);
  }
}

TEST_CASE("the limit of 64 KiB is on the text as UTF-8, escapes aside") {
  TestServer server;
  server.create("orders");
  std::string letters;
  for (int i = 0; i < 32'768; ++i) letters += "\xC3\xA9";
  CHECK(server.put("orders", letters).status == 201);
  CHECK(server.put("orders", letters + "x").status == 413);
  std::string escapes;
  for (int i = 0; i < 65'536; ++i) escapes += "&amp;";
  CHECK(server.put("orders", escapes).status == 201);
}

TEST_CASE("hostile XML is refused") {
  TestServer server;
  server.create("orders");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (const std::string& body :
       {std::string("<!DOCTYPE lolz [<!ENTITY lol "
                    "\"lol\">]><QueueMessage><MessageText>&lol;</MessageText></QueueMessage>"),
        message_body("&unknown;"), message_body("\xFF"), message_body("&#0;"), message_body("]]>"),
        deep, message_body("x") + "<more/>",
        std::string("<QueueMessage><MessageText>x</QueueMessage>"), std::string(" ")}) {
    CAPTURE(body.substr(0, 80));
    const Answer answer = server.send("POST", "/orders/messages", {}, body);
    CHECK(answer.status == 400);
    CHECK(answer["x-ms-error-code"] == "InvalidXmlDocument");
  }
}

TEST_CASE("List Queues repeats what it was asked, and nothing else") {
  TestServer server;
  for (const char* queue : {"apple", "banana", "bread", "cherry"}) server.create(queue);
  const std::string endpoint =
      "http://127.0.0.1:" + std::to_string(server.port()) + "/devstoreaccount1/";
  CHECK(
      server.send("GET", "/?comp=list").body ==
      std::string(declaration) + "<EnumerationResults ServiceEndpoint=\"" + endpoint +
          "\"><Queues><Queue><Name>apple</Name></Queue><Queue><Name>banana</Name></"
          "Queue><Queue><Name>bread</Name>"
          "</Queue><Queue><Name>cherry</Name></Queue></Queues><NextMarker /></EnumerationResults>");
  const Answer first = server.send("GET", "/?comp=list&prefix=b&maxresults=1&include=metadata");
  CHECK(children(first, "Queue") == Names{"Name", "Metadata"});
  CHECK(first.element("Prefix") == "b");
  CHECK(first.element("MaxResults") == "1");
  CHECK(first.element("Name") == "banana");
  CHECK(first.element("NextMarker") == "/devstoreaccount1/bread");
  const Answer second = server.send(
      "GET", "/?comp=list&prefix=b&maxresults=1&marker=" + encode(first.element("NextMarker")));
  CHECK(second.element("Marker") == "/devstoreaccount1/bread");
  CHECK(second.element("Name") == "bread");
  CHECK(second.element("NextMarker").empty());
}

TEST_CASE("before 2013-08-15 List Queues tells the account's name and each queue's URL") {
  TestServer server;
  server.create("orders");
  server.version = "2012-02-12";
  const Answer answer = server.send("GET", "/?comp=list");
  const std::string endpoint =
      "http://127.0.0.1:" + std::to_string(server.port()) + "/devstoreaccount1";
  CHECK(answer.body.find("<EnumerationResults AccountName=\"" + endpoint + "\">") !=
        std::string::npos);
  CHECK(answer.element("Url") == endpoint + "/orders");
}

TEST_CASE("metadata keeps the case of its names, and the order") {
  TestServer server;
  server.send("PUT", "/orders", {{"x-ms-meta-Class", "a"}, {"x-ms-meta-other", "b"}});
  const Answer answer = server.send("GET", "/orders?comp=metadata");
  Headers metadata;
  for (const auto& header : answer.headers) {
    if (header.first.starts_with("x-ms-meta-")) metadata.push_back(header);
  }
  CHECK(metadata == Headers{{"x-ms-meta-Class", "a"}, {"x-ms-meta-other", "b"}});
  CHECK(
      server.send("PUT", "/orders", {{"x-ms-meta-CLASS", "a"}, {"x-ms-meta-other", "b"}}).status ==
      204);
  CHECK(server.send("PUT", "/orders").status == 409);
  CHECK(server.send("PUT", "/orders?comp=metadata").status == 204);
  CHECK_FALSE(server.send("GET", "/orders?comp=metadata").has("x-ms-meta-Class"));
}

TEST_CASE("a header named exactly x-ms-meta is no metadata") {
  TestServer server;
  CHECK(server.send("PUT", "/orders", {{"x-ms-meta", "{'a': 'b'}"}}).status == 201);
}

TEST_CASE("times of access policies come back in one form, and an empty policy not at all") {
  TestServer server;
  server.create("orders");
  const std::string sent =
      "<SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Start>2011-10-11</Start>"
      "<Expiry>2011-10-12T01:02:03+01:00</Expiry><Permission>pr</Permission></AccessPolicy></"
      "SignedIdentifier>"
      "<SignedIdentifier><Id>b</Id><AccessPolicy /></SignedIdentifier></SignedIdentifiers>";
  CHECK(server.send("PUT", "/orders?comp=acl", {}, sent).status == 204);
  CHECK(
      server.send("GET", "/orders?comp=acl").body ==
      std::string(declaration) +
          "<SignedIdentifiers><SignedIdentifier><Id>a</"
          "Id><AccessPolicy><Start>2011-10-11T00:00:00.0000000Z</Start>"
          "<Expiry>2011-10-12T00:02:03.0000000Z</Expiry><Permission>pr</Permission></AccessPolicy>"
          "</SignedIdentifier><SignedIdentifier><Id>b</Id></SignedIdentifier></SignedIdentifiers>");
  CHECK(server.send("PUT", "/orders?comp=acl").status == 204);
  CHECK(server.send("GET", "/orders?comp=acl").elements("Id").empty());
}

TEST_CASE("times of access policies have seven fraction digits or none") {
  TestServer server;
  server.create("orders");
  const auto set = [&server](const std::string& expiry) {
    return server.send("PUT", "/orders?comp=acl", {},
                       "<SignedIdentifiers><SignedIdentifier><Id>a</Id><AccessPolicy><Expiry>" +
                           expiry +
                           "</Expiry></AccessPolicy></SignedIdentifier></SignedIdentifiers>");
  };
  CHECK(set("2026-06-01T12:00:00.1234567Z").status == 204);
  CHECK(set("2026-06-01T12:00:00Z").status == 204);
  // Java's client writes three or nine digits, Rust's once wrote six: Azure refuses them all.
  for (const std::string fraction : {"1", "123", "123456", "12345678", "123456789"}) {
    CAPTURE(fraction);
    const Answer answer = set("2026-06-01T12:00:00." + fraction + "Z");
    CHECK(answer.status == 400);
    CHECK(answer["x-ms-error-code"] == "InvalidXmlDocument");
  }
}

TEST_CASE("Set Queue Service Properties leaves alone what it does not name") {
  TestServer server;
  const std::string target = "/?restype=service&comp=properties";
  const std::string logging =
      "<StorageServiceProperties><Logging><Version>1.0</Version><Delete>true</Delete><Read>True</"
      "Read><Write>false</Write>"
      "<RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy></Logging></"
      "StorageServiceProperties>";
  CHECK(server.send("PUT", target, {}, logging).status == 202);
  CHECK(
      server
          .send("PUT", target, {}, "<StorageServiceProperties><Cors /></StorageServiceProperties>")
          .status == 202);
  const Answer answer = server.send("GET", target);
  CHECK(children(answer, "StorageServiceProperties") ==
        Names{"Logging", "HourMetrics", "MinuteMetrics", "Cors"});
  CHECK(children(answer, "Logging") ==
        Names{"Version", "Read", "Write", "Delete", "RetentionPolicy"});
  CHECK(answer.element("Days") == "7");
  server.version = "2012-02-12";
  CHECK(children(server.send("GET", target), "StorageServiceProperties") ==
        Names{"Logging", "Metrics"});
}

TEST_CASE("statistics are told at the secondary location") {
  TestServer server;
  const Answer answer = server.send("GET", "-secondary/?restype=service&comp=stats");
  CHECK(answer.status == 200);
  CHECK(answer.element("Status") == "live");
  CHECK(answer.element("LastSyncTime") == "Mon, 01 Jun 2026 12:00:00 GMT");
}

TEST_CASE("a queue's name may be messages") {
  TestServer server;
  server.create("messages");
  CHECK(server.put("messages", "x").status == 201);
  CHECK(server.peek("messages").element("MessageText") == "x");
}

TEST_SUITE_END();

}  // namespace quprite::test
