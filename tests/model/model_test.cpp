#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "tests/model/run.h"

namespace quprite::model {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t usual_sequences = 1'000;
#else
constexpr std::uint64_t usual_sequences = 10'000;
#endif

std::uint64_t number_from(const char* variable, std::uint64_t fallback) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return text == nullptr ? fallback : std::stoull(text);
}

struct Wrong {
  Mistake mistake;
  const char* rule;
};

constexpr std::array mistakes = {
    Wrong{Mistake::ExpiresLate, "at its expiration time a message is still there"},
    Wrong{Mistake::AppearsLate, "at its time next visible a message is still hidden"},
    Wrong{Mistake::KeepsInsertionOrder, "a message that reappears goes back to where it was"},
    Wrong{Mistake::StaleReceiptFits, "every receipt of a message fits"},
    Wrong{Mistake::ReceiptLapses, "a receipt is void once its message has reappeared"},
    Wrong{Mistake::GetKeepsReceipt, "Get Messages voids no earlier receipt"},
    Wrong{Mistake::UpdateCountsAsDequeue, "Update Message adds to the dequeue count"},
    Wrong{Mistake::UpdateExtends, "Update Message counts its timeout from the time next visible"},
    Wrong{Mistake::UpdateForgetsText, "Update Message without a body empties the text"},
    Wrong{Mistake::CountsVisibleOnly, "the approximate count leaves hidden messages out"},
    Wrong{Mistake::ClearKeepsHidden, "Clear Messages leaves hidden messages alone"},
    Wrong{Mistake::CreateIgnoresMetadata, "Create Queue is content with other metadata"},
    Wrong{Mistake::NameReservedTooLong, "a deleted name is still taken when its time is over"},
    Wrong{Mistake::RollBackKeepsChanges, "what a lost group has done stays"},
};

}  // namespace

TEST_SUITE_BEGIN("model");

TEST_CASE("server and model agree about every step of random sequences") {
  const std::uint64_t first = number_from("QUPRITE_MODEL_SEED", 1);
  const std::uint64_t sequences = number_from("QUPRITE_MODEL_SEQUENCES", usual_sequences);
  Runner runner;
  for (std::uint64_t seed = first; seed < first + sequences; ++seed) {
    const std::optional<Failure> failure = runner.run(seed);
    if (!failure) continue;
    const std::string again = "QUPRITE_MODEL_SEED=" + std::to_string(seed) +
                              " QUPRITE_MODEL_SEQUENCES=1 shows it again\n";
    FAIL(describe(shrink(*failure, Mistake::None)), again);
  }
}

TEST_CASE("a model with a rule wrong is found out within 2,000 sequences, and in few steps") {
  for (const Wrong& wrong : mistakes) {
    CAPTURE(std::string(wrong.rule));
    Runner runner(wrong.mistake);
    std::optional<Failure> failure;
    std::uint64_t seed = 0;
    while (!failure && seed < 2'000) failure = runner.run(++seed);
    REQUIRE(failure);
    const Failure small = shrink(*failure, wrong.mistake);
    CAPTURE(describe(small));
    CHECK(small.steps.size() <= 8);
    CHECK(small.steps.size() <= failure->steps.size());
  }
}

TEST_SUITE_END();

}  // namespace quprite::model
