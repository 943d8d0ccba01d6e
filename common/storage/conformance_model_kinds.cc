#include "common/storage/conformance_model_kinds.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/storage/conformance.h"
#include "common/storage/fact_log.h"

namespace banso::storage::conformance {
namespace {

constexpr int kRecipes = 6;
constexpr int kSubjects = 12;
constexpr char kFact[] = "account.visits";

std::string Unexpected(absl::string_view what, absl::string_view name, const absl::Status& status) {
  return absl::StrCat(what, " ", name, ": ", status.ToString());
}

std::string SubjectName(int number) { return absl::StrCat("accounts/a", number); }

}  // namespace

int RecipeModel::Recipe::InForceAt(absl::Time time) const {
  int number = 0;
  for (const auto& [since, one] : in_force) {
    if (since <= time) number = one;
  }
  return number;
}

std::string RecipeModel::Step(Writer& writer, std::mt19937& random) {
  const std::string name = absl::StrCat("recipes/r", Pick(random, kRecipes));
  const int kind = Pick(random, 40);
  if (kind == 0) return Delete(writer, name);
  if (kind < 4) return Deactivate(writer, name);
  if (kind < 20) return Activate(writer, name, 1 + Pick(random, 8));
  return Save(writer, name, absl::StrCat("text ", Pick(random, 3)));
}

std::string RecipeModel::Save(Writer& writer, const std::string& name, const std::string& text) {
  conformance::Recipe recipe;
  recipe.set_name(name);
  recipe.set_text(text);
  const absl::StatusOr<conformance::Recipe> saved = Recipes().Save(writer, recipe, "model");
  if (!saved.ok()) return Unexpected("save", name, saved.status());
  std::vector<std::string>& texts = recipes_[name].texts;
  // Only what differs from the latest revision is a new one.
  if (texts.empty() || texts.back() != text) texts.push_back(text);
  const int number = saved->revision().number();
  if (number == static_cast<int>(texts.size()) && saved->text() == text) return "";
  return absl::StrCat("save ", name, " made number ", number, " instead of ", texts.size());
}

std::string RecipeModel::Activate(Writer& writer, const std::string& name, int number) {
  const auto found = recipes_.find(name);
  const bool exists =
      found != recipes_.end() && number <= static_cast<int>(found->second.texts.size());
  const std::string revision = absl::StrCat(name, "@", number);
  const absl::Status status = Recipes().Activate(writer, revision, writer.now()).status();
  if (status.code() != (exists ? absl::StatusCode::kOk : absl::StatusCode::kNotFound)) {
    return Unexpected("activate", revision, status);
  }
  if (exists) found->second.in_force.emplace_back(writer.now(), number);
  return "";
}

std::string RecipeModel::Deactivate(Writer& writer, const std::string& name) {
  const auto found = recipes_.find(name);
  if (found == recipes_.end()) return "";
  const absl::Status status = Recipes().Deactivate(writer, name);
  if (!status.ok()) return Unexpected("deactivate", name, status);
  found->second.in_force.emplace_back(writer.now(), 0);
  return "";
}

std::string RecipeModel::Delete(Writer& writer, const std::string& name) {
  const bool existed = recipes_.erase(name) > 0;
  const absl::Status status = Recipes().Delete(writer, name);
  if (status.code() == (existed ? absl::StatusCode::kOk : absl::StatusCode::kNotFound)) return "";
  return Unexpected("delete", name, status);
}

std::string RecipeModel::Compare(Reader& reader, absl::Time now, absl::Time past) const {
  for (int i = 0; i < kRecipes; ++i) {
    const std::string name = absl::StrCat("recipes/r", i);
    const auto found = recipes_.find(name);
    const absl::StatusOr<conformance::Recipe> stored = Recipes().Get(reader, name, now);
    if (found == recipes_.end()) {
      if (absl::IsNotFound(stored.status())) continue;
      return absl::StrCat("there is still ", name);
    }
    if (!stored.ok()) return Unexpected("get", name, stored.status());
    const Recipe& recipe = found->second;
    const int in_force = recipe.InForceAt(now);
    const int number = in_force > 0 ? in_force : static_cast<int>(recipe.texts.size());
    if (stored->revision().number() != number ||
        stored->text() != recipe.texts[static_cast<size_t>(number) - 1]) {
      return absl::StrCat("get ", name, ": ", stored->ShortDebugString(), " instead of ", number);
    }
    const absl::StatusOr<conformance::Recipe> then = Recipes().Active(reader, name, past);
    const int number_then = then.ok() ? static_cast<int>(then->revision().number()) : 0;
    if (number_then != recipe.InForceAt(past)) {
      return absl::StrCat(name, " had ", number_then, " in force instead of ",
                          recipe.InForceAt(past));
    }
  }
  return "";
}

std::string FactModel::Step(Writer& writer, std::mt19937& random) {
  const std::string subject = SubjectName(Pick(random, kSubjects));
  if (Pick(random, 100) == 0) {
    const absl::StatusOr<int64_t> erased = FactLog().Erase(writer, subject);
    values_.erase(subject);
    return erased.ok() ? "" : Unexpected("erase", subject, erased.status());
  }
  fact::v1::FactChange change;
  change.set_subject(subject);
  change.set_fact(kFact);
  change.set_source("model");
  std::optional<double> value;
  if (Pick(random, 6) > 0) {
    value = Pick(random, 4);
    change.mutable_value()->set_number(*value);
  }
  const absl::Status status = FactLog().Record(writer, change);
  if (!status.ok()) return Unexpected("record", subject, status);
  values_[subject].emplace_back(writer.now(), value);
  return "";
}

std::string FactModel::Compare(Reader& reader, absl::Time now, absl::Time past) const {
  const std::string fault = CompareAt(reader, now, now);
  return fault.empty() ? CompareAt(reader, now, past) : fault;
}

std::string FactModel::CompareAt(Reader& reader, absl::Time now, absl::Time as_of) const {
  fact::v1::GetFactsRequest request;
  for (int i = 0; i < kSubjects; ++i) request.add_subjects(SubjectName(i));
  request.add_queries()->set_fact(kFact);
  request.mutable_queries(0)->set_aggregation(type::v1::AGGREGATION_LATEST);
  *request.mutable_as_of() = calendar::ToTimestamp(as_of);
  const auto response = FactLog().Read(reader, request, now);
  if (!response.ok()) return Unexpected("read", kFact, response.status());
  if (response->readings_size() != kSubjects) return "readings are missing";
  for (int i = 0; i < kSubjects; ++i) {
    std::optional<double> expected;
    const auto found = values_.find(SubjectName(i));
    if (found != values_.end()) {
      for (const auto& [since, value] : found->second) {
        if (since <= as_of) expected = value;
      }
    }
    const fact::v1::FactReading& reading = response->readings(i);
    std::optional<double> told;
    if (reading.has_value()) told = reading.value().number();
    if (told != expected) {
      return absl::StrCat(SubjectName(i), " at ", absl::FormatTime(as_of), ": ",
                          reading.ShortDebugString());
    }
  }
  return "";
}

}  // namespace banso::storage::conformance
