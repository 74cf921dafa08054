#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/model/call.h"
#include "tests/model/model.h"

namespace quprite::model {

/// Where a name was told that a later step uses: the number of the step, and which of its answer's
/// messages it was. A step number of 0 is none: the call has the name itself.
struct Origin {
  int step = 0;
  std::size_t message = 0;
};

struct Step {
  enum class Kind { Call, MoveClock, Commit, RollBack, Tidy, Reopen };

  int number = 0;  ///< from 1 on, and kept when other steps are dropped: names depend on it
  Kind kind = Kind::Call;
  Call call = {};
  Origin id_from = {};
  Origin pop_receipt_from = {};
  Ticks clock = {};  ///< of MoveClock: by how much, backwards too
};

/// A message id and a pop receipt that an answer told.
struct Handed {
  Origin origin = {};
  std::string queue;
  std::string id;
  std::string pop_receipt;
};

/// What is under test, and how it is to be tested. All of it follows from the seed.
struct Setting {
  enum class Level {
    Service,        ///< HTTP messages, and a store in memory
    ServiceOnFile,  ///< HTTP messages, and a store that is opened again now and then
    Store,          ///< the calls of the store
  };

  std::uint64_t seed = 0;
  Level level = Level::Service;
  bool exact = false;
  bool grouped = false;  ///< several steps a commit, and some groups are lost
  bool audited = false;  ///< all that can be seen is compared after every step, not only at the end
  int length = 0;        ///< calls and moves of the clock

  explicit Setting(std::uint64_t from_seed);

  [[nodiscard]] std::string queue(int which) const;  ///< 0 or 1; different for each seed
};

/// Makes up the next step of a sequence, mostly one that has something to do in the state that the
/// model is in.
class Generator {
 public:
  explicit Generator(const Setting& setting) : setting_(setting), random_(setting.seed) {}

  std::vector<Step> next(const Model& model, const std::vector<Handed>& handed, Time now);

 private:
  bool chance(unsigned percent) { return below(100) < percent; }
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

  Step call(const Model& model, const std::vector<Handed>& handed);
  Step move_clock(const Model& model, Time now);
  void fill_in_put(Call& call);
  void claim(Step& step, const Model& model, const std::vector<Handed>& handed);
  std::string text();
  Metadata metadata();

  const Setting& setting_;
  std::mt19937_64 random_;
  int last_number_ = 0;
};

std::string describe(const Setting& setting);
std::string describe(const Step& step);

}  // namespace quprite::model
