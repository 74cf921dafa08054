#include "server/wire/message_xml.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>

#include "server/wire/dates.h"
#include "server/wire/message_names.h"

using namespace quprite;
using namespace quprite::server;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string body_of(const std::string& text) {
  return "<QueueMessage><MessageText>" + text + "</MessageText></QueueMessage>";
}

server::Result<std::optional<std::string>> read_message(const std::string& body) {
  std::string parsed;
  const auto text = read_queue_message(body, parsed);
  if (!text) return text.error();
  if (!*text) return std::optional<std::string>{};
  return std::optional<std::string>{**text};
}

/// What a MessageText of this XML says.
std::string read(const std::string& text) {
  const auto message = read_message(body_of(text));
  REQUIRE(message.has_value());
  REQUIRE(message->has_value());
  return **message;
}

void check_refused(const std::string& body) {
  CAPTURE(body);
  const auto message = read_message(body);
  REQUIRE_FALSE(message.has_value());
  CHECK(message.error().code == ErrorCode::InvalidXmlDocument);
  REQUIRE(message.error().details.size() == 3);
  CHECK(message.error().details[0].first == "LineNumber");
  CHECK(message.error().details[1].first == "LinePosition");
  CHECK(message.error().details[2].first == "Reason");
}

storage::Message sample() {
  const Time inserted_at = parse_iso8601("2019-09-11T02:18:48.5Z").value();
  return {.id = parse_message_id("ef870709-075e-4883-bc90-e671edf4656c").value(),
          .inserted_at = inserted_at,
          .expires_at = inserted_at + 40s,
          .next_visible_at = inserted_at + 42s,
          .pop_receipt = parse_pop_receipt("AwAAAAMAAAAAAAAAWwRuJ1Dq2AEBAAAA").value().value(),
          .dequeue_count = 3,
          .text = storage::Text("Hello World")};
}

const std::string identity =
    "<QueueMessage><MessageId>ef870709-075e-4883-bc90-e671edf4656c</MessageId>"
    "<InsertionTime>Wed, 11 Sep 2019 02:18:48 GMT</InsertionTime>"
    "<ExpirationTime>Wed, 11 Sep 2019 02:19:28 GMT</ExpirationTime>";
const std::string claim =
    "<PopReceipt>AwAAAAMAAAAAAAAAWwRuJ1Dq2AEBAAAA</PopReceipt>"
    "<TimeNextVisible>Wed, 11 Sep 2019 02:19:30 GMT</TimeNextVisible>";
const std::string count = "<DequeueCount>3</DequeueCount>";
const std::string text = "<MessageText>Hello World</MessageText>";

std::string list_of(const std::string& children) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList>" + children +
         "</QueueMessagesList>";
}

}  // namespace

TEST_CASE("a message is read from what each client sends") {
  for (const std::string& before :
       {""s, "\xEF\xBB\xBF"s, "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>"s,
        "<?xml version='1.0' encoding='utf-8'?>\n"s, "<?xml version=\"1.0\"?>\n"s,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"s,
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>"s}) {
    CAPTURE(before);
    const auto message = read_message(before + body_of("hi there") + "\n");
    REQUIRE(message.has_value());
    CHECK(*message == "hi there");
  }
  const auto spaced = read_message(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?> <QueueMessage>     "
      "<MessageText>message1</MessageText> "
      "</QueueMessage>");
  REQUIRE(spaced.has_value());
  CHECK(*spaced == "message1");
}

TEST_CASE("text comes through as XML says") {
  CHECK(read("") == "");
  CHECK(read(" ") == " ");
  CHECK(read(" \t\n ") == " \t\n ");
  CHECK(read("  a  ") == "  a  ");
  CHECK(read("a\r\nb\rc\nd") == "a\nb\nc\nd");
  CHECK(read("a&#xD;\nb&#13;") == "a\r\nb\r");
  CHECK(read("&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;") == "<>&\"'A\xF0\x9F\x98\x80");
  CHECK(read("&amp;lt;") == "&lt;");
  CHECK(read("<![CDATA[<a>&amp;\r\n]]>") == "<a>&amp;\n");
  CHECK(read("a<![CDATA[b]]>c<![CDATA[]]>") == "abc");
  CHECK(read("]]&gt;") == "]]>");
  CHECK(read("]] >") == "]] >");
  CHECK(read("\xE5\x95\x8A\xF0\x9F\x98\x80") == "\xE5\x95\x8A\xF0\x9F\x98\x80");
}

TEST_CASE("a plain body is read as a parser would read it") {
  // A comment before the root makes a parser read the body; each place that a text may go wrong in
  // is tried at each offset, as sixteen bytes are looked at at a time.
  const std::string comment = "<!-- -->";
  const std::string plain = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
  for (const std::string& piece :
       {"x"s, "\r"s, "\n"s, "\t"s, "\x01"s, "\0"s, "\x7F"s, "<"s, ">"s, "]]>"s, "&"s, "&lt;"s,
        "\xC3\xA9"s, "\xFF"s, "<b/>"s, "</MessageText>"s, "</QueueMessage>"s}) {
    for (std::size_t at = 0; at <= plain.size(); ++at) {
      std::string text = plain;
      text.insert(at, piece);
      CAPTURE(text);
      const auto quick = read_message(body_of(text));
      const auto parsed = read_message(comment + body_of(text));
      REQUIRE(quick.has_value() == parsed.has_value());
      if (quick) CHECK(*quick == *parsed);
    }
  }
}

TEST_CASE("markup in a text that is not escaped loses its tags") {
  CHECK(read("a<b c='d'>e<f/>g</b>h") == "aegh");
  CHECK(read("a<!-- b -->c<?d e?>f") == "acf");
}

TEST_CASE("a MessageText without an end tag of its own is the empty text") {
  const auto message = read_message("<QueueMessage><MessageText/></QueueMessage>");
  REQUIRE(message.has_value());
  CHECK(*message == "");
}

TEST_CASE("without a MessageText there is no text") {
  for (const char* body : {"<QueueMessage/>", "<QueueMessage>text</QueueMessage>",
                           "<QueueMessage><messagetext>a</messagetext></QueueMessage>"}) {
    const auto message = read_message(body);
    REQUIRE(message.has_value());
    CHECK_FALSE(message->has_value());
  }
  CHECK(missing_message_text().code == ErrorCode::InvalidXmlDocument);
}

TEST_CASE("elements that nobody knows are passed over") {
  const auto message = read_message(
      "<QueueMessage "
      "a='b'><Other><MessageText>no</MessageText></Other><MessageText>yes</MessageText></"
      "QueueMessage>");
  REQUIRE(message.has_value());
  CHECK(*message == "yes");
}

TEST_CASE("what is no QueueMessage is refused") {
  for (const std::string& body :
       {""s, " "s, "hello"s, "<Message/>"s, "<queueMessage/>"s, "<QueueMessage>"s,
        body_of("a") + "x", body_of("a") + body_of("b"), body_of("&nbsp;"), body_of("\x01"),
        body_of("&#x1;"), body_of("\xFF"), body_of("\xEF\xBF\xBE"), body_of("]]>"), body_of("<b>"),
        body_of("a & b"), body_of("\0"s), "<!DOCTYPE QueueMessage>" + body_of("a"),
        "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;'>]>" + body_of("&c;")}) {
    check_refused(body);
  }
}

TEST_CASE("a control character is refused at its place, as recorded") {
  const auto message = read_message("<?xml version='1.0' encoding='utf-8'?>\n" + body_of("\x01"));
  REQUIRE_FALSE(message.has_value());
  const auto& details = message.error().details;
  CHECK(details[0].second == "2");
  CHECK(details[1].second == "28");
  CHECK(details[2].second == "Error parsing Xml content");
}

TEST_CASE("Put Message's answer is as recorded") {
  CHECK(write_put_message(sample()) == list_of(identity + claim + "</QueueMessage>"));
}

TEST_CASE("the place of DequeueCount changes with version 2016-05-31") {
  CHECK(write_got_messages({}, {sample()}, ApiVersion{20160531}) ==
        list_of(identity + claim + count + text + "</QueueMessage>"));
  CHECK(write_got_messages({}, {sample()}, ApiVersion{20150708}) ==
        list_of(identity + count + claim + text + "</QueueMessage>"));
}

TEST_CASE("Peek Messages tells no pop receipt") {
  const std::string one = identity + count + text + "</QueueMessage>";
  CHECK(write_peeked_messages({}, {sample(), sample()}) == list_of(one + one));
}

TEST_CASE("an empty list and an empty text are empty elements") {
  const std::string empty = "<?xml version=\"1.0\" encoding=\"utf-8\"?><QueueMessagesList />";
  CHECK(write_got_messages({}, {}, newest_version()) == empty);
  CHECK(write_peeked_messages({}, {}) == empty);
  storage::Message message = sample();
  message.text = {};
  CHECK(write_peeked_messages({}, {message}) ==
        list_of(identity + count + "<MessageText /></QueueMessage>"));
}

TEST_CASE("any text that was put comes back the same from what is written") {
  const std::string piece = "<a b=\"c\">&amp;\r\n\t]]>'\xF0\x9F\x98\x80 ";
  std::string long_text;
  for (std::size_t i = 0; i < 40; ++i) long_text += std::string(i, 'x') + piece;
  for (const std::string& each :
       {piece, long_text, " "s, "\r"s, "\n"s, "&"s, std::string(16, '<')}) {
    storage::Message message = sample();
    message.text = storage::Text(each);
    const std::string list = write_peeked_messages({}, {message});
    const std::size_t begin = list.find("<MessageText>");
    const std::size_t end = list.find("</QueueMessage>");
    REQUIRE(begin != std::string::npos);
    const auto read_back =
        read_message("<QueueMessage>" + list.substr(begin, end - begin) + "</QueueMessage>");
    REQUIRE(read_back.has_value());
    CHECK(*read_back == each);
  }
}
