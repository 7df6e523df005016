// Header fields, lengths and chunks by which requests could be smuggled: what is sent on, what is refused. `|` is
// CRLF; see wire_cases.hpp.
#include "services/api_gateway/message/wire_cases.hpp"

namespace valion::gateway {
namespace {

using cases::Case;
using namespace std::string_literals;

// A POST with these fields, and what follows the head.
std::string post(const std::string& fields, const std::string& body) {
  return "POST / HTTP/1.1|Host: a|" + fields + "||" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked", body); }

const std::string kSmuggled = "GET /admin HTTP/1.1|Host: a||";

const std::vector<Case> kFieldLines{
    {"value with blanks around it", "GET / HTTP/1.1|Host: a|X: \t b c \t||", "GET / HTTP/1.1|Host: a|X: b c||"},
    {"value that is empty", "GET / HTTP/1.1|Host: a|X:||", "GET / HTTP/1.1|Host: a|X: ||"},
    {"value with obs-text", "GET / HTTP/1.1|Host: a|X: \xE9||", "GET / HTTP/1.1|Host: a|X: \xE9||"},
    {"equal names keep their order", "GET / HTTP/1.1|Host: a|X: 1|Y: 2|x: 3||",
     "GET / HTTP/1.1|Host: a|X: 1|Y: 2|x: 3||"},
    {"blank before the colon", post("Content-Length : 4", "abcd"), "[400]"},
    {"tab before the colon", post("Content-Length\t: 4", "abcd"), "[400]"},
    {"blank within a name", post("Content Length: 4", "abcd"), "[400]"},
    {"folded line", "GET / HTTP/1.1|Host: a|X: b| c||", "[400]"},
    {"folded line with a tab", post("Transfer-Encoding:|\tchunked", "0||"), "[400]"},
    {"first line folded", "GET / HTTP/1.1| Host: a||", "[400]"},
    {"line of blanks alone", "GET / HTTP/1.1|Host: a| |X: 1||", "[400]"},
    {"line without a colon", "GET / HTTP/1.1|Host: a|Evil||", "[400]"},
    {"line without a name", "GET / HTTP/1.1|Host: a|: b||", "[400]"},
    {"name with a parenthesis", "GET / HTTP/1.1|Host: a|X(): b||", "[400]"},
    {"name with obs-text", "GET / HTTP/1.1|Host: a|X\xE9: b||", "[400]"},
    {"name with a NUL", "GET / HTTP/1.1|Host: a|X\0: b||"s, "[400]"},
    {"value with a NUL", "GET / HTTP/1.1|Host: a|X: a\0b||"s, "[400]"},
    {"value with a vertical tab",
     post("Transfer-Encoding: \x0B"
          "chunked",
          "0||"),
     "[400]"},
    {"value with a form feed", post("Transfer-Encoding: chunked\x0C", "0||"), "[400]"},
    {"value with an escape character", "GET / HTTP/1.1|Host: a|X: \x1B[2J||", "[400]"},
    {"value with DEL", "GET / HTTP/1.1|Host: a|X: \x7F||", "[400]"},
    {"bare line feed after a field", "GET / HTTP/1.1|Host: a\nX: b||", "[400]"},
    {"bare carriage return within a value", "GET / HTTP/1.1|Host: a|X: b\rTransfer-Encoding: chunked||", "[400]"},
    {"bare line feed as the empty line", "GET / HTTP/1.1|Host: a|\n", "[400]"},
    {"bare carriage return as the empty line", "GET / HTTP/1.1|Host: a|\rX", "[400]"},
    {"two line feeds end no head", "GET / HTTP/1.1\nHost: a\n\n", "[400]"},
    {"head that has not ended", "GET / HTTP/1.1|Host: a|", "[waits]"},
};

const std::vector<Case> kLengths{
    {"length", post("Content-Length: 4", "abcd"), "POST / HTTP/1.1|Host: a|Content-Length: 4||abcd"},
    {"length 0", post("Content-Length: 0", ""), "POST / HTTP/1.1|Host: a|Content-Length: 0||"},
    {"length with leading zeros", post("Content-Length: 0004", "abcd"),
     "POST / HTTP/1.1|Host: a|Content-Length: 4||abcd"},
    {"body not all there", post("Content-Length: 5", "abcd"), "POST / HTTP/1.1|Host: a|Content-Length: 5||abcd[waits]"},
    {"two lengths", post("Content-Length: 4|Content-Length: 5", "abcde"), "[400]"},
    {"two equal lengths", post("Content-Length: 4|Content-Length: 4", "abcd"), "[400]"},
    {"two lengths in other cases", post("content-length: 4|CONTENT-LENGTH: 0", "abcd"), "[400]"},
    {"list of equal lengths", post("Content-Length: 4, 4", "abcd"), "[400]"},
    {"length with a plus", post("Content-Length: +4", "abcd"), "[400]"},
    {"length with a minus", post("Content-Length: -4", "abcd"), "[400]"},
    {"length in hexadecimal", post("Content-Length: 0x4", "abcd"), "[400]"},
    {"length with a point", post("Content-Length: 4.0", "abcd"), "[400]"},
    {"length with an exponent", post("Content-Length: 4e0", "abcd"), "[400]"},
    {"length with an underscore", post("Content-Length: 1_0", "abcdefghij"), "[400]"},
    {"length in quotes", post("Content-Length: \"4\"", "abcd"), "[400]"},
    {"length with a blank within", post("Content-Length: 4 4", "abcd"), "[400]"},
    {"length that is empty", post("Content-Length:", ""), "[400]"},
    {"length with a comma", post("Content-Length: 4,", "abcd"), "[400]"},
    {"length beyond 64 bits", post("Content-Length: 18446744073709551620", "abcd"), "[400]"},
    {"length of 19 digits", post("Content-Length: 9999999999999999999", "abcd"), "[400]"},
    {"length in other digits", post("Content-Length: \xD9\xA4", "abcd"), "[400]"},
    {"length by a name with an underscore is not a length", "GET / HTTP/1.1|Host: a|Content_Length: 32||" + kSmuggled,
     "GET / HTTP/1.1|Host: a||GET /admin HTTP/1.1|Host: a||"},
    {"length of a GET", "GET / HTTP/1.1|Host: a|Content-Length: 32||" + kSmuggled,
     "GET / HTTP/1.1|Host: a|Content-Length: 32||" + kSmuggled},
};

const std::vector<Case> kCodings{
    {"chunked", chunked("4|abcd|0||"), "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|abcd|0||"},
    {"chunked in capitals", post("Transfer-Encoding: Chunked", "4|abcd|0||"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|abcd|0||"},
    {"CL.TE", post("Content-Length: 6|Transfer-Encoding: chunked", "0||G"), "[400]"},
    {"TE.CL", post("Transfer-Encoding: chunked|Content-Length: 4", "1d|" + kSmuggled + "|0||"), "[400]"},
    {"TE with CL 0", post("Transfer-Encoding: chunked|Content-Length: 0", "0||"), "[400]"},
    {"TE with CL, both odd", post("Transfer-Encoding: x|Content-Length: x", "0||"), "[400]"},
    {"TE.TE two fields", post("Transfer-Encoding: chunked|Transfer-Encoding: identity", "0||"), "[400]"},
    {"TE.TE two equal fields", post("Transfer-Encoding: chunked|Transfer-Encoding: chunked", "0||"), "[400]"},
    {"TE.TE in another case", post("Transfer-Encoding: chunked|TRANSFER-ENCODING: x", "0||"), "[400]"},
    {"chunked twice", post("Transfer-Encoding: chunked, chunked", "0||"), "[400]"},
    {"chunked not last", post("Transfer-Encoding: chunked, gzip", "0||"), "[400]"},
    {"chunked after gzip", post("Transfer-Encoding: gzip, chunked", "0||"), "[501]"},
    {"chunked after identity", post("Transfer-Encoding: identity, chunked", "0||"), "[501]"},
    {"identity", post("Transfer-Encoding: identity", ""), "[400]"},
    {"coding that is unknown", post("Transfer-Encoding: xchunked", "0||"), "[400]"},
    {"coding that begins with chunked", post("Transfer-Encoding: chunkedx", "0||"), "[400]"},
    {"coding in quotes", post("Transfer-Encoding: \"chunked\"", "0||"), "[400]"},
    {"coding with a parameter", post("Transfer-Encoding: chunked;q=1", "0||"), "[400]"},
    {"coding with a comma before", post("Transfer-Encoding: ,chunked", "0||"), "[400]"},
    {"coding with a comma behind", post("Transfer-Encoding: chunked,", "0||"), "[400]"},
    {"coding that is empty", post("Transfer-Encoding:", "0||"), "[400]"},
    {"coding with a blank within", post("Transfer-Encoding: chun ked", "0||"), "[400]"},
    {"coding with a blank before its colon", post("Transfer-Encoding : chunked", "0||"), "[400]"},
    {"coding after a bare carriage return", post("X: y\rTransfer-Encoding: chunked", "0||"), "[400]"},
    {"coding after a bare line feed", post("X: y\nTransfer-Encoding: chunked", "0||"), "[400]"},
    {"coding in HTTP/1.0", "POST / HTTP/1.0|Host: a|Transfer-Encoding: chunked||0||", "[400]"},
    {"coding by a name with an underscore is not a coding", post("Transfer_Encoding: chunked|Content-Length: 3", "0||"),
     "POST / HTTP/1.1|Host: a|Content-Length: 3||0|[waits]"},
    {"coding named by Connection", post("Connection: Transfer-Encoding|Transfer-Encoding: chunked", "0||"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||0||"},
    {"length named by Connection", post("Connection: content-length|Content-Length: 4", "abcd"),
     "POST / HTTP/1.1|Host: a|Content-Length: 4||abcd"},
    {"expectation", post("Expect: 100-continue|Content-Length: 1", "a"),
     "POST / HTTP/1.1|Host: a|Content-Length: 1||a"},
    {"expectation that nobody knows", post("Expect: 200-ok|Content-Length: 1", "a"), "[417]"},
    {"expectation with something behind", post("Expect: 100-continue, x|Content-Length: 1", "a"), "[417]"},
};

const std::vector<Case> kChunks{
    {"two chunks", chunked("4|abcd|2|ef|0||"), "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|abcd|2|ef|0||"},
    {"no chunk but the last", chunked("0||"), "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||0||"},
    {"size in both cases with leading zeros", chunked("00A|0123456789|00||"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||00A|0123456789|0||"},
    {"extension is dropped", chunked("4;a=b;c=\"d;e\"|abcd|0;x||"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|abcd|0||"},
    {"trailer is dropped", chunked("1|a|0|X-User-Id: admin|Content-Length: 9||"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|a|0||"},
    {"body not all there", chunked("4|ab"), "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|ab[waits]"},
    {"data without its end", chunked("4|abcd"), "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||4|abcd[waits]"},
    {"last chunk without its end", chunked("1|a|0|"),
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|a|[waits]"},
};

// Refused within the body: the head has gone on by then, and the gateway ends that connection too.
const std::vector<Case> kBrokenChunks{
    {"size with 0x", chunked("0x4|abcd|0||"), ""},
    {"size with a plus", chunked("+4|abcd|0||"), ""},
    {"size with a minus", chunked("-1|abcd|0||"), ""},
    {"size with a blank before", chunked(" 4|abcd|0||"), ""},
    {"size with a blank behind", chunked("4 |abcd|0||"), ""},
    {"size with a tab behind", chunked("4\t|abcd|0||"), ""},
    {"size with an underscore", chunked("1_0|abcd|0||"), ""},
    {"size that is empty", chunked("|abcd|0||"), ""},
    {"size of 16 digits", chunked("0000000000000004|abcd|0||"), ""},
    {"size beyond 64 bits", chunked("fffffffffffffffff|abcd|0||"), ""},
    {"size that is no number", chunked("zz|abcd|0||"), ""},
    {"size with a NUL", chunked("4\0|abcd|0||"s), ""},
    {"size with a bare line feed", chunked("4\nabcd|0||"), ""},
    {"size with a bare carriage return", chunked("4\rabcd|0||"), ""},
    {"extension without a name", chunked("4;|abcd|0||"), ""},
    {"extension with a blank", chunked("4; a=b|abcd|0||"), ""},
    {"extension with a bare line feed", chunked("4;a\nabcd|0||"), ""},
    {"extension with a bare carriage return", chunked("4;a\rb|abcd|0||"), ""},
    {"extension with a string that does not end", chunked("4;a=\"b|abcd|0||"), ""},
    {"extension of 300 bytes", chunked("4;" + std::string(300, 'a') + "|abcd|0||"), ""},
    {"last chunk with a bare line feed", chunked("0\n\n"), ""},
    {"trailer that ends with a bare line feed", chunked("0|\n"), ""},
    {"trailer with a folded line", chunked("0|X: a| b||"), ""},
    {"trailer without a colon", chunked("0|GET /admin HTTP/1.1||"), ""},
    {"trailer with a line of 5000 bytes", chunked("0|X: " + std::string(5000, 'a') + "||"), ""},
};

const std::vector<Case> kBrokenChunkEnds{
    {"data longer than its size", chunked("4|abcde|0||"), "4|abcd[400]"},
    {"data shorter than its size", chunked("4|ab|0||"), "4|ab|[400]"},
    {"data that ends with a bare line feed", chunked("4|abcd\n0||"), "4|abcd[400]"},
    {"data that ends with a bare carriage return", chunked("4|abcd\r0||"), "4|abcd[400]"},
};

const std::vector<Case> kPipelines{
    {"two requests in one piece", kSmuggled + "GET /b HTTP/1.1|Host: b||", kSmuggled + "GET /b HTTP/1.1|Host: b||"},
    {"request behind a length", post("Content-Length: 2", "ab") + kSmuggled,
     "POST / HTTP/1.1|Host: a|Content-Length: 2||ab" + kSmuggled},
    {"request behind chunks", chunked("1|a|0||") + kSmuggled,
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|a|0||" + kSmuggled},
    {"request behind chunks, after an empty line", chunked("1|a|0||") + "|" + kSmuggled,
     "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|a|0||" + kSmuggled},
    {"bad request behind a good one", kSmuggled + "GET / HTTP/1.1|Host: a|Host: b||", kSmuggled + "[400]"},
    {"half a request behind a good one", kSmuggled + "GET / HT", kSmuggled + "[waits]"},
};

class FramingCase : public ::testing::TestWithParam<Case> {};
class BrokenChunk : public ::testing::TestWithParam<Case> {};

TEST_P(FramingCase, ComesTo) { cases::expect_outcome(GetParam()); }

TEST_P(BrokenChunk, EndsTheRequest) {
  Case one = GetParam();
  const std::string rest = one.outcome.empty() ? "[400]" : one.outcome;
  one.outcome = "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||" + rest;
  cases::expect_outcome(one);
}

INSTANTIATE_TEST_SUITE_P(FieldLines, FramingCase, ::testing::ValuesIn(kFieldLines), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Lengths, FramingCase, ::testing::ValuesIn(kLengths), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Codings, FramingCase, ::testing::ValuesIn(kCodings), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Chunks, FramingCase, ::testing::ValuesIn(kChunks), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Heads, BrokenChunk, ::testing::ValuesIn(kBrokenChunks), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Ends, BrokenChunk, ::testing::ValuesIn(kBrokenChunkEnds), cases::name_of);
INSTANTIATE_TEST_SUITE_P(Pipelines, FramingCase, ::testing::ValuesIn(kPipelines), cases::name_of);

}  // namespace
}  // namespace valion::gateway
