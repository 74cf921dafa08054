#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "server/wire/dates.h"
#include "server/wire/error_xml.h"
#include "server/wire/xml_check.h"

using namespace quprite;
using namespace quprite::server;
using namespace std::string_literals;

namespace {

constexpr std::size_t none = std::string_view::npos;

/// The mistake is where `|` stands, which is not part of the document.
void check_mistake(std::string document) {
  CAPTURE(document);
  const std::size_t place = document.find('|');
  REQUIRE(place != std::string::npos);
  document.erase(place, 1);
  CHECK(find_xml_error(document) == place);
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "<a>";
  for (std::size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

std::string error_body(const Error& error) {
  std::string out;
  append_error_body(out, error, "5deb2fdb-2003-0048-1447-685461000000",
                    parse_iso8601("2019-09-11T02:18:33.0772397Z").value());
  return out;
}

}  // namespace

TEST_CASE("documents that clients send are well-formed") {
  for (const std::string& document :
       {"<a/>"s, "<a></a >"s, " \r\n<a/>\t\n"s, "\xEF\xBB\xBF<a/>"s,
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><a />"s,
        "<?xml version='1.0' encoding='utf-8'?>\n<a/>"s, "<?xml version=\"1.0\"?>\n<a/>\n"s,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a/>"s,
        "<?xml version=\"1.0\" encoding=\"utf-16\"?><a/>"s, "<a b='&quot;' c = \"'\"/>"s,
        "<a>&lt;&gt;&amp;&quot;&apos;&#9;&#x10FFFF;&#0000000065;</a>"s,
        "<a><![CDATA[<&]] ]]>]] ></a>"s, "<!-- - --><a><?pi ?><!----></a><?pi?>"s,
        "<a>\t\n\r \x7F</a>"s, "<a>\xF0\x9F\x98\x80\xED\x9F\xBF\xEF\xBF\xBD</a>"s,
        "<\xC3\xA9t\xC3\xA9 _:.-9='x'/>"s}) {
    CAPTURE(document);
    CHECK(find_xml_error(document) == none);
  }
}

TEST_CASE("what XML forbids is found at its place") {
  for (const char* document : {"|", " |", "|x<a/>", "<a>|", "<a>x|", "<a/>|x", "<a/><|b/>",
                               "<a><b></|a></b>", "</|a>", "<a|", "<a b|>", "<a b='1' |b='2'/>",
                               "<a b='1'|c='2'/>", "<a b='|<'/>", "<a b='x|", "<a b=|x/>"}) {
    check_mistake(document);
  }
  check_mistake("<a>&|foo;</a>");
  check_mistake("<a>|]]></a>");
  check_mistake("<a>&| x;</a>");
  check_mistake("<a>&|amp</a>");
  check_mistake("<a>&#|0;</a>");
  check_mistake("<a>&#x|D800;</a>");
  check_mistake("<a>&#x|FFFE;</a>");
  check_mistake("<a>&#|99999999999999999999;</a>");
  check_mistake("<a>&#6|a;</a>");
  check_mistake("<a>&#|;</a>");
  check_mistake("<a><!-- |-- --></a>");
  check_mistake("<a><?|xml version='1.0'?></a>");
  check_mistake(" <?|xml version='1.0'?><a/>");
  check_mistake("<?xml version='|1.1'?><a/>");
  check_mistake("<?xml |encoding='utf-8'?><a/>");
  check_mistake("<?xml version='1.0' standalone='|maybe'?><a/>");
  check_mistake("<|!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>");
  check_mistake("<a><|![CDATA ]]></a>");
  check_mistake("<|![CDATA[x]]><a/>");
  check_mistake("<a><![CDATA[x]]|");
}

TEST_CASE("characters that XML forbids are found wherever they stand") {
  for (const std::string& character :
       {"\x01"s, "\x0B"s, "\x1F"s, "\0"s, "\xEF\xBF\xBE"s, "\xEF\xBF\xBF"s, "\xED\xA0\x80"s,
        "\xC0\x80"s, "\xC1\x81"s, "\xE0\x81\x81"s, "\xF0\x80\x81\x81"s, "\xE0\x80\x80"s,
        "\xF4\x90\x80\x80"s, "\xFF"s, "\x80"s, "\xE5\x95"s}) {
    CAPTURE(character);
    const std::string text = std::string(1'000, 'x');
    for (const auto& around : {std::pair<std::string, std::string>{"<a>", "</a>"},
                               {"<a>" + text, "</a>"},
                               {"<a><![CDATA[", "]]></a>"},
                               {"<a b='", "'/>"},
                               {"<!--", "--><a/>"},
                               {"<?pi ", "?><a/>"}}) {
      CAPTURE(around.first);
      std::string document = around.first;
      document.append(character).append(around.second);
      CHECK(find_xml_error(document) == around.first.size());
    }
  }
}

TEST_CASE("a mistake is found at every offset in a block of text") {
  for (std::size_t i = 0; i < 40; ++i) {
    std::string text(40, 'x');
    text[i] = '\x01';
    CHECK(find_xml_error("<a>" + text + "</a>") == 3 + i);
  }
}

TEST_CASE("elements stand 32 deep at most") {
  CHECK(find_xml_error(nested(max_xml_depth)) == none);
  CHECK(find_xml_error(nested(max_xml_depth + 1)) == 3 * max_xml_depth + 1);
  CHECK(find_xml_error(nested(200'000)) == 3 * max_xml_depth + 1);
}

TEST_CASE("100,000 attributes are looked at in time that nobody notices") {
  std::string document = "<a";
  for (int i = 0; i < 100'000; ++i) document += " a" + std::to_string(i) + "=''";
  CHECK(find_xml_error(document + "/>") == none);
  CHECK(find_xml_error(document + " a7=''/>") == document.size() + 1);
}

TEST_CASE("places count lines and UTF-16 code units from 1") {
  CHECK(xml_position("<a/>", 0) == XmlPosition{1, 1});
  CHECK(xml_position("\xEF\xBB\xBF<a/>", 3) == XmlPosition{1, 1});
  CHECK(xml_position("a\nb\r\nc\rd", 8) == XmlPosition{4, 2});
  CHECK(xml_position("\r\n\r\nx", 4) == XmlPosition{3, 1});
  CHECK(xml_position("\xC3\xA9\xE5\x95\x8A\xF0\x9F\x98\x80x", 9) == XmlPosition{1, 5});
}

TEST_CASE("the control character of the recordings is at line 2, position 28") {
  const std::string body =
      "<?xml version='1.0' "
      "encoding='utf-8'?>\n<QueueMessage><MessageText>\x01</MessageText></QueueMessage>";
  CHECK(xml_position(body, find_xml_error(body)) == XmlPosition{2, 28});
}

TEST_CASE("an error's body is as recorded") {
  CHECK(
      error_body({ErrorCode::InvalidQueryParameterValue,
                  {{"QueryParameterName", "popreceipt"},
                   {"QueryParameterValue", "invalid"},
                   {"Reason", "Invalid pop receipt format"}}}) ==
      "<?xml version=\"1.0\" "
      "encoding=\"utf-8\"?><Error><Code>InvalidQueryParameterValue</Code><Message>Value "
      "for one of the query parameters specified in the request URI is invalid.\n"
      "RequestId:5deb2fdb-2003-0048-1447-685461000000\nTime:2019-09-11T02:18:33.0772397Z</Message>"
      "<QueryParameterName>popreceipt</QueryParameterName><QueryParameterValue>invalid</"
      "QueryParameterValue>"
      "<Reason>Invalid pop receipt format</Reason></Error>");
}

TEST_CASE("an error's detail without a value is an empty element") {
  const std::string body =
      error_body({ErrorCode::InvalidXmlDocument, {{"LineNumber", "0"}, {"Reason", ""}}});
  CHECK(body.ends_with("</Message><LineNumber>0</LineNumber><Reason /></Error>"));
}

TEST_CASE("an error's body is XML whatever the client has sent") {
  const std::string sent = "\0\x01<&>\r\n\t\xFF\xC3(\xEF\xBF\xBE\xED\xA0\x80\xF0\x9F\x98\x80"s;
  Error error{ErrorCode::InvalidHeaderValue, {{"HeaderValue", sent}}};
  error.message = sent;
  const std::string body = error_body(error);
  CHECK(find_xml_error(body) == none);
  const std::string r = "\xEF\xBF\xBD";
  CHECK(body.find("<HeaderValue>" + r + r + "&lt;&amp;&gt;&#xD;\n\t" + r + r + "(" + r + r + r + r +
                  "\xF0\x9F\x98\x80</HeaderValue>") != std::string::npos);
}
