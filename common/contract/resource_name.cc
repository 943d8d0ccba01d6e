#include "common/contract/resource_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/contract/errors.h"

namespace banso::contract {
namespace {

// One step on the way to a resource: a collection and an id, or a singleton without one.
struct Step {
  absl::string_view collection;
  absl::string_view id;
  // Where the step ends in the name.
  size_t end;
};

// `evidence` is the one collection that English has no plural for.
bool IsPlural(absl::string_view segment) {
  return absl::EndsWith(segment, "s") || segment == "evidence";
}

std::vector<Step> StepsOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  std::vector<Step> steps;
  for (size_t i = 0; i < parts.size(); ++i) {
    Step step{parts[i], {}, 0};
    if (IsPlural(parts[i]) && i + 1 < parts.size()) step.id = parts[++i];
    step.end = static_cast<size_t>(parts[i].data() + parts[i].size() - name.data());
    steps.push_back(step);
  }
  return steps;
}

constexpr size_t kMaxIdLength = 63;

bool IsCollection(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdLength && absl::ascii_islower(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
}

bool IsLowerAlnum(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

// The name of the id in a pattern: `account` of `{account}`.
bool IsVariable(absl::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}' &&
         std::all_of(segment.begin() + 1, segment.end() - 1,
                     [](char c) { return IsLowerAlnum(c) || c == '_'; });
}

}  // namespace

bool IsValidId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxIdLength && id.front() != '-' && id.back() != '-' &&
         std::all_of(id.begin(), id.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

bool IsValidName(absl::string_view name) {
  const std::vector<Step> steps = StepsOf(name);
  for (size_t i = 0; i < steps.size(); ++i) {
    if (!IsCollection(steps[i].collection)) return false;
    // Only a singleton goes without an id, and it is somebody's.
    if (steps[i].id.empty() ? i == 0 || IsPlural(steps[i].collection) : !IsValidId(steps[i].id)) {
      return false;
    }
  }
  return !steps.empty();
}

absl::StatusOr<NamePattern> NamePattern::Parse(absl::string_view text) {
  NamePattern pattern;
  pattern.text_ = std::string(text);
  for (const absl::string_view part : absl::StrSplit(text, '/')) {
    const bool is_id = IsVariable(part);
    if (!is_id && part != "-" && !IsCollection(part) && !IsValidId(part)) {
      return InvalidField("pattern", text, "a pattern such as `accounts/{account}/deals/{deal}`");
    }
    pattern.segments_.push_back({is_id ? "" : std::string(part), is_id});
  }
  return pattern;
}

bool NamePattern::Match(absl::string_view name, std::vector<absl::string_view>* ids) const {
  if (ids != nullptr) ids->clear();
  for (size_t i = 0; i < segments_.size(); ++i) {
    const size_t slash = name.find('/');
    const bool last = i + 1 == segments_.size();
    if (last != (slash == absl::string_view::npos)) return false;
    const absl::string_view part = name.substr(0, slash);
    if (segments_[i].is_id ? !IsValidId(part) : part != segments_[i].literal) return false;
    if (segments_[i].is_id && ids != nullptr) ids->push_back(part);
    if (!last) name.remove_prefix(slash + 1);
  }
  return true;
}

std::optional<std::vector<std::string>> Match(absl::string_view pattern, absl::string_view name) {
  const absl::StatusOr<NamePattern> parsed = NamePattern::Parse(pattern);
  std::vector<absl::string_view> ids;
  if (!parsed.ok() || !parsed->Match(name, &ids)) return std::nullopt;
  return std::vector<std::string>(ids.begin(), ids.end());
}

std::string Parent(absl::string_view name) {
  const std::vector<Step> steps = StepsOf(name);
  return steps.size() < 2 ? "" : std::string(name.substr(0, steps[steps.size() - 2].end));
}

std::string LastId(absl::string_view name) {
  const std::vector<Step> steps = StepsOf(name);
  return steps.empty() ? "" : std::string(steps.back().id);
}

std::string Id(absl::string_view name, absl::string_view collection) {
  return LastId(Ancestor(name, collection));
}

std::string Ancestor(absl::string_view name, absl::string_view collection) {
  for (const Step& step : StepsOf(name)) {
    if (step.collection == collection && !step.id.empty()) {
      return std::string(name.substr(0, step.end));
    }
  }
  return "";
}

std::string Join(absl::string_view parent, absl::string_view collection, absl::string_view id) {
  return absl::StrCat(parent, parent.empty() ? "" : "/", collection, "/", id);
}

std::optional<RevisionName> SplitRevision(absl::string_view text) {
  const size_t at = text.find('@');
  if (at == absl::string_view::npos) return RevisionName{std::string(text), std::nullopt};
  const absl::string_view digits = text.substr(at + 1);
  int64_t revision = 0;
  if (digits.empty() || digits[0] < '1' || digits[0] > '9' ||
      !absl::SimpleAtoi(digits, &revision) || absl::StrCat(revision) != digits) {
    return std::nullopt;
  }
  return RevisionName{std::string(text.substr(0, at)), revision};
}

std::string JoinRevision(absl::string_view name, int64_t revision) {
  return absl::StrCat(name, "@", revision);
}

}  // namespace banso::contract
