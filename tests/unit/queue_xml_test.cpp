#include "server/wire/queue_xml.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "server/wire/dates.h"
#include "server/wire/xml_check.h"

using namespace quprite;
using namespace quprite::server;

namespace {

const std::string declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
const std::string endpoint = "https://storagename.queue.core.windows.net/";
const std::string root = declaration + "<EnumerationResults ServiceEndpoint=\"" + endpoint + "\">";

ListQuery query() {
  return {.service_endpoint = endpoint,
          .account = "storagename",
          .prefix = std::nullopt,
          .marker = std::nullopt,
          .max_results = std::nullopt};
}

std::string identifiers(const std::string& children) {
  return "<SignedIdentifiers>" + children + "</SignedIdentifiers>";
}

std::string identifier(const std::string& id, const std::string& policy = "") {
  return "<SignedIdentifier><Id>" + id + "</Id><AccessPolicy>" + policy +
         "</AccessPolicy></SignedIdentifier>";
}

void check_rule_error(const std::string& body) {
  CAPTURE(body);
  const auto policies = read_signed_identifiers(body);
  REQUIRE_FALSE(policies.has_value());
  CHECK(policies.error().code == ErrorCode::InvalidXmlDocument);
  const auto& details = policies.error().details;
  REQUIRE(details.size() == 3);
  CHECK(details[0] == std::pair<std::string_view, std::string>{"LineNumber", "0"});
  CHECK(details[1] == std::pair<std::string_view, std::string>{"LinePosition", "0"});
  CHECK(details[2] == std::pair<std::string_view, std::string>{"Reason", ""});
}

}  // namespace

TEST_CASE("List Queues repeats what it was asked for, and no more") {
  CHECK(write_queue_list(query(), {}, newest_version()) ==
        root + "<Queues /><NextMarker /></EnumerationResults>");
  ListQuery all = query();
  all.prefix = "queue1686";
  all.marker = "/storagename/queue1686x2";
  all.max_results = "1";
  all.with_metadata = true;
  CHECK(write_queue_list(all, {.queues = {{"queue1686x2", {{"key", "val"}}}}}, newest_version()) ==
        root +
            "<Prefix>queue1686</Prefix><Marker>/storagename/queue1686x2</Marker><MaxResults>1</"
            "MaxResults>"
            "<Queues><Queue><Name>queue1686x2</Name><Metadata><key>val</key></Metadata></Queue></"
            "Queues>"
            "<NextMarker /></EnumerationResults>");
}

TEST_CASE("List Queues tells metadata only when asked for, and the next page's first queue") {
  const storage::QueuePage page{.queues = {{"a1a"}, {"b1b", {{"Name", "1 < 2"}, {"empty", ""}}}},
                                .next_name = "c1c"};
  CHECK(write_queue_list(query(), page, newest_version()) ==
        root +
            "<Queues><Queue><Name>a1a</Name></Queue><Queue><Name>b1b</Name></Queue></Queues>"
            "<NextMarker>/storagename/c1c</NextMarker></EnumerationResults>");
  ListQuery with_metadata = query();
  with_metadata.with_metadata = true;
  CHECK(write_queue_list(with_metadata, page, newest_version()) ==
        root +
            "<Queues><Queue><Name>a1a</Name><Metadata /></Queue><Queue><Name>b1b</Name><Metadata>"
            "<Name>1 &lt; 2</Name><empty /></Metadata></Queue></Queues>"
            "<NextMarker>/storagename/c1c</NextMarker></EnumerationResults>");
}

TEST_CASE("a metadata name that is none in XML is told as a value") {
  ListQuery with_metadata = query();
  with_metadata.with_metadata = true;
  const auto body = write_queue_list(
      with_metadata, {.queues = {{"a1a", {{"9lives", "x"}, {"a:b", "y"}}}}}, newest_version());
  CHECK(body.find("<Metadata><x-ms-invalid-name>9lives</x-ms-invalid-name><x-ms-invalid-name>a:b"
                  "</x-ms-invalid-name></Metadata>") != std::string::npos);
}

TEST_CASE("before 2013-08-15 List Queues has AccountName and a Url of each queue") {
  CHECK(write_queue_list(query(), {.queues = {{"a1a"}}}, ApiVersion{20120212}) ==
        declaration +
            "<EnumerationResults "
            "AccountName=\"https://storagename.queue.core.windows.net\"><Queues><Queue>"
            "<Name>a1a</Name><Url>" +
            endpoint +
            "a1a</Url></Queue></Queues><NextMarker />"
            "</EnumerationResults>");
}

TEST_CASE("List Queues is XML whatever the client has sent") {
  ListQuery odd = query();
  odd.service_endpoint = "http://a\"b<\x01/";
  odd.prefix = std::string_view("\0\xFF<", 3);
  odd.marker = "/storagename/\x1F";
  odd.with_metadata = true;
  for (const ApiVersion version : {newest_version(), ApiVersion{20120212}}) {
    const auto body =
        write_queue_list(odd, {.queues = {{"a1a", {{"key", "\xEF\xBF\xBE"}}}}}, version);
    CHECK(find_xml_error(body) == std::string_view::npos);
  }
}

TEST_CASE("a marker is one of ours, or refused") {
  CHECK(*read_marker("", "acc") == "");
  CHECK(*read_marker("/acc/q2", "acc") == "q2");
  for (const char* marker : {"garbage", "/acc", "/acc/", "/other/q2", "acc/q2", "//q2"}) {
    CAPTURE(marker);
    const auto read = read_marker(marker, "acc");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::OutOfRangeInput);
  }
}

TEST_CASE("stored access policies come back in one form whatever form was sent") {
  const auto policies = read_signed_identifiers(
      "<?xml version='1.0' encoding='utf-8'?>\n" +
      identifiers(identifier("testid",
                             "<Start>2011-10-11</Start><Expiry>2011-10-12T01:00+01:00</Expiry>"
                             "<Permission>par</Permission>")));
  REQUIRE(policies.has_value());
  CHECK(*policies == std::vector<storage::AccessPolicy>{{.id = "testid",
                                                         .starts_at = parse_iso8601("2011-10-11"),
                                                         .expires_at = parse_iso8601("2011-10-12"),
                                                         .permissions = "par"}});
  CHECK(write_signed_identifiers(*policies) ==
        declaration + identifiers(identifier("testid",
                                             "<Start>2011-10-11T00:00:00.0000000Z</Start>"
                                             "<Expiry>2011-10-12T00:00:00.0000000Z</Expiry>"
                                             "<Permission>par</Permission>")));
}

TEST_CASE("parts of a policy may be missing, and come back missing") {
  const std::string bare = "<SignedIdentifier><Id>empty</Id></SignedIdentifier>";
  for (const std::string& body :
       {identifiers(bare), identifiers(identifier("empty")),
        identifiers("<SignedIdentifier><Id>empty</Id><AccessPolicy /></SignedIdentifier>"),
        identifiers(identifier("empty", "<Start/><Expiry></Expiry><Permission />"))}) {
    CAPTURE(body);
    const auto policies = read_signed_identifiers(body);
    REQUIRE(policies.has_value());
    CHECK(write_signed_identifiers(*policies) == declaration + identifiers(bare));
  }
  const auto partly = read_signed_identifiers(identifiers(
      identifier("p", "<Expiry>2015-01-01T12:10:00.0000000Z</Expiry><Permission>p</Permission>")));
  REQUIRE(partly.has_value());
  CHECK(write_signed_identifiers(*partly) ==
        declaration +
            identifiers(identifier(
                "p", "<Expiry>2015-01-01T12:10:00.0000000Z</Expiry><Permission>p</Permission>")));
}

TEST_CASE("no policies are an empty element") {
  for (const char* body : {"<SignedIdentifiers/>", "<SignedIdentifiers />",
                           "<SignedIdentifiers> </SignedIdentifiers>"}) {
    const auto policies = read_signed_identifiers(body);
    REQUIRE(policies.has_value());
    CHECK(policies->empty());
  }
  CHECK(write_signed_identifiers({}) == declaration + "<SignedIdentifiers />");
}

TEST_CASE("five policies are kept in their order, six refused") {
  std::string children;
  for (const char* id : {"e", "d", "c", "b", "a"}) children += identifier(id);
  const auto five = read_signed_identifiers(identifiers(children));
  REQUIRE(five.has_value());
  REQUIRE(five->size() == 5);
  CHECK(five->front().id == "e");
  check_rule_error(identifiers(children + identifier("f")));
}

TEST_CASE("policies that break a rule are refused without a place") {
  check_rule_error(identifiers(identifier("a", "<Permission>rwdl</Permission>")));  // recorded
  check_rule_error(identifiers(identifier("a", "<Permission>R</Permission>")));
  check_rule_error(identifiers(identifier("a", "<Permission>rw</Permission>")));
  check_rule_error(identifiers(identifier("a", "<Start>tomorrow</Start>")));
  check_rule_error(identifiers(identifier("a", "<Expiry>2026-02-30</Expiry>")));
  check_rule_error(identifiers(identifier("a") + identifier("a")));
}

TEST_CASE("an id has 1 to 64 characters, and its mistake a place") {
  std::string wide;
  for (int i = 0; i < 64; ++i) wide += "\xE5\x95\x8A";
  for (const std::string& id : {std::string(64, 'x'), wide, std::string(" ")}) {
    CHECK(read_signed_identifiers(identifiers(identifier(id))).has_value());
  }
  CHECK(read_signed_identifiers(identifiers(identifier("a") + identifier("A"))).has_value());
  for (const std::string& children :
       {identifier(std::string(65, 'x')), identifier(wide + "x"), identifier(""),
        std::string("<SignedIdentifier><AccessPolicy/></SignedIdentifier>")}) {
    CAPTURE(children);
    const auto policies = read_signed_identifiers("<!-- -->\n" + identifiers(children));
    REQUIRE_FALSE(policies.has_value());
    CHECK(policies.error().code == ErrorCode::InvalidXmlDocument);
    CHECK(policies.error().details[0].second == "2");
    CHECK(policies.error().details[1].second != "0");
    CHECK(policies.error().details[2].second ==
          "Signed identifier ID cannot be empty or over 64 characters in length");
  }
}
