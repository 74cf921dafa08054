#include <algorithm>
#include <cstddef>
#include <utility>

#include "tests/model/run.h"

namespace quprite::model {
namespace {

/// Tries variations of a failing sequence, and keeps those that fail, too.
class Shrinker {
 public:
  Shrinker(Failure failure, Mistake mistake) : best_(std::move(failure)), mistake_(mistake) {}

  Failure run() {
    const Setting setting = best_.setting;
    if (!keep(setting, best_.steps)) return best_;
    bool smaller = true;
    while (smaller) {
      smaller = drop_steps();
      smaller = plainer_setting() || smaller;
      smaller = plainer_calls() || smaller;
    }
    return best_;
  }

 private:
  /// Runs the variation; where it fails, it is the best one from now on, cut off where it failed.
  bool keep(const Setting& setting, const std::vector<Step>& steps) {
    Subject subject(setting.level == Setting::Level::ServiceOnFile);
    Run run(setting, mistake_, subject);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (auto difference = run.take(steps[i])) {
        const auto end = steps.begin() + static_cast<std::ptrdiff_t>(i) + 1;
        best_ = {.setting = setting, .steps = {steps.begin(), end}, .difference = *difference};
        return true;
      }
    }
    auto difference = run.finish();
    if (!difference) return false;
    best_ = {.setting = setting, .steps = steps, .difference = *difference};
    return true;
  }

  /// In halves, quarters and so on, down to single steps; from the back, as later steps depend on
  /// earlier ones.
  bool drop_steps() {
    bool dropped = false;
    for (std::size_t size = std::max<std::size_t>(best_.steps.size() / 2, 1); size > 0; size /= 2) {
      for (std::size_t end = best_.steps.size(); end > 0;) {
        const std::size_t begin = end - std::min(size, end);
        std::vector<Step> fewer = best_.steps;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(begin),
                    fewer.begin() + static_cast<std::ptrdiff_t>(end));
        dropped = keep(best_.setting, fewer) || dropped;
        end = std::min(begin, best_.steps.size());
      }
    }
    return dropped;
  }

  bool plainer_setting() {
    bool plainer = false;
    for (bool Setting::*flag : {&Setting::exact, &Setting::audited}) {
      Setting setting = best_.setting;
      if (!std::exchange(setting.*flag, false)) continue;
      plainer = keep(setting, best_.steps) || plainer;
    }
    return plainer;
  }

  bool plainer_calls() {
    bool plainer = false;
    for (std::size_t i = 0; i < best_.steps.size(); ++i) {
      plainer = drop(i, &Call::visibility_timeout, required(i)) || plainer;
      plainer = drop(i, &Call::time_to_live, false) || plainer;
      plainer = drop(i, &Call::message_count, false) || plainer;
      plainer = drop(i, &Call::text, i < best_.steps.size() && is_put(best_.steps[i])) || plainer;
      plainer = drop(i, &Call::metadata, false) || plainer;
    }
    return plainer;
  }

  static bool is_put(const Step& step) { return step.call.operation == Operation::PutMessage; }
  [[nodiscard]] bool required(std::size_t i) const {
    return i < best_.steps.size() && best_.steps[i].call.operation == Operation::UpdateMessage;
  }

  template <class T>
  bool drop(std::size_t i, T Call::*field, bool is_required) {
    if (is_required || i >= best_.steps.size() || best_.steps[i].call.*field == T{}) return false;
    std::vector<Step> steps = best_.steps;
    steps[i].call.*field = T{};
    return keep(best_.setting, steps);
  }

  Failure best_;
  Mistake mistake_;
};

}  // namespace

Failure shrink(Failure failure, Mistake mistake) {
  return Shrinker(std::move(failure), mistake).run();
}

}  // namespace quprite::model
