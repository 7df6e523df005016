#include "platform/log/masking.hpp"

#include <gtest/gtest.h>

#include "platform/log/personal_data.hpp"

namespace valion::log {
namespace {

struct Case {
  const char* text;
  const char* shown;
};

class Masking : public testing::TestWithParam<Case> {};

TEST_P(Masking, HidesWhatItShould) { EXPECT_EQ(masked(GetParam().text), GetParam().shown); }

INSTANTIATE_TEST_SUITE_P(
    Secrets, Masking,
    testing::Values(Case{"sign in with password=hunter2 failed", "sign in with password=[secret] failed"},
                    Case{"password: hunter2, user: ana", "password: [secret], user: ana"},
                    Case{R"({"password":"two words \" here","user":"ana"})", R"({"password":"[secret]","user":"ana"})"},
                    Case{R"(body {\"client_secret\":\"s3cr3t\"})", R"(body {\"client_secret\":\"[secret]"})"},
                    Case{"senha='abc def'", "senha='[secret]'"},
                    Case{"GET /x?access_token=abc.def&page=2", "GET /x?access_token=[secret]&page=2"},
                    Case{"X-Api-Key: 1234", "X-Api-Key: [secret]"},
                    Case{"Authorization: Bearer abc.def.ghi", "Authorization: [secret]"},
                    Case{"Authorization: Basic YW5hOnNlY3JldA==", "Authorization: [secret]"},
                    Case{"sent Bearer dGhpcyBpcyBhIHRva2Vu to it", "sent Bearer [secret] to it"},
                    Case{"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl refused",
                         "token [secret] refused"},
                    Case{"redis://valion:p4ss@cache:6379/0 is away", "redis://[secret]@cache:6379/0 is away"},
                    Case{"postgresql://u:p@db/valion?x=1", "postgresql://[secret]@db/valion?x=1"},
                    Case{"postgresql:host=db user=valion password=p4ss dbname=v",
                         "postgresql:host=db user=valion password=[secret] dbname=v"},
                    Case{"AKIAIOSFODNN7EXAMPLE", "[secret]"},
                    Case{"key wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY1", "key [secret]"},
                    Case{"password=", "password="}));

INSTANTIATE_TEST_SUITE_P(
    PersonalData, Masking,
    testing::Values(Case{"ana.silva+x@corretora.com.br wrote.", "[email] wrote."},
                    Case{"mailto:ana@example.com.", "mailto:[email]."},
                    Case{"/users/ana%40example.com/x", "/users/[email]/x"}, Case{"CPF 529.982.247-25", "CPF [cpf]"},
                    Case{"cpf=52998224725;", "cpf=[cpf];"}, Case{"/people/52998224725", "/people/[cpf]"},
                    Case{"CNPJ 11.222.333/0001-81", "CNPJ [cnpj]"}, Case{"11222333000181", "[cnpj]"},
                    Case{"12.ABC.345/01DE-35", "[cnpj]"}, Case{"CNPJ AB.CDE.345/01DE-35.", "CNPJ [cnpj]."},
                    Case{"call +55 11 98765-4321 now", "call [phone] now"}, Case{"(11) 98765-4321", "[phone]"},
                    Case{"(11) 3456-7890", "[phone]"}, Case{"(419) 555-0123.", "[phone]."},
                    Case{"419-555-0123", "[phone]"}, Case{"11987654321", "[phone]"}, Case{"5511987654321", "[phone]"},
                    Case{"11 98765-4321", "[phone]"}, Case{"+1 (419) 555-0123", "[phone]"}));

INSTANTIATE_TEST_SUITE_P(
    Harmless, Masking,
    testing::Values(
        Case{"", ""}, Case{"request", "request"}, Case{"2026-11-24T08:26:40.123Z", "2026-11-24T08:26:40.123Z"},
        Case{"/ml/models/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/evaluation",
             "/ml/models/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08/evaluation"},
        Case{"4bf92f3577b34da6a3ce929d0e0e4736", "4bf92f3577b34da6a3ce929d0e0e4736"},
        Case{"job-3kJx9QmP2vR7tYw5ZaBc", "job-3kJx9QmP2vR7tYw5ZaBc"},
        Case{"550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"},
        Case{"cannot listen on 127.0.0.1:8000: the port is in use",
             "cannot listen on 127.0.0.1:8000: the port is in use"},
        Case{"http://127.0.0.1:8001", "http://127.0.0.1:8001"}, Case{"41.66389,-83.55520", "41.66389,-83.55520"},
        Case{"0.12345678909", "0.12345678909"},
        Case{"sold 2019-2020 for 1.234.567,00", "sold 2019-2020 for 1.234.567,00"}, Case{"12345678901", "12345678901"},
        Case{"1732438000123 ms since 1970", "1732438000123 ms since 1970"},
        Case{"the token expired; token_lifetime_s: 3600", "the token expired; token_lifetime_s: 3600"},
        Case{"a basic idea", "a basic idea"},
        Case{"valuation of 12 rows (25357) done", "valuation of 12 rows (25357) done"}, Case{"a@b", "a@b"},
        Case{"x = y: z @ (", "x = y: z @ ("}, Case{"é ü ✓", "é ü ✓"},
        Case{"/v1/health/service/ml_service?passing&index=12", "/v1/health/service/ml_service?passing&index=12"}));

TEST(Masking, KnowsTheNamesOfSecrets) {
  for (const char* name :
       {"password", "Authorization", "X-Api-Key", "refresh_token", "PGPASSWORD", "cookie", "senha"}) {
    EXPECT_TRUE(names_a_secret(name)) << name;
  }
  for (const char* name :
       {"user", "tokens", "token_count", "token_lifetime_s", "path", "ms", "key", "secretary_file"}) {
    EXPECT_FALSE(names_a_secret(name)) << name;
  }
}

TEST(Masking, NeverReadsBeyondItsText) {
  const std::string all = "password=\"a\\\" Bearer eyJ. +55(11)9 a@b. 12.ABC.345/01DE-35 redis://u:p@";
  for (std::size_t begin = 0; begin <= all.size(); ++begin) {
    for (std::size_t length = 0; begin + length <= all.size(); ++length) {
      const std::string piece = all.substr(begin, length);  // its own memory: a sanitizer sees the end
      EXPECT_LE(masked(piece).size(), piece.size() + 64);
    }
  }
}

TEST(TaxNumbers, ProveThemselvesByTheirCheckDigits) {
  EXPECT_TRUE(is_valid_cpf("52998224725"));
  EXPECT_FALSE(is_valid_cpf("52998224724"));
  EXPECT_FALSE(is_valid_cpf("11111111111"));
  EXPECT_TRUE(is_valid_cnpj("11222333000181"));
  EXPECT_FALSE(is_valid_cnpj("11222333000180"));
}

}  // namespace
}  // namespace valion::log
