#include "server/service_properties.h"

#include <doctest/doctest.h>

#include <string>

#include "server/versions.h"
#include "server/wire/dates.h"
#include "server/wire/service_xml.h"

using namespace quprite;
using namespace quprite::server;

namespace {

const std::string declaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
const std::string off = "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy>";
const std::string on = "<RetentionPolicy><Enabled>true</Enabled><Days>1</Days></RetentionPolicy>";
const std::string defaults =
    declaration +
    "<StorageServiceProperties><Logging><Version>1.0</Version><Read>false</Read><Write>false</"
    "Write>"
    "<Delete>false</Delete>" +
    off + "</Logging><HourMetrics><Version>1.0</Version><Enabled>false</Enabled>" + off +
    "</HourMetrics><MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>" + off +
    "</MinuteMetrics><Cors /></StorageServiceProperties>";

std::string root(const std::string& children) {
  return "<StorageServiceProperties>" + children + "</StorageServiceProperties>";
}

std::string logging(const std::string& retention) {
  return root(
      "<Logging><Version>1.0</Version><Delete>true</Delete><Read>false</Read><Write>True</Write>" +
      retention + "</Logging>");
}

struct Rule {
  std::string origins = "<AllowedOrigins>http://a.test</AllowedOrigins>";
  std::string methods = "<AllowedMethods>GET</AllowedMethods>";
  std::string headers = "<AllowedHeaders /><ExposedHeaders></ExposedHeaders>";
  std::string max_age = "<MaxAgeInSeconds>5</MaxAgeInSeconds>";

  [[nodiscard]] std::string xml() const {
    return "<CorsRule>" + origins + methods + headers + max_age + "</CorsRule>";
  }
};

std::string cors(const std::string& rules) {
  return root("<Cors>" + rules + "</Cors>");
}

ServiceProperties read(const std::string& body, const ServiceProperties& old = {}) {
  CAPTURE(body);
  auto properties = read_service_properties(body, old);
  REQUIRE(properties.has_value());
  return *std::move(properties);
}

Error refused(const std::string& body) {
  CAPTURE(body);
  auto properties = read_service_properties(body, {});
  REQUIRE_FALSE(properties.has_value());
  return std::move(properties).error();
}

std::string many(int count, const std::string& item) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + item + std::to_string(i);
  return list;
}

}  // namespace

TEST_CASE("a new account has everything switched off") {
  CHECK(write_service_properties({}, newest_version()) == defaults);
}

TEST_CASE("service properties come back as recorded") {
  const std::string metrics =
      "<Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs>" + on;
  const std::string rule_rest = "<MaxAgeInSeconds>500</MaxAgeInSeconds></CorsRule>";
  const std::string rule =
      "<CorsRule><AllowedMethods>GET,PUT</AllowedMethods><AllowedOrigins>www.ab.com,www.bc.com</"
      "AllowedOrigins>";
  const std::string sent =
      declaration + root(
                        "<Logging><Version>1.0</Version><Delete>true</Delete><Read>true</"
                        "Read><Write>true</Write>" +
                        on + "</Logging><HourMetrics>" + metrics + "</HourMetrics><MinuteMetrics>" +
                        metrics + "</MinuteMetrics><Cors>" + rule +
                        "<AllowedHeaders>x-ms-meta-data*,x-ms-meta-target*,x-ms-meta-xyz,x-ms-meta-"
                        "foo</AllowedHeaders>"
                        "<ExposedHeaders>x-ms-meta-data*,x-ms-meta-source*,x-ms-meta-abc,x-ms-meta-"
                        "bcd</ExposedHeaders>" +
                        rule_rest + "</Cors>");
  const std::string answered =
      declaration + root(
                        "<Logging><Version>1.0</Version><Read>true</Read><Write>true</"
                        "Write><Delete>true</Delete>" +
                        on + "</Logging><HourMetrics>" + metrics + "</HourMetrics><MinuteMetrics>" +
                        metrics + "</MinuteMetrics><Cors>" + rule +
                        "<AllowedHeaders>x-ms-meta-xyz,x-ms-meta-foo,x-ms-meta-data*,x-ms-meta-"
                        "target*</AllowedHeaders>"
                        "<ExposedHeaders>x-ms-meta-abc,x-ms-meta-bcd,x-ms-meta-data*,x-ms-meta-"
                        "source*</ExposedHeaders>" +
                        rule_rest + "</Cors>");
  const ServiceProperties properties = read(sent);
  CHECK(write_service_properties(properties, newest_version()) == answered);
  CHECK(write_service_properties(load_service_properties(save_service_properties(properties)),
                                 newest_version()) == answered);
}

TEST_CASE("what a request leaves out keeps its value, and an empty Cors removes the rules") {
  const ServiceProperties first = read(cors(Rule{}.xml()), read(logging(on)));
  REQUIRE(first.cors.size() == 1);
  CHECK(first.logging.remove);
  CHECK(first.logging.write);
  CHECK_FALSE(first.logging.read);
  CHECK(first.logging.retention.days == 1);
  const ServiceProperties second = read(root("<Cors/>"), first);
  CHECK(second.cors.empty());
  CHECK(second.logging.remove);
  CHECK(read("<StorageServiceProperties/>", first).cors.size() == 1);
}

TEST_CASE("before 2013-08-15 there is one Metrics and no Cors") {
  ServiceProperties properties = read(cors(Rule{}.xml()));
  properties.hour_metrics.enabled = true;
  CHECK(write_service_properties(properties, ApiVersion{20120212}) ==
        declaration + root("<Logging><Version>1.0</Version><Read>false</Read><Write>false</"
                           "Write><Delete>false</Delete>" +
                           off +
                           "</Logging><Metrics><Version>1.0</Version><Enabled>true</Enabled>"
                           "<IncludeAPIs>false</IncludeAPIs>" +
                           off + "</Metrics>"));
  CHECK(read(root("<Metrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</"
                  "IncludeAPIs>" +
                  off + "</Metrics>"))
            .hour_metrics.include_apis);
}

TEST_CASE("retention is 1 to 365 days") {
  const auto days = [](const std::string& count) {
    return logging("<RetentionPolicy><Enabled>true</Enabled><Days>" + count +
                   "</Days></RetentionPolicy>");
  };
  CHECK(read(days("365")).logging.retention.days == 365);
  for (const char* count : {"0", "366", "-1"}) {
    const Error error = refused(days(count));
    CHECK(error.code == ErrorCode::InvalidXmlDocument);
    CHECK(error.details.back().second ==
          "Retention days must be greater than 0 and less than or equal to 365 days.");
  }
  for (const char* count : {"", "x", "1.5", "99999999999"}) {
    CHECK(refused(days(count)).code == ErrorCode::InvalidXmlNodeValue);
  }
}

TEST_CASE("an element that is missing is named") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {logging(""), "RetentionPolicy"},
      {logging("<RetentionPolicy/>"), "Enabled"},
      {logging("<RetentionPolicy><Enabled>true</Enabled></RetentionPolicy>"), "Days"},
      {root("<Logging/>"), "Version"},
      {root("<HourMetrics><Version>1.0</Version><Enabled>true</Enabled>" + off + "</HourMetrics>"),
       "IncludeAPIs"},
      {cors(Rule{.origins = ""}.xml()), "AllowedOrigins"},
      {cors(Rule{.methods = ""}.xml()), "AllowedMethods"},
      {cors(Rule{.max_age = ""}.xml()), "MaxAgeInSeconds"}};
  for (const auto& [body, name] : cases) {
    const Error error = refused(body);
    CHECK(error.code == ErrorCode::MissingRequiredXmlNode);
    REQUIRE(error.details.size() == 1);
    CHECK(error.details[0].second == name);
  }
  CHECK(read(cors(Rule{.headers = ""}.xml())).cors.size() == 1);
}

TEST_CASE("a value that is not acceptable is named") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {root("<Logging><Version>3.0</Version></Logging>"), "Version"},
      {root("<Logging><Version>1.0</Version><Read>maybe</Read></Logging>"), "Read"},
      {cors(Rule{.methods = "<AllowedMethods>GET,FETCH</AllowedMethods>"}.xml()), "AllowedMethods"},
      {cors(Rule{.methods = "<AllowedMethods>get</AllowedMethods>"}.xml()), "AllowedMethods"},
      {cors(Rule{.methods = "<AllowedMethods/>"}.xml()), "AllowedMethods"},
      {cors(Rule{.methods = "<AllowedMethods>,</AllowedMethods>"}.xml()), "AllowedMethods"},
      {cors(Rule{.origins = "<AllowedOrigins/>"}.xml()), "AllowedOrigins"},
      {cors(Rule{.origins = "<AllowedOrigins> , </AllowedOrigins>"}.xml()), "AllowedOrigins"},
      {cors(Rule{.origins = "<AllowedOrigins>" + many(65, "a") + "</AllowedOrigins>"}.xml()),
       "AllowedOrigins"},
      {cors(
           Rule{.origins = "<AllowedOrigins>" + std::string(257, 'a') + "</AllowedOrigins>"}.xml()),
       "AllowedOrigins"},
      {cors(Rule{.headers = "<AllowedHeaders>a*,b*,c*</AllowedHeaders>"}.xml()), "AllowedHeaders"},
      {cors(Rule{.headers = "<ExposedHeaders>" + many(65, "a") + "</ExposedHeaders>"}.xml()),
       "ExposedHeaders"},
      {cors(Rule{.max_age = "<MaxAgeInSeconds>-1</MaxAgeInSeconds>"}.xml()), "MaxAgeInSeconds"},
      {cors(Rule{.max_age = "<MaxAgeInSeconds>soon</MaxAgeInSeconds>"}.xml()), "MaxAgeInSeconds"}};
  for (const auto& [body, name] : cases) {
    const Error error = refused(body);
    CHECK(error.code == ErrorCode::InvalidXmlNodeValue);
    REQUIRE(error.details.size() == 3);
    CHECK(error.details[0].second == name);
  }
}

TEST_CASE("rules cannot smuggle lines into the headers of answers") {
  for (const char* bad : {"a&#13;&#10;Set-Cookie: b", "a&#10;b", "a\tb", "a b", "\xE5\x95\x8A"}) {
    const std::string value = bad;
    CHECK(refused(cors(Rule{.origins = "<AllowedOrigins>" + value + "</AllowedOrigins>"}.xml()))
              .code == ErrorCode::InvalidXmlNodeValue);
    CHECK(refused(cors(Rule{.headers = "<AllowedHeaders>" + value + "</AllowedHeaders>"}.xml()))
              .code == ErrorCode::InvalidXmlNodeValue);
    CHECK(refused(cors(Rule{.headers = "<ExposedHeaders>" + value + "</ExposedHeaders>"}.xml()))
              .code == ErrorCode::InvalidXmlNodeValue);
  }
}

TEST_CASE("lists may have blanks around their commas") {
  const ServiceProperties properties = read(
      cors(Rule{.origins = "<AllowedOrigins> http://a.test ,\n http://b.test,</AllowedOrigins>",
                .methods = "<AllowedMethods>GET, PUT</AllowedMethods>"}
               .xml()));
  CHECK(properties.cors[0].allowed_origins == "http://a.test,http://b.test");
  CHECK(properties.cors[0].allowed_methods == "GET,PUT");
}

TEST_CASE("more than five rules, or 2 KiB of them, are refused without a place") {
  std::string five;
  for (int i = 0; i < 5; ++i) five += Rule{}.xml();
  CHECK(read(cors(five)).cors.size() == 5);
  const std::string big =
      Rule{.origins =
               "<AllowedOrigins>" + many(60, "http://a.example.test/some/") + "</AllowedOrigins>"}
          .xml();
  CHECK(read(cors(big)).cors.size() == 1);
  for (const std::string& rules : {five + Rule{}.xml(), big + big}) {
    const Error error = refused(cors(rules));
    CHECK(error.code == ErrorCode::InvalidXmlDocument);
    CHECK(error.details[0].second == "0");
    CHECK(error.details[1].second == "0");
    CHECK(error.details[2].second == "");
  }
}

TEST_CASE("what is no StorageServiceProperties is refused") {
  for (const char* body :
       {"", "<Cors/>", "<StorageServiceProperties>", "<StorageServiceProperties/><x/>"}) {
    CHECK(refused(body).code == ErrorCode::InvalidXmlDocument);
  }
}

TEST_CASE("service stats are as recorded") {
  CHECK(write_service_stats(parse_rfc1123("Wed, 11 Sep 2019 02:18:48 GMT").value()) ==
        declaration +
            "<StorageServiceStats><GeoReplication><Status>live</Status><LastSyncTime>Wed, 11 Sep "
            "2019 "
            "02:18:48 GMT</LastSyncTime></GeoReplication></StorageServiceStats>");
}

TEST_CASE("a user delegation key is asked for and answered") {
  const auto info = read_key_info(
      "<KeyInfo><Start>2026-01-01T00:00:00Z</Start><Expiry>2026-01-07T00:00:00Z</Expiry></"
      "KeyInfo>");
  REQUIRE(info.has_value());
  CHECK(info->start == "2026-01-01T00:00:00Z");
  CHECK(info->expiry == "2026-01-07T00:00:00Z");
  CHECK(info->delegated_tenant_id.empty());
  CHECK_FALSE(read_key_info("<KeyInfo/>").has_value());
  CHECK_FALSE(read_key_info("<Key><Expiry>2026-01-07T00:00:00Z</Expiry></Key>").has_value());

  DelegationKeyFields key{.object_id = "o",
                          .tenant_id = "t",
                          .start = "2026-01-01T00:00:00Z",
                          .expiry = "2026-01-07T00:00:00Z",
                          .service = "q",
                          .version = "2026-02-06",
                          .delegated_tenant_id = "",
                          .value = "BASE64"};
  const std::string before = declaration +
                             "<UserDelegationKey><SignedOid>o</SignedOid><SignedTid>t</"
                             "SignedTid><SignedStart>2026-01-01T00:00:00Z"
                             "</SignedStart><SignedExpiry>2026-01-07T00:00:00Z</"
                             "SignedExpiry><SignedService>q</SignedService>"
                             "<SignedVersion>2026-02-06</SignedVersion>";
  CHECK(write_delegation_key(key) == before + "<Value>BASE64</Value></UserDelegationKey>");
  key.delegated_tenant_id = "u";
  CHECK(write_delegation_key(key) ==
        before +
            "<SignedDelegatedUserTid>u</SignedDelegatedUserTid><Value>BASE64</Value></"
            "UserDelegationKey>");
}
