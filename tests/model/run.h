#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/model/model.h"
#include "tests/model/sequence.h"
#include "tests/model/subject.h"

namespace quprite::model {

/// Where a subject and the model part.
struct Difference {
  std::string expected;
  std::string got;
};

/// One sequence on its way: takes step after step to the model and to the subject, and compares
/// what they say.
class Run {
 public:
  Run(const Setting& setting, Mistake mistake, Subject& subject);

  /// What differed, if anything did.
  std::optional<Difference> take(const Step& step);

  /// The last step: everything that is left is compared, also what is still hidden.
  std::optional<Difference> finish();

  [[nodiscard]] const Model& model() const { return now_.model; }
  [[nodiscard]] const std::vector<Handed>& handed() const { return now_.handed; }

 private:
  /// What a lost group takes back: the queues, and what clients have been told.
  struct State {
    Model model;
    std::vector<Handed> handed = {};
  };

  std::optional<Difference> call(const Step& step);
  std::optional<Difference> commit();
  std::optional<Difference> audit();
  std::optional<Difference> note_names(const Step& step, const Answer& got);
  void move_clock(Ticks by);
  void roll_back();

  const Setting& setting_;
  Mistake mistake_;
  Subject& subject_;
  State now_;
  State committed_;
  bool lost_ = false;  // a failure has taken the group with it, though answers wait for its commit
};

/// A sequence that has failed: its steps, and where it did. The last step may be the comparison at
/// the end.
struct Failure {
  Setting setting;
  std::vector<Step> steps;
  Difference difference;
};

/// Makes up the sequence of that seed and runs it on the way.
std::optional<Failure> run_sequence(std::uint64_t seed, Mistake mistake, Subject& subject);

/// Runs sequences one after another, on subjects that they share.
class Runner {
 public:
  explicit Runner(Mistake mistake = Mistake::None) : mistake_(mistake) {}

  std::optional<Failure> run(std::uint64_t seed);

 private:
  Mistake mistake_;
  std::unique_ptr<Subject> in_memory_;
  std::unique_ptr<Subject> on_file_;
  int runs_on_file_ = 0;
};

/// The failure with as few and as plain steps as it takes, each try on a subject of its own. As it
/// was, where it does not happen again.
Failure shrink(Failure failure, Mistake mistake);

/// The failure in lines to read.
std::string describe(const Failure& failure);

}  // namespace quprite::model
